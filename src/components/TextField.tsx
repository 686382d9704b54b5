import { useId } from 'react';
import type { Part, Place } from './editor';
import { ProblemField } from './ProblemField';
import { TextInput } from './TextInput';

interface Props extends Part<string | undefined>, Place {
  label: string;
  placeholder: string;
}

/** A text of the query. An empty one is left out. */
export function TextField({ path, when, label, placeholder, value = '', onChange }: Props) {
  const id = useId();
  return (
    <ProblemField path={path} when={when} label={label} htmlFor={id}>
      <TextInput
        id={id}
        width={24}
        placeholder={placeholder}
        value={value}
        onChange={(text) => onChange(text || undefined)}
      />
    </ProblemField>
  );
}
