import type { DataFrame, TimeRange } from '@grafana/data';
import type { Query } from './types.gen';

/**
 * The query with its numbers. Grafana fills links with texts, so from a step of a table comes what the table says: "2. pay_order".
 * The same query where it has no such text.
 */
export function withNumbers<Q extends Query>(query: Q): Q {
  const step: unknown = query.funnel?.actors?.step;
  return query.funnel && typeof step === 'string'
    ? { ...query, funnel: { ...query.funnel, actors: { ...query.funnel.actors, step: parseInt(step, 10) } } }
    : query;
}

/** Lets the links of a frame open the very time that its numbers are of; without it, Explore begins with its own. */
export function atRange(frame: DataFrame, { from, to }: TimeRange): DataFrame {
  const range: TimeRange = { from, to, raw: { from, to } };
  for (const link of frame.fields.flatMap(({ config }) => config.links ?? [])) {
    if (link.internal) {
      link.internal.range = range;
    }
  }
  return frame;
}
