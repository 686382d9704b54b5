import { analyses, isQueryType } from './analyses';
import { Checks, type Problem } from './checks';
import type { PartOf } from './defaults';
import { t } from './i18n';
import type { Query, QueryType } from './types.gen';

/** What a query lacks, in the order in which the back end (pkg/model) looks for it and in its words. */
export function validate(query: Query): Problem[] {
  const checks = new Checks();
  checks.filters('filters', query.filters);
  if (isQueryType(query.queryType)) {
    validatePart(checks, query.queryType, query[query.queryType]);
  }
  return checks.problems;
}

function validatePart<T extends QueryType>(checks: Checks, type: T, part?: PartOf<T>) {
  if (part) {
    analyses[type].validate(checks, part);
  } else {
    checks.missing(type, t('problem.part-missing', 'is missing: a query of type {{type}} needs it', { type }));
  }
}
