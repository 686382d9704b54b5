import { Box, Text } from '@grafana/ui';
import { t } from '../../i18n';

/** What a view says of an answer that it cannot draw; `why` is a sentence. */
export function Unfit({ why }: { why: string }) {
  return (
    <Box padding={2}>
      <Text element="p">{why}</Text>
      <Text element="p" color="secondary">
        {t('answer.choose-view', 'Choose another view in the options of the panel.')}
      </Text>
    </Box>
  );
}
