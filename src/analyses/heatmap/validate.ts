import type { Checks } from '../../checks';
import { t } from '../../i18n';
import type { Bins, Dimension, Heatmap } from '../../types.gen';

export function validateHeatmap(checks: Checks, h: Heatmap) {
  checks.filters('heatmap.filters', h.filters);
  validateAxis(checks, 'heatmap.x', h.x, h.xProperty, h.xBins);
  validateAxis(checks, 'heatmap.y', h.y, h.yProperty, h.yBins);
  checks.breakdown('heatmap.breakdown', h.breakdown);
  checks.breakdown('heatmap.elements', h.elements);
  if (h.scroll) {
    checks.filters('heatmap.scroll.filters', h.scroll.filters);
    checks.property('heatmap.scroll.property', h.scroll.property);
  }
}

/** The names of an axis's other fields begin with the name of its dimension. */
function validateAxis(checks: Checks, field: string, dimension?: Dimension, property?: string, bins?: Bins) {
  if (dimension === 'property' || dimension === 'bins') {
    checks.property(`${field}Property`, property);
  }
  if (dimension === 'bins' && !bins) {
    checks.missing(`${field}Bins`, t('problem.no-bins', 'is missing: the dimension bins needs min and max'));
  }
}
