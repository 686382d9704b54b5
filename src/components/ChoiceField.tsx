import { Combobox, RadioButtonGroup, type ComboboxOption } from '@grafana/ui';
import { useId } from 'react';
import type { Part } from './editor';
import { ProblemField } from './ProblemField';

interface Props<T extends string> extends Part<T | undefined> {
  path: string;
  label: string;
  options: Array<ComboboxOption<T> & { label: string }>;
  /** The option that holds where the query has none. It is left out of the query. */
  fallback: T;
  /** Shows all options at once: for two or three short ones. */
  radio?: boolean;
}

/** A choice of one option out of a few. */
export function ChoiceField<T extends string>({ path, label, options, fallback, radio, ...part }: Props<T>) {
  const id = useId();
  const value = part.value || fallback;
  const choose = (chosen: T) => part.onChange(chosen === fallback ? undefined : chosen);
  return radio ? (
    <ProblemField path={path} label={label}>
      <RadioButtonGroup aria-label={label} options={options} value={value} onChange={choose} />
    </ProblemField>
  ) : (
    <ProblemField path={path} label={label} htmlFor={id}>
      <Combobox id={id} width={22} options={options} value={value} onChange={(option) => choose(option.value)} />
    </ProblemField>
  );
}
