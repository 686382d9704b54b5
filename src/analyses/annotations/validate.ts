import type { Checks } from '../../checks';
import type { Annotations } from '../../types.gen';

export function validateAnnotations(checks: Checks, annotations: Annotations) {
  checks.selector('annotations', annotations);
  if (annotations.mode === 'first_of') {
    checks.property('annotations.property', annotations.property);
  }
}
