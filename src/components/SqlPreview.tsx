import { css } from '@emotion/css';
import type { GrafanaTheme2, TimeRange } from '@grafana/data';
import { Alert, Button, LoadingPlaceholder, Text, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';
import type { DataSource } from '../datasource';
import { t } from '../i18n';
import { commentsInLanguage, failureText, sayText } from '../said';
import type { FootfallQuery, Statement } from '../types';
import { useEditor } from './editor';

interface Props {
  datasource: DataSource;
  query: FootfallQuery;
  range: TimeRange;
  timeZone: string;
}

/** The statement that the query runs as, on demand. */
export function SqlPreview(props: Props) {
  const [shown, setShown] = useState(false);
  const isComplete = useEditor().problems.length === 0;
  return (
    <div>
      <Button
        icon={shown ? 'angle-down' : 'angle-right'}
        variant="secondary"
        fill="text"
        size="sm"
        aria-expanded={shown}
        onClick={() => setShown(!shown)}
      >
        {shown ? t('editor.hide-sql', 'Hide SQL') : t('editor.show-sql', 'Show SQL')}
      </Button>
      {shown &&
        (isComplete ? (
          <StatementText {...props} />
        ) : (
          <Text color="secondary">{t('editor.not-complete', 'The query is not complete yet.')}</Text>
        ))}
    </div>
  );
}

function StatementText({ datasource, query, range, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const [answer, setAnswer] = useState<{ statement?: Statement; error?: string }>({});
  useEffect(() => {
    let current = true;
    datasource.statement(query, range, timeZone).then(
      (statement) => current && setAnswer({ statement }),
      (error) => current && setAnswer({ error: failureText(error) })
    );
    return () => {
      current = false;
    };
  }, [datasource, query, range, timeZone]);

  if (answer.error) {
    return <Alert severity="error" title={answer.error} />;
  }
  if (!answer.statement) {
    return <LoadingPlaceholder text={t('editor.asking-sql', 'Asking for the SQL…')} />;
  }
  const { sql, comments, source, reason } = answer.statement;
  return (
    <div data-testid="sql">
      {source && reason && (
        <Text color="secondary" variant="bodySmall">
          {t('editor.source', 'Source: {{source}}; {{reason}}.', { source: sayText(source), reason: sayText(reason) })}
        </Text>
      )}
      <pre className={styles.sql}>{commentsInLanguage(sql, comments)}</pre>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  sql: css({
    maxHeight: 360,
    overflow: 'auto',
    margin: theme.spacing(1, 0),
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
