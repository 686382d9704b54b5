import { t } from './i18n';
import { QueryTypeValues, SchemaVersion, type Query, type QueryType } from './types.gen';
import { validateLifecycle, validateStickiness } from './validate/activity';
import { validateAnnotations } from './validate/annotations';
import { validateAnomalies } from './validate/anomalies';
import { Checks, quote, type IsTemplate, type Problem } from './validate/checks';
import { validateFunnel } from './validate/funnel';
import { validateHeatmap } from './validate/heatmap';
import { validatePaths } from './validate/paths';
import { validateRetention } from './validate/retention';
import { validateTimeline } from './validate/timeline';
import { validateTrend } from './validate/trend';

export type { Problem };

const validators: { [T in QueryType]: (checks: Checks, part: NonNullable<Query[T]>) => void } = {
  funnel: validateFunnel,
  retention: validateRetention,
  heatmap: validateHeatmap,
  trend: validateTrend,
  lifecycle: validateLifecycle,
  stickiness: validateStickiness,
  paths: validatePaths,
  timeline: validateTimeline,
  anomalies: validateAnomalies,
  annotations: validateAnnotations,
};

/**
 * Everything that keeps a query from running, in the order in which the back end (pkg/model) looks for it and in its
 * words, so that each message can stand at its field while the query is written.
 */
export function validate(query: Query, isTemplate: IsTemplate = () => false): Problem[] {
  const checks = new Checks(isTemplate);
  checks.check(
    (query.schemaVersion || SchemaVersion) === SchemaVersion,
    'schemaVersion',
    t('problem.schema-version', 'is {{version}}; this version of Footfall reads {{known}}', {
      version: query.schemaVersion,
      known: SchemaVersion,
    })
  );
  validateTimeZone(checks, query.timeZone);
  checks.filters('filters', query.filters);
  if (isQueryType(query.queryType)) {
    validatePart(checks, query, query.queryType);
  } else {
    checks.oneOf('queryType', query.queryType, QueryTypeValues);
  }
  return checks.problems;
}

/** Reports whether a saved text is one of the analyses that this version knows. */
function isQueryType(type: string): type is QueryType {
  return QueryTypeValues.some((known) => known === type);
}

function validatePart<T extends QueryType>(checks: Checks, query: Query, type: T) {
  const part = query[type];
  if (part) {
    validators[type](checks, part);
  } else {
    checks.add(type, t('problem.part-missing', 'is missing: a query of type {{type}} needs it', { type }));
  }
}

function validateTimeZone(checks: Checks, zone?: string) {
  if (!zone) {
    return;
  }
  if (zone.toLowerCase() === 'local') {
    checks.add(
      'timeZone',
      t('problem.local-zone', 'is {{zone}}; use an IANA name such as Europe/Berlin or UTC', { zone: quote(zone) })
    );
    return;
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    checks.add(
      'timeZone',
      t(
        'problem.unknown-zone',
        'is {{zone}}, which is not a known time zone; use an IANA name such as Europe/Berlin or UTC',
        { zone: quote(zone) }
      )
    );
  }
}
