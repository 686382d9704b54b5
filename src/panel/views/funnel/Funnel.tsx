import { css } from '@emotion/css';
import type { DataFrame, GrafanaTheme2 } from '@grafana/data';
import { ScrollContainer, useStyles2 } from '@grafana/ui';
import { useGroupColors } from '../../shared/colors';
import { t } from '../../../i18n';
import { wordOf } from '../../../said';
import { useFormat } from '../../shared/display';
import { Legend } from '../../shared/Legend';
import type { ViewProps } from '../view';

interface Bar {
  group: string;
  step: string;
  users: number;
  share: number | null;
  dropped: number | null;
  inProgress: number | null;
  medianSeconds: number | null;
}

/** A funnel: for each step a bar for each group of users, and what happened on the way to the next. */
export function Funnel({ frames: [frame], height }: ViewProps) {
  const styles = useStyles2(getStyles);
  const bars = readBars(frame);
  const withGroups = frame.fields.some(({ name }) => name === 'breakdown');
  const steps = [...new Set(bars.map((bar) => bar.step))];
  const groups = [...new Set(bars.map((bar) => bar.group))];
  const colors = useGroupColors(groups.length);
  return (
    <ScrollContainer height={`${height}px`}>
      {withGroups && <Legend names={groups} colors={colors} />}
      <ol className={styles.steps} aria-label={t('answer.funnel', 'Funnel')}>
        {steps.map((step) => (
          <li key={step}>
            <div className={styles.step}>{step}</div>
            {groups.map((group, i) => {
              const bar = bars.find((b) => b.step === step && b.group === group);
              return bar && <BarRow key={group} bar={bar} color={colors[i]} thin={groups.length > 1} />;
            })}
            {groups.length === 1 && <OnTheWay frame={frame} at={steps.indexOf(step)} bars={bars} />}
          </li>
        ))}
      </ol>
    </ScrollContainer>
  );
}

function BarRow({ bar, color, thin }: { bar: Bar; color: string; thin: boolean }) {
  const styles = useStyles2(getStyles);
  const share = bar.share ?? 0;
  return (
    <div className={styles.row}>
      <div className={styles.track} style={{ height: thin ? 16 : 32 }}>
        <div className={styles.bar} style={{ width: `${share * 100}%`, background: color }} />
      </div>
      <div className={styles.count}>
        <strong>{bar.users.toLocaleString('en')}</strong> <span>{percent(bar.share)}</span>
      </div>
    </div>
  );
}

/** Between two steps: who went on, who did not, who still may, and how long it took. */
function OnTheWay({ frame, at, bars }: { frame: DataFrame; at: number; bars: Bar[] }) {
  const styles = useStyles2(getStyles);
  const formatTime = useFormat(frame.fields.find(({ name }) => name === 'median_time')!);
  const bar = bars[at];
  // Nobody drops out at optional steps, so they are shown beside the others.
  const next = bars.find(({ dropped }, i) => i > at && (dropped !== null || i === bars.length - 1));
  if (!next || bar.dropped === null) {
    return null;
  }
  const share = percent(bar.users ? next.users / bar.users : null);
  return (
    <div className={styles.way}>
      <span>
        ↓{' '}
        {next.medianSeconds === null
          ? t('answer.went-on', '{{share}} went on', { share })
          : t('answer.went-on-in', '{{share}} went on in {{time}} (median)', {
              share,
              time: formatTime(next.medianSeconds),
            })}
      </span>
      <span className={styles.dropped}>
        {t('answer.dropped', '{{number}} dropped', { number: bar.dropped.toLocaleString('en') })}
      </span>
      {Boolean(bar.inProgress) && (
        <span>
          {t('answer.in-progress', '{{number}} in progress', { number: bar.inProgress!.toLocaleString('en') })}
        </span>
      )}
    </div>
  );
}

function readBars(frame: DataFrame): Bar[] {
  const fieldOf = (...names: string[]) => frame.fields.find(({ name }) => names.includes(name));
  const value = (name: string, row: number) => fieldOf(name)?.values[row];
  const word = (name: string, row: number) => {
    const field = fieldOf(name);
    return field ? wordOf(field, field.values[row]) : '';
  };
  const counts = fieldOf('users', 'sessions')!.values;
  return Array.from({ length: frame.length }, (_, row) => ({
    group: word('breakdown', row),
    step: word('step', row),
    users: counts[row],
    share: value('share_of_first', row),
    dropped: value('dropped', row),
    inProgress: value('in_progress', row),
    medianSeconds: value('median_time', row),
  }));
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)}%`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  steps: css({ listStyle: 'none', display: 'grid', gap: theme.spacing(1) }),
  step: css({ fontWeight: theme.typography.fontWeightMedium, marginBottom: theme.spacing(0.5) }),
  row: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(2), marginBottom: 2 }),
  track: css({ flex: 1, background: theme.colors.background.secondary, borderRadius: 2, overflow: 'hidden' }),
  bar: css({ height: '100%', minWidth: 2, borderRadius: 2 }),
  count: css({
    width: 150,
    textAlign: 'right',
    fontVariantNumeric: 'tabular-nums',
    span: { display: 'inline-block', width: 64, color: theme.colors.text.secondary },
  }),
  way: css({
    display: 'flex',
    gap: theme.spacing(2),
    padding: theme.spacing(0.5, 0, 0.5, 1),
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  dropped: css({ color: theme.colors.error.text }),
});
