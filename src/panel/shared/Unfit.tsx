import { EmptyState } from '@grafana/ui';
import { t } from '../../i18n';

/** What a view says of an answer that it cannot draw; `why` is a sentence. */
export function Unfit({ why }: { why: string }) {
  return (
    <EmptyState variant="not-found" message={why}>
      {t('answer.choose-view', 'Choose another view in the options of the panel.')}
    </EmptyState>
  );
}
