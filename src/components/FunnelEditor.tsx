import { Combobox, Stack } from '@grafana/ui';
import { useId } from 'react';
import type { Funnel, FunnelOutput } from '../types.gen';
import { BreakdownFields } from './BreakdownFields';
import { ProblemField } from './ProblemField';
import { StepsEditor } from './StepsEditor';
import { WindowInput } from './WindowInput';
import type { Part } from './editor';

const outputs: Array<{ value: FunnelOutput; label: string; description: string }> = [
  { value: 'steps', label: 'Steps', description: 'A row for each step: users, shares, dropped, in progress' },
  { value: 'conversion', label: 'Conversion rate', description: 'One number, for stat panels and alert rules' },
  { value: 'trend', label: 'Conversion over time', description: 'The rate for each bucket of entry, as a time series' },
  {
    value: 'time_to_convert',
    label: 'Time to convert',
    description: 'A histogram of the time from first step to last',
  },
  { value: 'actors', label: 'List', description: 'Who is behind a number of the steps table' },
];

export function FunnelEditor({ value: funnel, onChange }: Part<Funnel>) {
  const id = useId();
  const set = (change: Partial<Funnel>) => onChange({ ...funnel, ...change });
  return (
    <Stack direction="column" gap={2}>
      <StepsEditor value={funnel.steps} onChange={(steps) => set({ steps })} />
      <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
        <ProblemField path="funnel.window" label="Conversion window" htmlFor={`${id}-window`}>
          <WindowInput
            label="Conversion window"
            id={`${id}-window`}
            value={funnel.window || '24h'}
            onChange={(window) => set({ window })}
          />
        </ProblemField>
        <BreakdownFields
          path="funnel.breakdown"
          event={funnel.steps[0]?.event ?? ''}
          value={funnel.breakdown}
          onChange={(breakdown) => set({ breakdown })}
        />
        <ProblemField path="funnel.output" label="Answer as" htmlFor={`${id}-output`}>
          <Combobox
            id={`${id}-output`}
            width={20}
            options={outputs}
            value={funnel.output || 'steps'}
            onChange={(option) => set({ output: option.value })}
          />
        </ProblemField>
      </Stack>
    </Stack>
  );
}
