import { Field, FieldValidationMessage } from '@grafana/ui';
import { useState, type ComponentProps, type FocusEvent } from 'react';
import type { Problem } from '../checks';
import { t } from '../i18n';
import { useEditor, useListProblem, useOtherProblems, useProblemAt, type Place } from './editor';

interface Props extends Omit<ComponentProps<typeof Field>, 'invalid' | 'error' | 'noMargin' | 'onBlur'>, Place {
  /** What the field is called in a message; the label by default. */
  name?: string;
}

/** A field of the query where it applies, or has a problem, with what is wrong with it beneath. */
export function ProblemField({ path, when = true, ...props }: Props) {
  const problem = useProblemAt(path);
  return when || problem ? <ShownField {...props} problem={problem} /> : null;
}

/**
 * A field on the screen. It says that it is empty only after it was left, after somebody tried to run the query, or if the query was saved
 * that way; each counts only from when the field is on the screen.
 */
function ShownField({ name, problem, ...props }: Omit<Props, keyof Place> & { problem?: Problem }) {
  const { triedAt } = useEditor();
  const [since] = useState(() => Date.now());
  const [wasLeft, setWasLeft] = useState(false);
  const told = problem && (!problem.isMissing || wasLeft || triedAt >= since) ? problem : undefined;
  return (
    <Field
      {...props}
      noMargin
      invalid={Boolean(told)}
      error={told && problemText(name ?? String(props.label), told.reason)}
      onBlur={(event) => setWasLeft(wasLeft || isLeft(event))}
    />
  );
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
  const problem = useListProblem(path);
  return problem && <FieldValidationMessage>{problemText(name, problem.reason)}</FieldValidationMessage>;
}

/** The problems that have no field here. */
export function OtherProblems() {
  return useOtherProblems().map(({ field, reason }) => (
    <FieldValidationMessage key={`${field} ${reason}`}>{problemText(field, reason)}</FieldValidationMessage>
  ));
}

/** The sentence about what is wrong with a field. */
function problemText(name: string, reason: string): string {
  return t('problem.at-field', '{{name}} {{reason}}.', { name, reason });
}
