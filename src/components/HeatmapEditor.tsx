import { Combobox, RadioButtonGroup, Stack } from '@grafana/ui';
import { useId } from 'react';
import type { Dimension, Heatmap, HeatmapValue } from '../types.gen';
import { ProblemField } from './ProblemField';
import { SelectorEditor } from './SelectorEditor';
import type { Part } from './editor';

const dimensions: Array<{ value: Dimension; label: string }> = [
  { value: 'hour', label: 'Hour of day' },
  { value: 'weekday', label: 'Weekday' },
  { value: 'date', label: 'Date' },
];
const counted: Array<{ value: HeatmapValue; label: string }> = [
  { value: 'events', label: 'Events' },
  { value: 'users', label: 'Users' },
];

export function HeatmapEditor({ value: heatmap, onChange }: Part<Heatmap>) {
  const id = useId();
  const set = (change: Partial<Heatmap>) => onChange({ ...heatmap, ...change });
  return (
    <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-start">
      <SelectorEditor path="heatmap" label="Event" of="the event" value={heatmap} onChange={set} />
      <ProblemField path="heatmap.value" label="Count">
        <RadioButtonGroup options={counted} value={heatmap.value || 'events'} onChange={(value) => set({ value })} />
      </ProblemField>
      <ProblemField path="heatmap.x" label="Across" htmlFor={`${id}-x`}>
        <Combobox
          id={`${id}-x`}
          width={18}
          options={dimensions}
          value={heatmap.x || 'hour'}
          onChange={(option) => set({ x: option.value })}
        />
      </ProblemField>
      <ProblemField path="heatmap.y" label="Down" htmlFor={`${id}-y`}>
        <Combobox
          id={`${id}-y`}
          width={18}
          options={dimensions}
          value={heatmap.y || 'weekday'}
          onChange={(option) => set({ y: option.value })}
        />
      </ProblemField>
    </Stack>
  );
}
