import { anomaliesQuestion } from './question/anomalies';
import { funnelQuestion } from './question/funnel';
import { heatmapQuestion } from './question/heatmap';
import { retentionQuestion } from './question/retention';
import { timelineQuestion } from './question/timeline';
import { trendQuestion } from './question/trend';
import { eventOrAny, filtersText } from './question/words';
import { QueryTypeValues, type Query, type QueryType } from './types.gen';

const questions: { [T in QueryType]: (part: NonNullable<Query[T]>) => string } = {
  funnel: funnelQuestion,
  retention: retentionQuestion,
  heatmap: heatmapQuestion,
  trend: trendQuestion,
  lifecycle: (l) => `How many users are new, returning, resurrecting or dormant, by ${eventOrAny(l)}?`,
  stickiness: (s) => `On how many days do users do ${eventOrAny(s)}?`,
  paths: (p) => `Which paths do users take through ${eventOrAny(p)}?`,
  timeline: timelineQuestion,
  anomalies: anomaliesQuestion,
};

/** The question that a query asks, in plain words; empty where it asks none, as a query of an unknown type does. */
export function question(query: Query): string {
  const asked = QueryTypeValues.includes(query.queryType) ? partQuestion(query, query.queryType) : '';
  const only = query.filters?.length ? ` Counting only events where ${filtersText(query.filters)}.` : '';
  return asked && asked + only;
}

function partQuestion<T extends QueryType>(query: Query, type: T): string {
  const part = query[type];
  return part ? questions[type](part) : '';
}
