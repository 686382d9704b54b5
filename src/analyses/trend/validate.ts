import type { Checks } from '../../checks';
import type { Trend } from '../../types.gen';

export function validateTrend(checks: Checks, { series, breakdown }: Trend) {
  series?.forEach((one, i) => checks.selector(`trend.series[${i}]`, one));
  checks.breakdown('trend.breakdown', breakdown);
}
