import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { t } from '../../../i18n';
import {
  Count,
  LowMark,
  OptionalMark,
  Stack,
  Stopped,
  useBarHints,
  wentOn,
  type BarsProps,
  type Formats,
} from './parts';
import { isLow, type Step, type Way } from './steps';

/** The steps from left to right, their bars upright, and between them who went on. */
export function Columns(props: BarsProps) {
  const { funnel, ways, colors, formats } = props;
  const styles = useStyles2(getStyles);
  const hintOf = useBarHints(props);
  return (
    <ol className={styles.steps} aria-label={t('answer.funnel', 'Funnel')}>
      {funnel.steps.map((step, at) => (
        <li key={at} className={styles.step}>
          <div className={styles.name} title={step.name}>
            {step.name}
          </div>
          <div className={styles.plot}>
            <div className={styles.bars}>
              {step.bars.map((bar, i) => (
                <div key={i} className={styles.bar} {...hintOf(step, bar, funnel.groups[i])}>
                  <Stack bar={bar} color={colors[i]} isUpright isOptional={step.isOptional} />
                </div>
              ))}
            </div>
            {at < funnel.steps.length - 1 && (
              <div className={styles.gap}>
                {!funnel.withGroups && <Between way={ways.find(({ to }) => to === at + 1)} {...{ funnel, formats }} />}
              </div>
            )}
          </div>
          {!funnel.withGroups && (
            <div className={styles.numbers}>
              <Count bar={step.bars[0]} {...{ funnel, formats }} />
              <OptionalMark step={step} />
              <Stopped bar={step.bars[0]} color={colors[0]} {...{ funnel, formats }} />
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}

/** Who went on, on an arrow to the next step. */
function Between({ way, funnel, formats }: { way?: Way; funnel: { steps: Step[] }; formats: Formats }) {
  const styles = useStyles2(getStyles);
  if (!way) {
    return null;
  }
  const [next] = funnel.steps[way.to].bars;
  return (
    <div className={styles.way} title={wentOn(next, formats)}>
      <span className="sr-only">{wentOn(next, formats)}</span>
      <div aria-hidden className={isLow(next.ofPrevious, way) ? styles.lowArrow : styles.arrow}>
        {formats.ofPrevious(next.ofPrevious) || '–'}
      </div>
      <div aria-hidden>{formats.median(next.medianSeconds)}</div>
      {/* There is no room for its words between narrow columns. */}
      <LowMark share={next.ofPrevious} isShort {...{ way, formats }} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const arrow = {
    padding: theme.spacing(0.25, 1.25, 0.25, 0.75),
    clipPath: 'polygon(0 0, calc(100% - 8px) 0, 100% 50%, calc(100% - 8px) 100%, 0 100%)',
    fontWeight: theme.typography.fontWeightMedium,
  };
  return {
    steps: css({
      display: 'flex',
      flex: 1,
      minHeight: 160,
      margin: 0,
      padding: 0,
      overflowX: 'auto',
      listStyle: 'none',
    }),
    step: css({
      display: 'flex',
      flexDirection: 'column',
      flex: '1 0 0',
      minWidth: 100,
      gap: theme.spacing(0.5),
      '&:last-child': { flexGrow: 0.6, minWidth: 70 },
    }),
    name: css({
      overflow: 'hidden',
      paddingRight: theme.spacing(1),
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
      fontWeight: theme.typography.fontWeightMedium,
    }),
    plot: css({ display: 'flex', flex: 1, minHeight: 0, borderBottom: `1px solid ${theme.colors.border.medium}` }),
    bars: css({ display: 'flex', flex: 3, gap: 2, minWidth: 0 }),
    bar: css({ flex: 1, minWidth: 3 }),
    gap: css({ display: 'flex', flex: 2, minWidth: 66, alignItems: 'center', justifyContent: 'center' }),
    way: css({
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'center',
      gap: 2,
      fontSize: theme.typography.bodySmall.fontSize,
      fontVariantNumeric: 'tabular-nums',
      color: theme.colors.text.secondary,
    }),
    arrow: css({ ...arrow, background: theme.colors.background.secondary, color: theme.colors.text.primary }),
    lowArrow: css({ ...arrow, background: theme.colors.error.main, color: theme.colors.error.contrastText }),
    // As high in every column, so that the bars stand on one line.
    numbers: css({ display: 'flex', flexDirection: 'column', alignItems: 'flex-start', height: 64 }),
  };
};
