import { defaults } from '../../defaults.gen';
import { t } from '../../i18n';
import type { Retention, RetentionActorList, RetentionOutput, RetentionStatus } from '../../types.gen';
import { ChoiceField, type Choice } from '../../components/ChoiceField';
import type { Part } from '../../components/editor';
import { TextField } from '../../components/TextField';
import { defaultColumn } from './columns';

/** The form of the answer, and what only one form has. */
export function RetentionOutputFields({ value: retention, onChange }: Part<Retention>) {
  const set = (change: Partial<Retention>) => onChange({ ...retention, ...change });
  const { output, column, brackets } = retention;
  return (
    <>
      <ChoiceField
        path="retention.output"
        label={t('fields.output', 'Answer as')}
        options={outputs()}
        value={output}
        onChange={(next) => set({ output: next })}
      />
      <TextField
        path="retention.column"
        when={output === 'rate' || output === 'actors'}
        label={brackets?.length ? t('retention.bracket', 'Bracket') : t('retention.column', 'After periods')}
        placeholder={defaultColumn(retention)}
        value={column}
        onChange={(next) => set({ column: next })}
      />
      <ListFields value={retention} onChange={onChange} />
    </>
  );
}

/** Whom to list. */
function ListFields({ value: retention, onChange }: Part<Retention>) {
  const set = (change: Partial<RetentionActorList>) => {
    const actors = { cohort: '', ...retention.actors, ...change };
    onChange({ ...retention, actors: actors.cohort ? actors : undefined });
  };
  const listed = retention.output === 'actors';
  return (
    <>
      <TextField
        path={['retention.actors', 'retention.actors.cohort']}
        when={listed}
        label={t('retention.cohort', 'Cohort')}
        placeholder={t('retention.cohort-example', 'such as {{example}}', {
          example: examples[retention.period || defaults.retention.period],
        })}
        value={retention.actors?.cohort}
        onChange={(cohort = '') => set({ cohort })}
      />
      <ChoiceField
        path="retention.actors.status"
        when={listed && Boolean(retention.actors)}
        label={t('fields.listed', 'Who')}
        options={statuses()}
        value={retention.actors?.status}
        onChange={(status) => set({ status })}
      />
      <TextField
        path="retention.actors.value"
        when={listed && Boolean(retention.actors && retention.breakdown)}
        label={t('fields.breakdown-value', 'Value of the breakdown')}
        placeholder={t('fields.all-values', 'All')}
        value={retention.actors?.value}
        onChange={(value) => set({ value })}
      />
    </>
  );
}

const examples = { hour: '2026-03-02 15:00', day: '2026-03-02', week: '2026-03-02', month: '2026-03' };

const statuses = (): Array<Choice<RetentionStatus>> => [
  { value: 'retained', label: t('retention.retained', 'Those who came back') },
  { value: 'not_retained', label: t('retention.not-retained', 'Those who did not') },
  { value: 'all', label: t('retention.everyone', 'The whole cohort') },
];

const outputs = (): Array<Choice<RetentionOutput>> => [
  {
    value: 'table',
    label: t('retention.output-table', 'Table'),
    description: t('retention.output-table-help', 'A row for each cohort, a column for each period'),
  },
  {
    value: 'heatmap',
    label: t('retention.output-heatmap', 'Heatmap'),
    description: t('retention.output-heatmap-help', 'The same for the heatmap panel'),
  },
  {
    value: 'long',
    label: t('retention.output-long', 'Long table'),
    description: t('retention.output-long-help', 'A row for each cohort and period'),
  },
  {
    value: 'curve',
    label: t('retention.output-curve', 'Curve'),
    description: t('retention.output-curve-help', 'A line for each cohort, for the trend panel'),
  },
  {
    value: 'classic',
    label: t('retention.output-classic', 'Classic table'),
    description: t('retention.output-classic-help', 'New users, then number and rate after 1, 7 and 30 periods'),
  },
  {
    value: 'rate',
    label: t('retention.output-rate', 'Rate'),
    description: t('retention.output-rate-help', 'One number, for stat panels and alert rules'),
  },
  {
    value: 'actors',
    label: t('retention.output-actors', 'List'),
    description: t('retention.output-actors-help', 'Who is behind a cell of the table'),
  },
];
