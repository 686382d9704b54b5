import { Combobox, RadioButtonGroup } from '@grafana/ui';
import { useId } from 'react';
import { defaultOf } from '../defaults';
import type { Part, Place } from './editor';
import { ProblemField } from './ProblemField';
import { useSame } from './useSame';

export interface Choice<T> {
  value: T;
  label: string;
  description?: string;
}

interface Props<T> extends Part<T | undefined>, Place<string> {
  label: string;
  options: Array<Choice<T>>;
  /** Shows all options at once: for two or three short ones. */
  radio?: boolean;
}

/** A choice of one option out of a few. The default is left out of the query. */
export function ChoiceField<T extends string | number>({ path, when, label, options, radio, ...part }: Props<T>) {
  const id = useId();
  const same = useSame(options);
  const fallback = defaultOf(path) as T | undefined;
  const value = part.value || fallback;
  const choose = (chosen: T) => part.onChange(chosen === fallback ? undefined : chosen);
  return radio ? (
    <ProblemField path={path} when={when} label={label}>
      <RadioButtonGroup aria-label={label} options={options} value={value} onChange={choose} />
    </ProblemField>
  ) : (
    <ProblemField path={path} when={when} label={label} htmlFor={id}>
      <Combobox
        id={id}
        width={same.some(({ description }) => description) ? 40 : 22}
        options={same}
        value={value}
        onChange={(option) => choose(option.value)}
      />
    </ProblemField>
  );
}

/** The label of the option in force at a path of the query. */
export function chosen<T>(options: Array<Choice<T>>, path: string, value: T | undefined): string {
  return options.find((option) => option.value === (value || defaultOf(path)))?.label ?? String(value);
}
