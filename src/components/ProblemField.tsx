import { Field, FieldValidationMessage } from '@grafana/ui';
import type { ComponentProps } from 'react';
import { t } from '../i18n';
import { useEditor, type Place } from './editor';

interface Props extends Omit<ComponentProps<typeof Field>, 'invalid' | 'error' | 'noMargin'>, Place {
  /** What the field is called in a message; the label by default. */
  name?: string;
}

/** A field of the query, with what is wrong with it beneath. */
export function ProblemField({ path, when = true, name, ...props }: Props) {
  const paths = [path].flat();
  // Problems of a list's entries that have no field of their own are shown at the list.
  const problem = useEditor().problems.find(
    ({ field }) => paths.includes(field) || paths.includes(field.replace(/\[\d+\]$/, ''))
  );
  return when || problem ? (
    <Field
      {...props}
      noMargin
      invalid={Boolean(problem)}
      error={problem && problemText(name ?? String(props.label), problem.reason)}
    />
  ) : null;
}

interface ListProps {
  path: string;
  /** What the list is called in a message. */
  name: string;
}

/** What is wrong with a list as a whole. */
export function ListProblem({ path, name }: ListProps) {
  const problem = useEditor().problems.find(({ field }) => field === path);
  return problem && <FieldValidationMessage>{problemText(name, problem.reason)}</FieldValidationMessage>;
}

/** The sentence on what is wrong with a field. */
export function problemText(name: string, reason: string): string {
  return t('problem.at-field', '{{name}} {{reason}}.', { name, reason });
}
