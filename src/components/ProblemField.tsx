import { Field } from '@grafana/ui';
import type { ComponentProps } from 'react';
import { useEditor } from './editor';

interface Props extends Omit<ComponentProps<typeof Field>, 'invalid' | 'error' | 'noMargin'> {
  /** Path of the field in the query, as problems name it. Problems of a list's entries are shown at the list. */
  path: string;
  /** What the field is called in a message; the label by default. */
  name?: string;
}

/** A field of the query, with what is wrong with it beneath. */
export function ProblemField({ path, name, ...props }: Props) {
  const { problems } = useEditor();
  const problem = problems.find(({ field }) => field === path || field.replace(/\[\d+\]$/, '') === path);
  return (
    <Field
      {...props}
      noMargin
      invalid={Boolean(problem)}
      error={problem && `${name ?? props.label} ${problem.reason}.`}
    />
  );
}
