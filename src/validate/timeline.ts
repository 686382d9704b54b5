import { t } from '../i18n';
import { AnyEvent, MaxTimelineEvents, TimelineOrderValues, type Timeline } from '../types.gen';
import type { Checks } from './checks';

export function validateTimeline(checks: Checks, timeline: Timeline) {
  checks.selector('timeline', { ...timeline, event: timeline.event || AnyEvent });
  if (!timeline.user && !timeline.session) {
    checks.missing('timeline.user', t('problem.no-user', 'is empty; enter a user_id, or a session_id as session'));
  }
  checks.text('timeline.user', timeline.user);
  checks.text('timeline.session', timeline.session);
  checks.oneOf('timeline.order', timeline.order || 'newest', TimelineOrderValues);
  checks.count('timeline.limit', timeline.limit || 100, 1, MaxTimelineEvents);
}
