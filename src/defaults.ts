import {
  AnyEvent,
  SchemaVersion,
  type Funnel,
  type Heatmap,
  type Query,
  type QueryType,
  type Retention,
} from './types.gen';

/** A new query answers at once: when are users active? */
export const defaultQuery: Query = {
  schemaVersion: SchemaVersion,
  queryType: 'heatmap',
  heatmap: { event: AnyEvent },
};

/** What each analysis starts from. */
export const newParts: { funnel: Funnel; retention: Retention; heatmap: Heatmap } = {
  funnel: { steps: [{ event: '' }, { event: '' }], window: '24h' },
  retention: { start: { event: AnyEvent }, return: { event: AnyEvent } },
  heatmap: { event: AnyEvent },
};

/** The query as another analysis. What was asked in the others stays with it, for the way back. */
export function withType<Q extends Query>(query: Q, queryType: QueryType): Q {
  return { ...query, queryType, [queryType]: query[queryType] ?? newParts[queryType] };
}
