import { AnnotationsModeValues, MaxAnnotations, type Annotations } from '../types.gen';
import type { Checks } from './checks';

export function validateAnnotations(checks: Checks, a: Annotations) {
  const mode = a.mode || 'every';
  checks.selector('annotations', a);
  checks.oneOf('annotations.mode', mode, AnnotationsModeValues);
  if (mode === 'first_of' || a.property) {
    checks.property('annotations.property', a.property);
  }
  checks.count('annotations.limit', a.limit || 100, 1, MaxAnnotations);
}
