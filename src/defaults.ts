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

/** What each analysis that the editor has fields for starts from. */
export const newParts: { funnel: Funnel; retention: Retention; heatmap: Heatmap } = {
  funnel: { steps: [{ event: '' }, { event: '' }], window: '24h' },
  retention: { start: { event: AnyEvent }, return: { event: AnyEvent } },
  heatmap: { event: AnyEvent },
};

/** An analysis that the editor has fields for. */
export type EditableType = keyof typeof newParts;

export function isEditable(type: QueryType): type is EditableType {
  return Object.keys(newParts).includes(type);
}

/** The query as another analysis. What was asked in the others stays with it, for the way back. */
export function withType<Q extends Query>(query: Q, queryType: EditableType): Q {
  return { ...query, queryType, [queryType]: query[queryType] ?? newParts[queryType] };
}
