import type { Checks } from '../../checks';
import { t } from '../../i18n';
import type { Timeline } from '../../types.gen';

export function validateTimeline(checks: Checks, { filters, user, session }: Timeline) {
  checks.filters('timeline.filters', filters);
  if (!user && !session) {
    checks.missing('timeline.user', t('problem.no-user', 'is empty; enter a user_id, or a session_id as session'));
  }
}
