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

/** Where a field stands in the query, and whether it applies there. */
export interface Place {
  /** Path of the field in the query, as problems name it; several where their problems are shown at one field. */
  path: string | string[];
  /** Whether the field applies; true by default. One with a problem is shown all the same. */
  when?: boolean;
}

const selectorField = String.raw`event|filters(\[.*)?`;

/** The fields that show what is wrong with them, each as a path into the query. */
const fields = new RegExp(
  `^(${[
    'timeZone',
    String.raw`filters(\[.*)?`,
    String.raw`funnel\.(steps|window|breakdown\.(property|limit)|output)`,
    String.raw`funnel\.steps\[\d+\]\.(${selectorField}|label)`,
    String.raw`retention\.(cohorts|period|periods|mode|output)`,
    String.raw`retention\.(start|return)\.(${selectorField})`,
    String.raw`heatmap\.(${selectorField}|value|x|y)`,
  ].join('|')})$`
);

/** Reports whether the editor has a field at which a problem of the query is shown. */
export function hasField({ field }: Problem): boolean {
  return fields.test(field);
}
