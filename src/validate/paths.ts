import { t } from '../i18n';
import {
  ActorValues,
  AnyEvent,
  MaxListedPaths,
  MaxPathNodes,
  MaxPathSteps,
  PathsDirectionValues,
  PathsOutputValues,
  type Paths,
} from '../types.gen';
import type { Checks } from './checks';

export function validatePaths(checks: Checks, p: Paths) {
  checks.selector('paths', { ...p, event: p.event || AnyEvent });
  checks.oneOf('paths.direction', p.direction || 'after', PathsDirectionValues);
  checks.count('paths.steps', p.steps || 4, 1, MaxPathSteps);
  checks.oneOf('paths.actor', p.actor || 'user', ActorValues);
  if ((p.actor || 'user') === 'user') {
    checks.window('paths.gap', p.gap || '30m', '366d');
  } else {
    checks.check(
      !p.gap,
      'paths.gap',
      t('problem.gap-of-session', 'is {{gap}}, and a session is a visit of its own; leave it out, or follow users', {
        gap: p.gap,
      })
    );
  }
  checks.property('paths.property', p.property || 'event_type');
  checks.oneOf('paths.output', p.output || 'graph', PathsOutputValues);
  checks.count('paths.nodes', p.nodes || 5, 1, MaxPathNodes);
  checks.count('paths.limit', p.limit || 20, 1, MaxListedPaths);
}
