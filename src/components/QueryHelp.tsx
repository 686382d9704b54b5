import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { TextLink, useStyles2 } from '@grafana/ui';
import { analysisChoices } from '../analyses';
import { docs } from '../docs';
import { t } from '../i18n';

/** The help behind the question mark of a query: what can be asked, and how answers are drawn and followed. */
export function QueryHelp() {
  const styles = useStyles2(getStyles);
  return (
    <>
      <p>
        {t(
          'help.question',
          'Choose an analysis and what it needs. The sentence beside it says what is asked; the answer comes as soon as the question is complete.'
        )}
      </p>
      <dl className={styles.analyses}>
        {analysisChoices().map(({ value, label, description }) => (
          <div key={value}>
            <dt>
              <TextLink href={`${docs}/${value}.md`} external inline>
                {label}
              </TextLink>
            </dt>
            <dd>{description}</dd>
          </div>
        ))}
      </dl>
      <p>
        {t(
          'help.answer',
          '“Answer as” makes the same answer fit for a table, a chart, one number, or an alert rule. A click on a number of users leads to who they are, and from there to what each of them did.'
        )}
      </p>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  analyses: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(240px, 1fr))',
    gap: theme.spacing(1, 2),
    dt: { fontWeight: theme.typography.fontWeightMedium },
    dd: { margin: 0, color: theme.colors.text.secondary },
  }),
});
