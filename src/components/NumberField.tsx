import { useId } from 'react';
import type { Part, Place } from './editor';
import { ProblemField } from './ProblemField';
import { TextInput } from './TextInput';

interface Props extends Part<number | undefined>, Place {
  label: string;
  /** The number that holds where the query has none. It is left out of the query. */
  fallback?: number;
}

/** A number of the query. An empty field, and 0, mean the default. */
export function NumberField({ path, when, label, value, fallback, onChange }: Props) {
  const id = useId();
  return (
    <ProblemField path={path} when={when} label={label} htmlFor={id}>
      <TextInput
        id={id}
        type="number"
        width={12}
        value={String(value || fallback || '')}
        onChange={(text) => onChange(Number(text) === fallback ? undefined : Number(text) || undefined)}
      />
    </ProblemField>
  );
}
