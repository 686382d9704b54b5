import { Stack } from '@grafana/ui';
import { defaultOf } from '../defaults';
import type { EventSelector } from '../types.gen';
import { EventPicker } from './EventPicker';
import { FiltersEditor } from './FiltersEditor';
import { ProblemField } from './ProblemField';
import type { Part } from './editor';

interface Props extends Part<EventSelector> {
  path: string;
  label: string;
  /** What is selected, for the labels of its filters: "the start event". */
  of: string;
}

/** An event and its filters. If the analysis takes any event by default, the field says so. */
export function SelectorEditor({ path, label, of, value: saved, onChange }: Props) {
  const value = { ...saved, event: saved.event || String(defaultOf(`${path}.event`) ?? '') };
  return (
    <Stack direction="column" gap={0.5}>
      <ProblemField path={`${path}.event`} label={label}>
        <EventPicker label={label} value={value.event} onChange={(event) => onChange({ ...value, event })} />
      </ProblemField>
      <FiltersEditor
        path={`${path}.filters`}
        of={of}
        event={value.event}
        filters={value.filters}
        onChange={(filters) => onChange({ ...value, filters })}
      />
    </Stack>
  );
}
