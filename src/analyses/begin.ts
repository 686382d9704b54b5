import type { PartOf } from '../defaults';
import { SchemaVersion, type Query, type QueryType } from '../types.gen';
import { analyses, isEditable } from '.';

/** A new query answers at once, in the time series panel that a new panel is: how many events are there a day? */
export const newQuery: Query = {
  schemaVersion: SchemaVersion,
  queryType: 'trend',
  trend: analyses.trend.fresh,
};

/** The query as another analysis. What was asked in the others stays with it, for the way back. */
export function withType<Q extends Query>(query: Q, queryType: QueryType): Q {
  return {
    schemaVersion: SchemaVersion,
    ...query,
    queryType,
    [queryType]: query[queryType] ?? analyses[queryType].fresh,
  };
}

/**
 * The query with what it needs to be one, where it was written by hand or is only begun: an analysis, and the analysis' part.
 * Any other query is returned as it is, also one that a later version saved.
 */
export function begun<Q extends Query>(query: Q): Q {
  const isKnown = (query.schemaVersion || SchemaVersion) === SchemaVersion;
  if (isKnown && !query.queryType) {
    return { ...query, ...newQuery };
  }
  return isKnown && isEditable(query.queryType) && !query[query.queryType] ? withType(query, query.queryType) : query;
}

/** An analysis' part with all that its fields need. */
export function filled<T extends QueryType>(query: Query, type: T): PartOf<T> {
  const saved = Object.entries(query[type] ?? {}).filter(([, value]) => value !== null);
  return { ...analyses[type].fresh, ...Object.fromEntries(saved) } as PartOf<T>;
}
