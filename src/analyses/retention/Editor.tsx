import { Stack } from '@grafana/ui';
import { t } from '../../i18n';
import type { Cohorts, Retention, RetentionMode } from '../../types.gen';
import { BreakdownFields } from '../../components/BreakdownFields';
import { periodChoices } from '../../components/choices';
import { ChoiceField, type Choice } from '../../components/ChoiceField';
import type { Part } from '../../components/editor';
import { NumberField } from '../../components/NumberField';
import { RetentionOptions } from './Options';
import { RetentionOutputFields } from './Output';
import { SelectorEditor } from '../../components/SelectorEditor';

export function RetentionEditor({ value: retention, onChange }: Part<Retention>) {
  const set = (change: Partial<Retention>) => onChange({ ...retention, ...change });
  return (
    <Stack direction="column" gap={2}>
      <Stack direction="row" gap={4} wrap="wrap" alignItems="flex-start">
        <SelectorEditor
          path="retention.start"
          label={t('retention.start', 'Start event')}
          of={t('retention.the-start', 'the start event')}
          value={retention.start}
          onChange={(start) => set({ start })}
        />
        <SelectorEditor
          path="retention.return"
          label={t('retention.return', 'Return event')}
          of={t('retention.the-return', 'the return event')}
          value={retention.return}
          onChange={(back) => set({ return: back })}
        />
      </Stack>
      <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
        <CohortFields value={retention} onChange={onChange} />
        <BreakdownFields
          path="retention.breakdown"
          withSegments
          event={retention.start.event}
          value={retention.breakdown}
          onChange={(breakdown) => set({ breakdown })}
        />
        <RetentionOutputFields value={retention} onChange={onChange} />
      </Stack>
      <RetentionOptions value={retention} onChange={onChange} />
    </Stack>
  );
}

function CohortFields({ value: retention, onChange }: Part<Retention>) {
  const set = (change: Partial<Retention>) => onChange({ ...retention, ...change });
  return (
    <>
      <ChoiceField
        path="retention.cohorts"
        label={t('retention.cohorts', 'Cohorts by start event')}
        radio
        options={cohorts()}
        value={retention.cohorts}
        onChange={(next) => set({ cohorts: next })}
      />
      <ChoiceField
        path="retention.period"
        label={t('retention.period', 'Period')}
        radio
        options={periodChoices()}
        value={retention.period}
        onChange={(period) => set({ period })}
      />
      <NumberField
        path="retention.periods"
        when={!retention.brackets?.length && retention.output !== 'classic'}
        label={t('retention.periods', 'Periods')}
        value={retention.periods}
        onChange={(periods) => set({ periods })}
      />
      <ChoiceField
        path="retention.mode"
        label={t('retention.mode', 'Retained when back')}
        radio
        options={modes()}
        value={retention.mode}
        onChange={(mode) => set({ mode })}
      />
    </>
  );
}

const cohorts = (): Array<Choice<Cohorts>> => [
  {
    value: 'first_time',
    label: t('retention.first-time', 'First time'),
    description: t('retention.first-time-help', 'Each user is in the cohort of the first start event ever'),
  },
  {
    value: 'recurring',
    label: t('retention.recurring', 'Every time'),
    description: t('retention.recurring-help', 'A user is in every cohort with a start event'),
  },
];

const modes = (): Array<Choice<RetentionMode>> => [
  {
    value: 'on',
    label: t('retention.on', 'In the period'),
    description: t('retention.on-help', 'The return event happened in exactly that period'),
  },
  {
    value: 'on_or_after',
    label: t('retention.on-or-after', 'Or later'),
    description: t('retention.on-or-after-help', 'The return event happened in that period or any later one'),
  },
];
