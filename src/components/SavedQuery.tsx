import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';
import { t } from '../i18n';
import type { FootfallQuery } from '../types';

/** A query of a type that this version does not know: as it was saved, to read only. */
export function SavedQuery({ query }: { query: FootfallQuery }) {
  const styles = useStyles2(getStyles);
  const { queryType } = query;
  return (
    <div>
      <Text color="secondary" variant="bodySmall">
        {t(
          'editor.unknown-type',
          'This version of Footfall does not know queries of the type {{queryType}}. It is kept as it was saved; only its filters on every event and its time zone can be changed.',
          { queryType }
        )}
      </Text>
      <pre className={styles.json} data-testid="saved-query">
        {JSON.stringify({ queryType, [queryType]: query[queryType] }, null, 2)}
      </pre>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  json: css({
    maxHeight: 360,
    overflow: 'auto',
    margin: theme.spacing(1, 0),
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
