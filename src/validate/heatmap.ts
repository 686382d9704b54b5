import { t } from '../i18n';
import {
  AnyEvent,
  DimensionValues,
  HeatmapValueValues,
  MaxBinEdge,
  MaxBins,
  MaxBreakdownLimit,
  MinBinsSpan,
  type Bins,
  type Dimension,
  type Heatmap,
} from '../types.gen';
import { quote, type Checks } from './checks';

/** What a heatmap says of one of its axes. */
interface Axis {
  dimension: Dimension;
  property?: string;
  limit?: number;
  bins?: Bins;
}

export function validateHeatmap(checks: Checks, h: Heatmap) {
  const x = { dimension: h.x || 'hour', property: h.xProperty, limit: h.xLimit, bins: h.xBins };
  const y = { dimension: h.y || 'weekday', property: h.yProperty, limit: h.yLimit, bins: h.yBins };
  checks.selector('heatmap', { ...h, event: h.event || AnyEvent });
  validateAxis(checks, 'heatmap.x', x);
  validateAxis(checks, 'heatmap.y', y);
  if (ofTime(x)) {
    checks.check(
      x.dimension !== y.dimension,
      'heatmap.y',
      t('problem.same-dimension', 'is {{dimension}}, the same as heatmap.x; choose two different dimensions', {
        dimension: quote(y.dimension),
      })
    );
  } else if (!ofTime(y)) {
    checks.check(
      x.property !== y.property,
      'heatmap.yProperty',
      t('problem.same-property', 'is {{property}}, the same as heatmap.xProperty; choose two different properties', {
        property: quote(y.property),
      })
    );
  }
  checks.oneOf('heatmap.value', h.value || 'events', HeatmapValueValues);
  checks.breakdown('heatmap.breakdown', h.breakdown);
}

function ofTime({ dimension }: Axis): boolean {
  return dimension !== 'property' && dimension !== 'bins';
}

/** The names of an axis' other fields begin with that of its dimension. */
function validateAxis(checks: Checks, field: string, axis: Axis) {
  checks.oneOf(field, axis.dimension, DimensionValues);
  if (ofTime(axis)) {
    return;
  }
  checks.property(`${field}Property`, axis.property);
  if (axis.dimension === 'property') {
    checks.count(`${field}Limit`, axis.limit || 10, 1, MaxBreakdownLimit);
  } else if (axis.bins) {
    validateBins(checks, `${field}Bins`, axis.bins);
  } else {
    checks.missing(`${field}Bins`, t('problem.no-bins', 'is missing: the dimension bins needs min and max'));
  }
}

/** How far the number of bins may be off: 1.1 / 0.1 is a little more than 11. */
const roundingError = 1e-9;

function validateBins(checks: Checks, field: string, bins: Bins) {
  const min = bins.min || 0;
  const max = bins.max || 0;
  checks.check(
    Math.abs(min) <= MaxBinEdge && Math.abs(max) <= MaxBinEdge,
    field,
    t('problem.bin-edges', 'reaches from {{min}} to {{max}}; use numbers between -{{edge}} and {{edge}}', {
      min,
      max,
      edge: MaxBinEdge,
    })
  );
  if (max - min < MinBinsSpan) {
    checks.add(
      `${field}.max`,
      t('problem.bin-span', 'is {{max}}; use a number at least {{span}} greater than min, which is {{min}}', {
        max,
        span: MinBinsSpan,
        min,
      })
    );
    return;
  }
  if (!bins.size) {
    checks.count(`${field}.count`, bins.count || 20, 1, MaxBins);
    return;
  }
  const count = (max - min) / bins.size;
  checks.check(
    !bins.count,
    `${field}.size`,
    t('problem.bin-size-and-count', 'is set, and so is count; use one of them')
  );
  checks.check(
    count >= 1 && count - roundingError <= MaxBins,
    `${field}.size`,
    t(
      'problem.bin-size',
      'is {{size}}, which does not cut {{min}} to {{max}} into 1 to {{most}} bins; use another size or use count',
      { size: bins.size, min, max, most: MaxBins }
    )
  );
}
