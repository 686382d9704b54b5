import type { DataFrame, DataLink, TimeRange } from '@grafana/data';
import { config } from '@grafana/runtime';
import type { FootfallQuery } from './types';
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

/**
 * Lets the links of a frame open the very time that its numbers are of; without it, Explore begins with its own. Their queries say that they
 * hold values: a user who is called ${__from} is looked for by that name.
 */
export function atRange(frame: DataFrame, { from, to }: TimeRange): DataFrame {
  const range: TimeRange = { from, to, raw: { from, to } };
  for (const link of frame.fields.flatMap(({ config }) => config.links ?? [])) {
    if (link.internal) {
      link.internal.range = range;
      link.internal.query = { ...link.internal.query, isLiteral: true };
    }
  }
  return frame;
}

/** The frame without the links of its numbers and ids. */
export function withoutLinks(frame: DataFrame): DataFrame {
  frame.fields.forEach(({ config }) => delete config.links);
  return frame;
}

/** Reports whether who is logged in may open Explore. For others Grafana's own panels lead nowhere: Explore sends them home. */
export function mayExplore(): boolean {
  return config.exploreEnabled && Boolean(config.bootData?.user.permissions?.['datasources:explore']);
}

/** Reports whether who is logged in is more than a viewer. */
export function isEditor(): boolean {
  return ['Editor', 'Admin'].includes(config.bootData?.user.orgRole);
}

/** The query to which a link leads from a row; undefined where it is no link to a query, or the row has none, as the mean of cohorts. */
export function queryOfRow(link: DataLink, { fields }: DataFrame, row: number): FootfallQuery | undefined {
  let isWhole = true;
  const fill = (text: string) =>
    text.replaceAll(placeholder, (_, name: string) => {
      const field = fields.find((each) => each.name === name);
      const value: unknown = field?.values[row] ?? null;
      isWhole &&= value !== null && !(name === 'cohort' && field?.config.custom?.texts?.words?.[String(value)]);
      return String(value);
    });
  const query = fillTexts(link.internal?.query, fill);
  return link.internal && isWhole ? (query as FootfallQuery) : undefined;
}

const placeholder = /\$\{__data\.fields\.(\w+)\}/g;

/** A value with all of its texts filled. */
function fillTexts(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === 'string') {
    return fill(value);
  }
  if (Array.isArray(value)) {
    return value.map((each) => fillTexts(each, fill));
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fillTexts(each, fill)]))
    : value;
}
