import {
  AnyEvent,
  MaxAtLeast,
  PeriodValues,
  StickinessOutputValues,
  type Lifecycle,
  type Stickiness,
} from '../types.gen';
import type { Checks } from './checks';

export function validateLifecycle(checks: Checks, l: Lifecycle) {
  checks.selector('lifecycle', { ...l, event: l.event || AnyEvent });
  checks.oneOf('lifecycle.interval', l.interval || 'day', PeriodValues);
}

export function validateStickiness(checks: Checks, s: Stickiness) {
  checks.selector('stickiness', { ...s, event: s.event || AnyEvent });
  checks.oneOf('stickiness.interval', s.interval || 'day', PeriodValues);
  checks.oneOf('stickiness.output', s.output || 'table', StickinessOutputValues);
  checks.count('stickiness.atLeast', s.atLeast || 2, 1, MaxAtLeast);
}
