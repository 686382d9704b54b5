import { Combobox, RadioButtonGroup, Stack } from '@grafana/ui';
import { useId } from 'react';
import type { Cohorts, Period, Retention, RetentionMode, RetentionOutput } from '../types.gen';
import { ProblemField } from './ProblemField';
import { SelectorEditor } from './SelectorEditor';
import { TextInput } from './TextInput';
import type { Part } from './editor';

const cohorts: Array<{ value: Cohorts; label: string; description: string }> = [
  { value: 'first_time', label: 'First time', description: 'Each user is in the cohort of the first start event ever' },
  { value: 'recurring', label: 'Every time', description: 'A user is in every cohort with a start event' },
];
const periods: Array<{ value: Period; label: string }> = [
  { value: 'day', label: 'Day' },
  { value: 'week', label: 'Week' },
  { value: 'month', label: 'Month' },
];
const modes: Array<{ value: RetentionMode; label: string; description: string }> = [
  { value: 'on', label: 'In the period', description: 'The return event happened in exactly that period' },
  { value: 'on_or_after', label: 'Or later', description: 'The return event happened in that period or any later one' },
];
const outputs: Array<{ value: RetentionOutput; label: string; description: string }> = [
  { value: 'table', label: 'Table', description: 'A row for each cohort, a column for each period' },
  { value: 'heatmap', label: 'Heatmap', description: 'The same for the heatmap panel' },
  { value: 'long', label: 'Long table', description: 'A row for each cohort and period' },
  { value: 'curve', label: 'Curve', description: 'A line for each cohort, for the trend panel' },
  {
    value: 'classic',
    label: 'Classic table',
    description: 'New users, then number and rate after 1, 7 and 30 periods',
  },
  { value: 'rate', label: 'Rate', description: 'One number, for stat panels and alert rules' },
];

export function RetentionEditor({ value: retention, onChange }: Part<Retention>) {
  const id = useId();
  const set = (change: Partial<Retention>) => onChange({ ...retention, ...change });
  return (
    <Stack direction="column" gap={2}>
      <Stack direction="row" gap={4} wrap="wrap" alignItems="flex-start">
        <SelectorEditor
          path="retention.start"
          label="Start event"
          of="the start event"
          value={retention.start}
          onChange={(start) => set({ start })}
        />
        <SelectorEditor
          path="retention.return"
          label="Return event"
          of="the return event"
          value={retention.return}
          onChange={(back) => set({ return: back })}
        />
      </Stack>
      <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
        <ProblemField path="retention.cohorts" label="Cohorts by start event">
          <RadioButtonGroup
            options={cohorts}
            value={retention.cohorts || 'first_time'}
            onChange={(value) => set({ cohorts: value })}
          />
        </ProblemField>
        <ProblemField path="retention.period" label="Period">
          <RadioButtonGroup
            options={periods}
            value={retention.period || 'day'}
            onChange={(period) => set({ period })}
          />
        </ProblemField>
        <ProblemField path="retention.periods" label="Periods" htmlFor={`${id}-periods`}>
          <TextInput
            id={`${id}-periods`}
            type="number"
            width={9}
            value={String(retention.periods || 8)}
            onChange={(text) => set({ periods: Number(text) })}
          />
        </ProblemField>
        <ProblemField path="retention.mode" label="Retained when back">
          <RadioButtonGroup options={modes} value={retention.mode || 'on'} onChange={(mode) => set({ mode })} />
        </ProblemField>
        <ProblemField path="retention.output" label="Answer as" htmlFor={`${id}-output`}>
          <Combobox
            id={`${id}-output`}
            width={18}
            options={outputs}
            value={retention.output || 'table'}
            onChange={(option) => set({ output: option.value })}
          />
        </ProblemField>
      </Stack>
    </Stack>
  );
}
