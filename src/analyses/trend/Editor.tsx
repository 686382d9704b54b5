import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, IconButton, Stack, useStyles2 } from '@grafana/ui';
import { defaults } from '../../defaults.gen';
import { t } from '../../i18n';
import { type Trend, type TrendSeries, type TrendValue } from '../../types.gen';
import { BreakdownFields } from '../../components/BreakdownFields';
import { ChoiceField, type Choice } from '../../components/ChoiceField';
import { intervalChoices } from '../../components/choices';
import type { Part } from '../../components/editor';
import { EventPicker } from '../../components/EventPicker';
import { FiltersEditor } from '../../components/FiltersEditor';
import { ListProblem, ProblemField } from '../../components/ProblemField';
import { TextInput } from '../../components/TextInput';
import { useKeys } from '../../components/useKeys';

const values = (): Array<Choice<TrendValue>> => [
  { value: 'events', label: t('trend.events', 'Events') },
  { value: 'users', label: t('trend.users', 'Users'), description: t('trend.users-text', 'Each once an interval') },
  {
    value: 'sessions',
    label: t('trend.sessions', 'Sessions'),
    description: t('trend.sessions-text', 'Each once an interval'),
  },
  {
    value: 'users_7_days',
    label: t('trend.users-7-days', 'Users of 7 days'),
    description: t('trend.users-7-days-text', 'Those of the 7 days that end with the interval'),
  },
  {
    value: 'users_30_days',
    label: t('trend.users-30-days', 'Users of 30 days'),
    description: t('trend.users-30-days-text', 'Those of the 30 days that end with the interval'),
  },
];

/** Rolling counts are of whole days. */
const isRolling = (value?: TrendValue) => value === 'users_7_days' || value === 'users_30_days';

export function TrendEditor({ value: trend, onChange }: Part<Trend>) {
  const set = (change: Partial<Trend>) => onChange({ ...trend, ...change });
  const series = trend.series?.length ? trend.series : [anyEvent];
  const intervals = intervalChoices().filter(({ value }) => value !== 'hour' || !isRolling(trend.value));
  return (
    <Stack direction="column" gap={2}>
      <SeriesEditor value={series} onChange={(next) => set({ series: isDefault(next) ? undefined : next })} />
      <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
        <ChoiceField
          path="trend.value"
          label={t('trend.value', 'Count')}
          options={values()}
          value={trend.value}
          onChange={(value) =>
            set({ value, interval: isRolling(value) && trend.interval === 'hour' ? undefined : trend.interval })
          }
        />
        <ChoiceField
          radio
          path="trend.interval"
          label={t('trend.interval', 'Interval')}
          options={intervals}
          value={trend.interval}
          onChange={(interval) => set({ interval })}
        />
        <BreakdownFields
          path="trend.breakdown"
          withSegments
          event={series[0].event}
          value={trend.breakdown}
          onChange={(breakdown) => set({ breakdown })}
        />
      </Stack>
    </Stack>
  );
}

const anyEvent: TrendSeries = defaults['trend.series'];

function isDefault([first, ...others]: TrendSeries[]): boolean {
  return !others.length && (!first || (first.event === anyEvent.event && !first.label && !first.filters));
}

function SeriesEditor({ value: series, onChange }: Part<TrendSeries[]>) {
  const styles = useStyles2(getStyles);
  const { keys, ...rows } = useKeys(series.length);
  const add = () => {
    rows.insert(series.length);
    onChange([...series, { event: '' }]);
  };
  const remove = (at: number) => {
    rows.remove(at);
    onChange(series.filter((_, i) => i !== at));
  };
  return (
    <Stack direction="column" gap={1} alignItems="flex-start">
      <ol className={styles.series} aria-label={t('trend.series', 'Series')}>
        {series.map((one, i) => (
          <li key={keys[i]} className={styles.row} aria-label={t('trend.series-n', 'Series {{n}}', { n: i + 1 })}>
            <SeriesFields
              at={i}
              value={one}
              onChange={(next) => onChange(series.map((other, j) => (j === i ? next : other)))}
            />
            {series.length > 1 && (
              <div className={styles.action}>
                <IconButton
                  name="trash-alt"
                  tooltip={t('trend.remove', 'Remove series {{n}}', { n: i + 1 })}
                  onClick={() => remove(i)}
                />
              </div>
            )}
          </li>
        ))}
      </ol>
      <ListProblem path="trend.series" name={t('trend.whole', 'The trend')} />
      <Button icon="plus" variant="secondary" size="sm" onClick={add}>
        {t('trend.add', 'Add series')}
      </Button>
    </Stack>
  );
}

function SeriesFields({ at, value: series, onChange }: Part<TrendSeries> & { at: number }) {
  const path = `trend.series[${at}]`;
  const n = at + 1;
  return (
    <Stack direction="row" gap={1} alignItems="flex-start" wrap="wrap" grow={1}>
      <ProblemField path={`${path}.event`} name={t('trend.event', 'Event')}>
        <EventPicker
          label={t('trend.event-of', 'Event of series {{n}}', { n })}
          value={series.event}
          onChange={(event) => onChange({ ...series, event })}
        />
      </ProblemField>
      <ProblemField path={`${path}.label`} name={t('trend.label', 'Label')}>
        <TextInput
          aria-label={t('trend.label-of', 'Label of series {{n}}', { n })}
          placeholder={t('trend.label-optional', 'Label (optional)')}
          width={22}
          value={series.label ?? ''}
          onChange={(label) => onChange({ ...series, label: label || undefined })}
        />
      </ProblemField>
      <FiltersEditor
        path={`${path}.filters`}
        of={t('trend.of-series', 'series {{n}}', { n })}
        event={series.event}
        filters={series.filters}
        onChange={(filters) => onChange({ ...series, filters })}
      />
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  series: css({ listStyle: 'none', margin: 0, padding: 0, width: '100%', display: 'grid', gap: theme.spacing(0.5) }),
  row: css({
    display: 'flex',
    alignItems: 'flex-start',
    gap: theme.spacing(1),
    padding: theme.spacing(1),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
  }),
  action: css({ flex: 'none', display: 'flex', height: theme.spacing(4), alignItems: 'center' }),
});
