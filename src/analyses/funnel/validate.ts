import type { Checks } from '../../checks';
import type { Funnel } from '../../types.gen';

export function validateFunnel(checks: Checks, { steps, exclusions, order, breakdown }: Funnel) {
  steps?.forEach((step, i) => checks.selector(`funnel.steps[${i}]`, step));
  if (order !== 'unordered') {
    exclusions?.forEach((exclusion, i) => checks.selector(`funnel.exclusions[${i}]`, exclusion));
  }
  checks.breakdown('funnel.breakdown', breakdown);
}
