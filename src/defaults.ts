import { AnyEvent, SchemaVersion, type EventSelector, type Query } from './types.gen';

/** A new query answers at once, in the time series panel that a new panel is: how many events are there a day? */
export const defaultQuery: Query = {
  schemaVersion: SchemaVersion,
  queryType: 'trend',
  trend: {},
};

/** What each analysis that the editor has fields for starts from: as far as the data allows, a question that has an answer. */
export const newParts = {
  funnel: { steps: [{ event: '' }, { event: '' }] },
  retention: { start: { event: AnyEvent }, return: { event: AnyEvent } },
  heatmap: { event: AnyEvent },
  trend: {},
  lifecycle: { event: AnyEvent },
  stickiness: { event: AnyEvent },
  paths: { event: AnyEvent },
  timeline: { event: AnyEvent },
  anomalies: { event: AnyEvent },
} satisfies Partial<Query>;

/** An analysis that the editor has fields for. */
export type EditableType = keyof typeof newParts;

export const editableTypes = Object.keys(newParts) as EditableType[];

export function isEditable(type: string): type is EditableType {
  return editableTypes.some((known) => known === type);
}

/** The query as another analysis. What was asked in the others stays with it, for the way back. */
export function withType<Q extends Query>(query: Q, queryType: EditableType): Q {
  return { schemaVersion: SchemaVersion, ...query, queryType, [queryType]: query[queryType] ?? newParts[queryType] };
}

/**
 * The query with what it needs to be one, where it was written by hand or is only begun: an analysis, and the analysis' part.
 * Any other query is returned as it is, also one that a later version saved.
 */
export function begun<Q extends Query>(query: Q): Q {
  const isKnown = (query.schemaVersion || SchemaVersion) === SchemaVersion;
  if (isKnown && !query.queryType) {
    return { ...query, ...defaultQuery };
  }
  return isKnown && isEditable(query.queryType) && !query[query.queryType] ? withType(query, query.queryType) : query;
}

/** An analysis' part with all that its fields need. */
export function filled<T extends EditableType>(query: Query, type: T): NonNullable<Query[T]> {
  const saved = Object.entries(query[type] ?? {}).filter(([, value]) => value !== null);
  return { ...newParts[type], ...Object.fromEntries(saved) } as NonNullable<Query[T]>;
}

/** The selector of an analysis that takes any event by default. */
export function orAnyEvent<S extends EventSelector>(selector: S): S {
  return { ...selector, event: selector.event || AnyEvent };
}
