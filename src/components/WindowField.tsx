import { useId } from 'react';
import type { Part, Place } from './editor';
import { ProblemField } from './ProblemField';
import { WindowInput } from './WindowInput';

interface Props extends Part<string | undefined>, Place {
  label: string;
  /** The length that holds where the query has none. It is left out of the query. */
  fallback: string;
}

/** A length of time of the query. */
export function WindowField({ path, when, label, value, fallback, onChange }: Props) {
  const id = useId();
  return (
    <ProblemField path={path} when={when} label={label} htmlFor={id}>
      <WindowInput
        id={id}
        label={label}
        value={value || fallback}
        onChange={(length) => onChange(length === fallback ? undefined : length)}
      />
    </ProblemField>
  );
}
