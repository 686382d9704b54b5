import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Text, useStyles2 } from '@grafana/ui';
import type { FootfallQuery } from '../types';

/** A query of a type that has no fields: as it was saved, to read only. */
export function SavedQuery({ query }: { query: FootfallQuery }) {
  const styles = useStyles2(getStyles);
  const { queryType } = query;
  return (
    <div>
      <Text color="secondary" variant="bodySmall">
        A query of the type {queryType || '(none)'} has no fields here. It is kept as it was saved; only its filters on
        every event and its time zone can be changed.
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
