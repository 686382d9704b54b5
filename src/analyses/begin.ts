import type { PartOf } from '../defaults';
import { SchemaVersion, type Query, type QueryType } from '../types.gen';
import { analyses, isEditable } from '.';

/** A new part of a query. */
function begin<T extends QueryType>(queryType: T): PartOf<T> {
  const { fresh, initial } = analyses[queryType];
  return { ...fresh, ...initial } as PartOf<T>;
}

/** A new query answers at once, in the time series panel that a new panel is: how many events are there? */
export const newQuery: Query = {
  schemaVersion: SchemaVersion,
  queryType: 'trend',
  trend: begin('trend'),
};

/** Reports whether nobody has asked anything with a query yet: its part is missing, or is what a new one is. */
export function isUntouched(query: Query): boolean {
  const { queryType } = query;
  const part = queryType && query[queryType];
  return !part || JSON.stringify(part) === JSON.stringify(begin(queryType));
}

/** The query as another analysis. What was asked in the others stays with it, for the way back. */
export function withType<Q extends Query>(query: Q, queryType: QueryType): Q {
  return {
    schemaVersion: SchemaVersion,
    ...query,
    queryType,
    [queryType]: query[queryType] ?? begin(queryType),
  };
}

/**
 * The query, completed with an analysis and its part if these are missing, as in a query that was written by hand or only begun. Any other
 * query is returned as it is, also one that a later version saved.
 */
export function completeQuery<Q extends Query>(query: Q): Q {
  const isKnown = (query.schemaVersion || SchemaVersion) === SchemaVersion;
  if (isKnown && !query.queryType) {
    return { ...query, ...newQuery };
  }
  return isKnown && isEditable(query.queryType) && !query[query.queryType] ? withType(query, query.queryType) : query;
}

/** An analysis's part with everything that its fields need. */
export function fillPart<T extends QueryType>(query: Query, type: T): PartOf<T> {
  const saved = Object.entries(query[type] ?? {}).filter(([, value]) => value !== null);
  return { ...analyses[type].fresh, ...Object.fromEntries(saved) } as PartOf<T>;
}
