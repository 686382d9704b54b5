import { Combobox, RadioButtonGroup } from '@grafana/ui';
import { useId } from 'react';
import type { Part, Place } from './editor';
import { ProblemField } from './ProblemField';
import { useSame } from './useSame';

export interface Choice<T> {
  value: T;
  label: string;
  description?: string;
}

interface Props<T> extends Part<T | undefined>, Place {
  label: string;
  options: Array<Choice<T>>;
  /** The option that holds where the query has none. It is left out of the query. */
  fallback: T;
  /** Shows all options at once: for two or three short ones. */
  radio?: boolean;
}

/** A choice of one option out of a few. */
export function ChoiceField<T extends string | number>({ path, when, label, options, radio, ...part }: Props<T>) {
  const id = useId();
  const same = useSame(options);
  const value = part.value || part.fallback;
  const choose = (chosen: T) => part.onChange(chosen === part.fallback ? undefined : chosen);
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

/** The label of the option that holds. */
export function chosen<T>(options: Array<Choice<T>>, value: T | undefined, fallback: T): string {
  return options.find((option) => option.value === (value || fallback))?.label ?? String(value);
}
