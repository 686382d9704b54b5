import { Combobox, Stack } from '@grafana/ui';
import { windowUnits } from '../question/words';
import { TextInput } from './TextInput';
import type { Part } from './editor';

const units = Object.entries(windowUnits).map(([value, label]) => ({ value, label }));

/** A length of time as a number and a unit. */
export function WindowInput({ value, onChange, id, invalid }: Part<string> & { id: string; invalid?: boolean }) {
  const unit = value.slice(-1) in windowUnits ? value.slice(-1) : 'h';
  const count = value.slice(-1) in windowUnits ? value.slice(0, -1) : value;
  return (
    <Stack direction="row" gap={0.5}>
      <TextInput
        id={id}
        type="number"
        min={1}
        width={9}
        value={count}
        invalid={invalid}
        onChange={(text) => onChange(text + unit)}
      />
      <Combobox
        aria-label="Unit of the conversion window"
        width={13}
        options={units}
        value={unit}
        onChange={(option) => onChange(count + option.value)}
      />
    </Stack>
  );
}
