import type { TimeRange } from '@grafana/data';
import { createContext, useContext } from 'react';
import type { Suggestions } from '../suggestions';
import type { Problem } from '../validate';

/** What all parts of one query editor share. */
export interface Editor {
  suggestions: Suggestions;
  range: TimeRange;
  problems: Problem[];
}

export const EditorContext = createContext<Editor | undefined>(undefined);

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) {
    throw new Error('Part of the query editor used outside of it');
  }
  return editor;
}

/** A part of the query and how to replace it. */
export interface Part<T> {
  value: T;
  onChange: (value: T) => void;
}
