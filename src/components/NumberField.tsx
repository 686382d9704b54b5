import { useId } from 'react';
import { defaultOf } from '../defaults';
import type { Part, Place } from './editor';
import { ProblemField } from './ProblemField';
import { TextInput } from './TextInput';

interface Props extends Part<number | undefined>, Place<string> {
  label: string;
  /** Whether the field's default applies, true by default: it may depend on another field. */
  hasDefault?: boolean;
}

/** A number of the query. An empty field, and 0, mean the default, which is left out of it. */
export function NumberField({ path, when, label, hasDefault = true, value, onChange }: Props) {
  const id = useId();
  const fallback = hasDefault ? defaultOf(path) : undefined;
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
