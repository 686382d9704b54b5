import { useId } from 'react';
import type { Part } from './editor';
import { ProblemField } from './ProblemField';
import { TextInput } from './TextInput';

interface Props extends Part<number | undefined> {
  path: string;
  label: string;
  /** The number that holds where the query has none. It is left out of the query. */
  fallback: number;
  description?: string;
}

/** A number of the query. An empty field, and 0, mean the default. */
export function NumberField({ path, label, value, fallback, description, onChange }: Props) {
  const id = useId();
  return (
    <ProblemField path={path} label={label} description={description} htmlFor={id}>
      <TextInput
        id={id}
        type="number"
        width={10}
        value={String(value || fallback)}
        onChange={(text) => onChange(Number(text) === fallback ? undefined : Number(text) || undefined)}
      />
    </ProblemField>
  );
}
