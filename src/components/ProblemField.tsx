import { Field, FieldValidationMessage } from '@grafana/ui';
import { useState, type ComponentProps, type FocusEvent } from 'react';
import { t } from '../i18n';
import { useEditor, type Place } from './editor';

interface Props extends Omit<ComponentProps<typeof Field>, 'invalid' | 'error' | 'noMargin' | 'onBlur'>, Place {
  /** What the field is called in a message; the label by default. */
  name?: string;
}

/**
 * A field of the query, with what is wrong with it beneath. That nothing is in it yet, it says only after it was left, after somebody
 * tried to run the query, or where the query was saved so.
 */
export function ProblemField({ path, when = true, name, ...props }: Props) {
  const { problems, triedAt } = useEditor();
  const [since] = useState(() => Date.now());
  const [wasLeft, setWasLeft] = useState(false);
  const paths = [path].flat();
  // Problems of a list's entries that have no field of their own are shown at the list.
  const problem = problems.find(({ field }) => paths.includes(field) || paths.includes(field.replace(/\[\d+\]$/, '')));
  const shown = problem && (!problem.isMissing || wasLeft || triedAt >= since) ? problem : undefined;
  return when || problem ? (
    <Field
      {...props}
      noMargin
      invalid={Boolean(shown)}
      error={shown && problemText(name ?? String(props.label), shown.reason)}
      onBlur={(event) => setWasLeft(wasLeft || isLeft(event))}
    />
  ) : null;
}

/** Reports whether the focus goes elsewhere: not to another part of the field, nor with the whole window. */
function isLeft({ currentTarget, relatedTarget, target }: FocusEvent): boolean {
  return !currentTarget.contains(relatedTarget) && target !== document.activeElement;
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
