import type { TimeRange } from '@grafana/data';
import { createContext, useContext } from 'react';
import type { Suggestions } from '../suggestions';
import type { Problem } from '../validate';

/** What all parts of one query editor share. */
export interface Editor {
  suggestions: Suggestions;
  range: TimeRange;
  problems: Problem[];
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
const breakdownField = String.raw`breakdown\.(property|limit)`;

/** The fields that show what is wrong with them, each as a path into the query. */
const fields = new RegExp(
  `^(${[
    'timeZone',
    String.raw`filters(\[.*)?`,
    String.raw`funnel\.(steps|window|order|actor|entry|exclusions|breakdownBy|output|interval|bins|actors\.(step|status|value))`,
    String.raw`funnel\.steps\[\d+\]\.(${selectorField}|label|optional)`,
    String.raw`funnel\.exclusions\[\d+\](\.(${selectorField}))?`,
    String.raw`retention\.(actor|cohorts|period|periods|brackets(\[\d+\])?|windows|mode|minOccurrences|output|column)`,
    String.raw`retention\.actors(\.(cohort|status|value))?`,
    String.raw`retention\.(start|return)\.(${selectorField})`,
    String.raw`heatmap\.(${selectorField}|value|[xy](Property|Limit|Bins(\.(min|max|count|size))?)?)`,
    String.raw`(funnel|retention|heatmap)\.${breakdownField}`,
    String.raw`trend\.(series|value|interval|breakdown\.(property|limit))`,
    String.raw`trend\.series\[\d+\]\.(${selectorField}|label)`,
    String.raw`lifecycle\.(${selectorField}|interval)`,
    String.raw`stickiness\.(${selectorField}|interval|output|atLeast)`,
    String.raw`paths\.(${selectorField}|direction|steps|actor|gap|property|output|nodes|limit)`,
    String.raw`timeline\.(${selectorField}|user|session|order|limit)`,
    String.raw`annotations\.(${selectorField}|mode|property|limit)`,
    String.raw`anomalies\.(${selectorField}|output|actor|window|moreThan|limit|value|interval|weeks|deviations)`,
  ].join('|')})$`
);

/** Reports whether the editor has a field at which a problem of the query is shown. */
export function hasField({ field }: Problem): boolean {
  return fields.test(field);
}
