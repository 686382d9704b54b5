import type { Checks } from '../../checks';
import { t } from '../../i18n';
import type { Retention } from '../../types.gen';

export function validateRetention(checks: Checks, retention: Retention) {
  checks.selector('retention.start', retention.start);
  checks.selector('retention.return', retention.return);
  checks.breakdown('retention.breakdown', retention.breakdown);
  if (retention.output === 'actors' && !retention.actors) {
    checks.missing('retention.actors', t('problem.no-cohort', 'is missing: name the cohort whose actors to list'));
  }
}
