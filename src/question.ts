import { t } from './i18n';
import { lifecycleQuestion, stickinessQuestion } from './question/activity';
import { annotationsQuestion } from './question/annotations';
import { anomaliesQuestion } from './question/anomalies';
import { funnelQuestion } from './question/funnel';
import { heatmapQuestion } from './question/heatmap';
import { pathsQuestion } from './question/paths';
import { retentionQuestion } from './question/retention';
import { timelineQuestion } from './question/timeline';
import { trendQuestion } from './question/trend';
import { filtersText } from './question/words';
import { QueryTypeValues, type Query, type QueryType } from './types.gen';

const questions: { [T in QueryType]: (part: NonNullable<Query[T]>) => string } = {
  funnel: funnelQuestion,
  retention: retentionQuestion,
  heatmap: heatmapQuestion,
  trend: trendQuestion,
  lifecycle: lifecycleQuestion,
  stickiness: stickinessQuestion,
  paths: pathsQuestion,
  timeline: timelineQuestion,
  anomalies: anomaliesQuestion,
  annotations: annotationsQuestion,
};

/** The question that a query asks, in plain words; empty where it asks none, as a query of an unknown type does. */
export function question(query: Query): string {
  const asked = QueryTypeValues.includes(query.queryType) ? partQuestion(query, query.queryType) : '';
  return asked && query.filters?.length
    ? t('question.filtered', '{{question}} Counting only events where {{filters}}.', {
        question: asked,
        filters: filtersText(query.filters),
      })
    : asked;
}

function partQuestion<T extends QueryType>(query: Query, type: T): string {
  const part = query[type];
  return part ? questions[type](part) : '';
}
