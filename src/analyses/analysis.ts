import type { ComponentType } from 'react';
import type { Checks } from '../checks';
import type { Part } from '../components/editor';
import type { Filled, PartOf } from '../defaults';
import type { Expander } from '../template';
import type { QueryType } from '../types.gen';

/** What the front end knows of an analysis. */
export interface Analysis<T extends QueryType> {
  /** What it is called, and what it tells. Left out where panels do not offer it. */
  choice?: () => { label: string; description: string };
  /** The fields of its part of a query. */
  editor: ComponentType<Part<PartOf<T>>>;
  /** What holds where one says nothing, and its fields need something. */
  fresh: PartOf<T>;
  /** What a new one says besides: as far as the data allows, both are a question that has an answer. */
  initial?: Partial<PartOf<T>>;
  /** The part with the values of a dashboard's variables. */
  expand: (expander: Expander, part: PartOf<T>) => PartOf<T>;
  /** What it asks, in plain words. */
  question: (part: Filled<T>) => string;
  /** Finds what it lacks. */
  validate: (checks: Checks, part: PartOf<T>) => void;
}
