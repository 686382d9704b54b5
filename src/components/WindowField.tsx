import { useId } from 'react';
import { defaultOf } from '../defaults';
import type { Part, Place } from './editor';
import { ProblemField } from './ProblemField';
import { WindowInput } from './WindowInput';

interface Props extends Part<string | undefined>, Place<string> {
  label: string;
}

/** A length of time of the query. The default is left out of it. */
export function WindowField({ path, when, label, value, onChange }: Props) {
  const id = useId();
  const fallback = String(defaultOf(path));
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
