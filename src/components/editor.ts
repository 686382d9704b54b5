import type { TimeRange } from '@grafana/data';
import { createContext, useContext, useLayoutEffect } from 'react';
import type { Problem } from '../checks';
import type { Suggestions } from '../suggestions';

/** What all parts of one query editor share. */
export interface Editor {
  suggestions: Suggestions;
  range: TimeRange;
  problems: Problem[];
  /** Paths of the fields on the screen that show what is wrong with them. */
  shown: string[];
  /** Adds such paths; the function that it returns removes them. */
  show: (paths: string[]) => () => void;
  /** When somebody last tried to run the query, or opened one that was saved, in milliseconds since 1970; 0 for not yet. */
  triedAt: number;
}

export const EditorContext = createContext<Editor | undefined>(undefined);

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) {
    throw new Error('Part of the query editor used outside of it');
  }
  return editor;
}

/** Returns the problem at one of the paths, for a field that shows it: as long as the field is there, nothing else shows it. */
export function useProblemAt(path: string | string[]): Problem | undefined {
  const { problems } = useEditor();
  const paths = [path].flat();
  useShown(paths);
  return problems.find((problem) => isAt(problem, paths));
}

/** Returns the problem of a list as a whole. Its entries show their own problems. */
export function useListProblem(path: string): Problem | undefined {
  const { problems } = useEditor();
  useShown([path]);
  return problems.find(({ field }) => field === path);
}

function useShown(paths: string[]) {
  const { show } = useEditor();
  const key = paths.join(' ');
  // Before anything is painted, so that no problem is seen twice.
  useLayoutEffect(() => show(key.split(' ')), [show, key]);
}

/** The problems that no field on the screen shows, as in a query that another version saved. */
export function useOtherProblems(): Problem[] {
  const { problems, shown } = useEditor();
  return problems.filter((problem) => !isAt(problem, shown));
}

/** Reports whether a problem is shown at one of the paths. Entries of a list that have no field of their own have the list's. */
function isAt({ field }: Problem, paths: string[]): boolean {
  return paths.includes(field) || paths.includes(field.replace(/\[\d+\]$/, ''));
}

/** A part of the query and how to replace it. */
export interface Part<T> {
  value: T;
  onChange: (value: T) => void;
}

/** Where a field is in the query, and whether it applies there. */
export interface Place<P = string | string[]> {
  /** Path of the field in the query, as problems name it; several if their problems are shown at one field. */
  path: P;
  /** Whether the field applies; true by default. A field with a problem is shown even so. */
  when?: boolean;
}
