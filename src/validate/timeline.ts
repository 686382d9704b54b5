import { AnyEvent, MaxTimelineEvents, TimelineOrderValues, type Timeline } from '../types.gen';
import type { Checks } from './checks';

export function validateTimeline(checks: Checks, t: Timeline) {
  checks.selector('timeline', { ...t, event: t.event || AnyEvent });
  checks.check(Boolean(t.user || t.session), 'timeline.user', 'is empty; enter a user_id, or a session_id as session');
  checks.text('timeline.user', t.user);
  checks.text('timeline.session', t.session);
  checks.oneOf('timeline.order', t.order || 'newest', TimelineOrderValues);
  checks.count('timeline.limit', t.limit || 100, 1, MaxTimelineEvents);
}
