import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { t } from '../../../i18n';
import { Count, LowMark, OptionalMark, Stack, Stopped, useBarHints, wentOn, type BarsProps } from './parts';

/** The steps from top to bottom, their bars lying, and between them who went on. */
export function Rows(props: BarsProps) {
  const { funnel, ways, colors, formats } = props;
  const styles = useStyles2(getStyles);
  const hintOf = useBarHints(props);
  return (
    <ol className={styles.steps} aria-label={t('answer.funnel', 'Funnel')}>
      {funnel.steps.map((step, at) => {
        const way = ways.find(({ from }) => from === at);
        const next = way && funnel.steps[way.to].bars[0];
        return (
          <li key={at} className={styles.step}>
            <div className={styles.head}>
              <span className={styles.name} title={step.name}>
                {step.name}
              </span>
              {!funnel.withGroups && <Count bar={step.bars[0]} {...{ funnel, formats }} />}
            </div>
            <div className={styles.bars}>
              {step.bars.map((bar, i) => (
                <div key={i} className={styles.bar} {...hintOf(step, bar, funnel.groups[i])}>
                  <Stack bar={bar} color={colors[i]} isUpright={false} isOptional={step.isOptional} />
                </div>
              ))}
            </div>
            <OptionalMark step={step} />
            {next && !funnel.withGroups && (
              <div className={styles.way}>
                <span>↓ {wentOn(next, formats)}</span>
                <LowMark share={next.ofPrevious} {...{ way, formats }} />
                <Stopped bar={step.bars[0]} color={colors[0]} {...{ funnel, formats }} />
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  steps: css({
    display: 'flex',
    flex: 1,
    flexDirection: 'column',
    gap: theme.spacing(0.5),
    minHeight: 0,
    margin: 0,
    padding: 0,
    overflowY: 'auto',
    listStyle: 'none',
  }),
  step: css({ display: 'flex', flex: '1 0 auto', flexDirection: 'column', gap: 2 }),
  head: css({ display: 'flex', gap: theme.spacing(1), justifyContent: 'space-between' }),
  name: css({
    minWidth: 0,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    fontWeight: theme.typography.fontWeightMedium,
  }),
  bars: css({ display: 'flex', flex: 1, flexDirection: 'column', gap: 2, minHeight: 10, maxHeight: 80 }),
  bar: css({ flex: 1, minHeight: 6 }),
  way: css({
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: theme.spacing(2),
    paddingLeft: theme.spacing(1),
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
  }),
});
