import { Stack } from '@grafana/ui';
import { t } from '../../i18n';
import type { Funnel, FunnelActorList, FunnelOutput } from '../../types.gen';
import { BreakdownFields } from '../../components/BreakdownFields';
import { intervalChoices } from '../../components/choices';
import { ChoiceField, type Choice } from '../../components/ChoiceField';
import type { Part } from '../../components/editor';
import { FunnelOptions } from './Options';
import { NumberField } from '../../components/NumberField';
import { stepText, StepsEditor } from './Steps';
import { TextField } from '../../components/TextField';
import { WindowField } from '../../components/WindowField';

export function FunnelEditor({ value: funnel, onChange }: Part<Funnel>) {
  const set = (change: Partial<Funnel>) => onChange({ ...funnel, ...change });
  return (
    <Stack direction="column" gap={2}>
      <StepsEditor value={funnel.steps} isOrdered={funnel.order !== 'unordered'} onChange={(steps) => set({ steps })} />
      <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
        <WindowField
          path="funnel.window"
          label={t('funnel.window', 'Conversion window')}
          value={funnel.window}
          onChange={(window) => set({ window })}
        />
        <BreakdownFields
          path="funnel.breakdown"
          withSegments
          event={funnel.steps[0]?.event ?? ''}
          value={funnel.breakdown}
          onChange={(breakdown) => set({ breakdown })}
        />
        <ChoiceField
          path="funnel.breakdownBy"
          when={Boolean(funnel.breakdown)}
          label={t('funnel.breakdown-by', 'Value of')}
          options={[
            { value: 'first', label: t('funnel.first-step', 'The first step') },
            { value: 'last', label: t('funnel.last-step', 'The last step reached') },
          ]}
          value={funnel.breakdownBy}
          onChange={(breakdownBy) => set({ breakdownBy })}
        />
        <OutputFields value={funnel} onChange={onChange} />
      </Stack>
      <FunnelOptions value={funnel} onChange={onChange} />
    </Stack>
  );
}

/** The form of the answer, and what only one form has. */
function OutputFields({ value: funnel, onChange }: Part<Funnel>) {
  const set = (change: Partial<Funnel>) => onChange({ ...funnel, ...change });
  const listed = funnel.output === 'actors';
  const list = (change: Partial<FunnelActorList>) => {
    const actors = { ...funnel.actors, ...change };
    set({ actors: Object.values(actors).some(Boolean) ? actors : undefined });
  };
  return (
    <>
      <ChoiceField
        path="funnel.output"
        label={t('fields.output', 'Answer as')}
        options={outputs()}
        value={funnel.output}
        onChange={(output) => set({ output })}
      />
      <ChoiceField
        path="funnel.interval"
        when={funnel.output === 'trend'}
        label={t('fields.interval', 'Interval')}
        options={intervalChoices()}
        value={funnel.interval}
        onChange={(interval) => set({ interval })}
      />
      <NumberField
        path="funnel.bins"
        when={funnel.output === 'time_to_convert'}
        label={t('fields.bins', 'Bins')}
        value={funnel.bins}
        onChange={(bins) => set({ bins })}
      />
      <ChoiceField
        path="funnel.actors.status"
        when={listed}
        label={t('fields.listed', 'Who')}
        options={[
          { value: 'reached', label: t('funnel.reached', 'Reached the step') },
          { value: 'dropped', label: t('funnel.dropped', 'Dropped after the step') },
          { value: 'in_progress', label: t('funnel.in-progress', 'In progress after the step') },
        ]}
        value={funnel.actors?.status}
        onChange={(status) => list({ status })}
      />
      <ChoiceField
        path="funnel.actors.step"
        when={listed}
        label={t('funnel.step-label', 'Step')}
        options={funnel.steps.map((step, i) => ({ value: i + 1, label: stepText(step, i + 1) }))}
        value={funnel.actors?.step}
        onChange={(step) => list({ step })}
      />
      <TextField
        path="funnel.actors.value"
        when={listed && Boolean(funnel.breakdown)}
        label={t('fields.breakdown-value', 'Value of the breakdown')}
        placeholder={t('fields.all-values', 'All')}
        value={funnel.actors?.value}
        onChange={(value) => list({ value })}
      />
    </>
  );
}

const outputs = (): Array<Choice<FunnelOutput>> => [
  {
    value: 'steps',
    label: t('funnel.output-steps', 'Steps'),
    description: t('funnel.output-steps-help', 'A row for each step: users, shares, dropped, in progress'),
  },
  {
    value: 'chart',
    label: t('funnel.output-chart', 'Steps as bars'),
    description: t('funnel.output-chart-help', 'Users at each step, for a bar chart'),
  },
  {
    value: 'conversion',
    label: t('funnel.output-conversion', 'Conversion rate'),
    description: t('funnel.output-conversion-help', 'One number, for stat panels and alert rules'),
  },
  {
    value: 'trend',
    label: t('funnel.output-trend', 'Conversion over time'),
    description: t('funnel.output-trend-help', 'The rate for each interval of entry, as a time series'),
  },
  {
    value: 'time_to_convert',
    label: t('funnel.output-time-to-convert', 'Time to convert'),
    description: t('funnel.output-time-to-convert-help', 'A histogram of the time from first step to last'),
  },
  {
    value: 'actors',
    label: t('funnel.output-actors', 'List'),
    description: t('funnel.output-actors-help', 'Who is behind a number of the steps'),
  },
];
