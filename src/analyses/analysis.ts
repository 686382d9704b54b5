import type { ComponentType } from 'react';
import type { Checks } from '../checks';
import type { Part } from '../components/editor';
import type { Filled, PartOf } from '../defaults';
import type { Expander } from '../template';
import type { QueryType } from '../types.gen';

/** What the front end knows about an analysis. */
export interface Analysis<T extends QueryType> {
  /** Its name and what it tells. Left out if panels do not offer it. */
  choice?: () => { label: string; description: string };
  /** The fields of its part of a query. */
  editor: ComponentType<Part<PartOf<T>>>;
  /** What holds where one says nothing, and its fields need something. */
  fresh: PartOf<T>;
  /** What a new one says besides: as far as the data allows, both are a question that has an answer. */
  initial?: Partial<PartOf<T>>;
  /** The part with the values of a dashboard's variables. */
  expand: (expander: Expander, part: PartOf<T>) => PartOf<T>;
  /** The question in plain words. */
  question: (part: Filled<T>) => string;
  /** Finds what is missing. */
  validate: (checks: Checks, part: PartOf<T>) => void;
}
