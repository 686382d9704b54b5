import { css, cx } from '@emotion/css';
import { colorManipulator, FieldType, getFieldDisplayName, type Field, type GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import { t } from '../../../i18n';
import { formatsOf, type Format } from '../../shared/display';
import type { useHint } from '../../shared/Hint';
import { Linked } from '../../shared/Linked';
import { isLow, type Bar, type FunnelSteps, type Step, type Way } from './steps';

/** What the bars of a funnel are drawn from. */
export interface BarsProps {
  funnel: FunnelSteps;
  ways: Way[];
  /** One for each group. */
  colors: string[];
  formats: Formats;
  over: ReturnType<typeof useHint>['over'];
  width: number;
}

export type Formats = Record<keyof FunnelSteps['fields'], Format>;

/** Makes the handlers that say all numbers of a bar. */
export function useBarHints({ funnel, over }: BarsProps) {
  const { fields } = funnel.frame;
  const numbers = fields.filter(({ type }) => type === FieldType.number);
  const formats = formatsOf(Object.fromEntries(numbers.map((field) => [field.name, field])), useTheme2());
  const rowOf = (field: Field, row: number): [string, string] => [
    getFieldDisplayName(field, funnel.frame),
    formats[field.name](field.values[row]),
  ];
  return (step: Step, { row }: Bar, group: string) =>
    over(() => ({
      title: [group, step.name].filter(Boolean).join(' · '),
      rows: numbers.map((field) => rowOf(field, row)).filter(([, value]) => value !== ''),
    }));
}

interface StackProps {
  bar: Bar;
  color: string;
  isUpright: boolean;
  isOptional: boolean;
}

/** A bar: who came as far, and behind it who is missing, apart by whether they are lost or may still come. */
export function Stack({ bar, color, isUpright, isOptional }: StackProps) {
  const styles = useStyles2(getStyles);
  const long = isUpright ? 'height' : 'width';
  const faint = colorManipulator.alpha(color, 0.3);
  const length = (share: number) => ({ [long]: `${Math.min(share, 1) * 100}%` });
  return (
    <div className={cx(styles.stack, isUpright && styles.upright)} aria-hidden>
      <div
        className={cx(styles.part, isOptional && styles.optional)}
        style={{
          ...length(bar.share ?? 0),
          [isUpright ? 'minHeight' : 'minWidth']: bar.users > 0 ? 2 : 0,
          borderColor: color,
          background: isOptional ? undefined : color,
        }}
      />
      <div className={styles.part} style={{ ...length(bar.missing.inProgress), background: faint }} />
      <div className={styles.part} style={{ ...length(bar.missing.dropped), background: hatched(color) }} />
    </div>
  );
}

/** How many are at a step, of the first ones. */
export function Count({ bar, funnel, formats }: { bar: Bar; funnel: FunnelSteps; formats: Formats }) {
  const styles = useStyles2(getStyles);
  return (
    <span className={styles.count}>
      <Linked field={funnel.fields.users} row={bar.row}>
        <strong>{formats.users(bar.users)}</strong>
      </Linked>
      <span className={styles.faint}>{formats.share(bar.share) || '–'}</span>
    </span>
  );
}

/** Who stopped at a step: for good, or for the time being. */
export function Stopped({
  bar,
  funnel,
  formats,
  color,
}: {
  bar: Bar;
  funnel: FunnelSteps;
  formats: Formats;
  color: string;
}) {
  const styles = useStyles2(getStyles);
  const { fields } = funnel;
  return (
    <>
      {bar.dropped !== null && (
        <span className={styles.stopped}>
          <span className={styles.swatch} style={{ background: hatched(color) }} />
          <Linked field={fields.dropped} row={bar.row}>
            {t('answer.dropped', '{{number}} dropped', { number: formats.dropped(bar.dropped) })}
          </Linked>
        </span>
      )}
      {Boolean(bar.inProgress) && (
        <span className={styles.stopped}>
          <span className={styles.swatch} style={{ background: colorManipulator.alpha(color, 0.3) }} />
          <Linked field={fields.inProgress} row={bar.row}>
            {t('answer.in-progress', '{{number}} in progress', { number: formats.inProgress(bar.inProgress) })}
          </Linked>
        </span>
      )}
    </>
  );
}

/** The share that went on to the next step and how long it took, in a sentence. */
export function wentOn({ ofPrevious, medianSeconds }: Bar, formats: Formats): string {
  const share = formats.ofPrevious(ofPrevious) || '–';
  return medianSeconds === null
    ? t('answer.went-on', '{{share}} went on', { share })
    : t('answer.went-on-in', '{{share}} went on in {{time}} (median)', { share, time: formats.median(medianSeconds) });
}

/** A sign where too few went on; where there is little room without its words, which are read all the same. */
export function LowMark({
  share,
  way,
  formats,
  isShort,
}: {
  share: number | null;
  way: Way;
  formats: Formats;
  isShort?: boolean;
}) {
  const styles = useStyles2(getStyles);
  if (!isLow(share, way)) {
    return null;
  }
  const below = t('funnel.below', 'below {{share}}', { share: formats.ofPrevious(way.threshold) });
  return (
    <span className={styles.low} title={below}>
      <Icon name="exclamation-triangle" size="sm" aria-hidden />
      <span className={isShort ? 'sr-only' : undefined}>{below}</span>
    </span>
  );
}

/** What stands beside the way says so. */
export function OptionalMark({ step }: { step: Step }) {
  const styles = useStyles2(getStyles);
  return step.isOptional && <span className={styles.stopped}>{t('funnel.beside', 'optional')}</span>;
}

function hatched(color: string): string {
  const [line, gap] = [0.55, 0.12].map((alpha) => colorManipulator.alpha(color, alpha));
  return `repeating-linear-gradient(-45deg, ${line} 0 2px, ${gap} 2px 7px)`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  stack: css({
    display: 'flex',
    width: '100%',
    height: '100%',
    overflow: 'hidden',
    borderRadius: theme.shape.radius.default,
    background: theme.colors.background.secondary,
  }),
  upright: css({ flexDirection: 'column-reverse' }),
  part: css({ flexShrink: 0 }),
  optional: css({ border: '1px dashed' }),
  count: css({
    display: 'inline-flex',
    flexWrap: 'wrap',
    alignItems: 'baseline',
    columnGap: theme.spacing(1),
    fontVariantNumeric: 'tabular-nums',
    strong: { fontWeight: theme.typography.fontWeightMedium },
  }),
  faint: css({ color: theme.colors.text.secondary }),
  stopped: css({
    display: 'inline-flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    whiteSpace: 'nowrap',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
  }),
  swatch: css({ width: 10, height: 10, flexShrink: 0, borderRadius: 2 }),
  low: css({
    display: 'inline-flex',
    alignItems: 'center',
    gap: 2,
    whiteSpace: 'nowrap',
    color: theme.colors.error.text,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
