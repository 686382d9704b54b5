import { isQueryType, questionOf } from './analyses';
import { t } from './i18n';
import { filtersText } from './question/words';
import type { Query, QueryType } from './types.gen';

/** The question that a query asks, in plain words; empty where it asks none, as a query of an unknown type does. */
export function question(query: Query): string {
  const asked = isQueryType(query.queryType) ? partQuestion(query, query.queryType) : '';
  return asked && query.filters?.length
    ? t('question.filtered', '{{question}} Counting only events where {{filters}}.', {
        question: asked,
        filters: filtersText(query.filters),
      })
    : asked;
}

function partQuestion<T extends QueryType>(query: Query, type: T): string {
  const part = query[type];
  return part ? questionOf(type, part) : '';
}
