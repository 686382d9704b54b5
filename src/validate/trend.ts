import { AnyEvent, MaxSeries, PeriodValues, TrendValueValues, type Trend, type TrendSeries } from '../types.gen';
import { quote, type Checks } from './checks';

export function validateTrend(checks: Checks, t: Trend) {
  validateSeries(checks, t.series ?? []);
  checks.oneOf('trend.value', t.value || 'events', TrendValueValues);
  checks.oneOf('trend.interval', t.interval || 'day', PeriodValues);
  checks.check(
    t.interval !== 'hour' || (t.value !== 'users_7_days' && t.value !== 'users_30_days'),
    'trend.interval',
    `is hour, and ${t.value} counts whole days; use day, week or month`
  );
  checks.breakdown('trend.breakdown', t.breakdown);
}

function validateSeries(checks: Checks, series: TrendSeries[]) {
  checks.check(
    series.length <= MaxSeries,
    'trend.series',
    `has ${series.length} series; a trend has 1 to ${MaxSeries}`
  );
  const titles = series.map(({ label, event }) => label || (event === AnyEvent ? 'any event' : event));
  series.forEach((s, i) => {
    const at = `trend.series[${i}]`;
    const first = titles.indexOf(titles[i]);
    checks.selector(at, s);
    checks.text(`${at}.label`, s.label);
    // Series without an event are not called anything yet.
    checks.check(
      first === i || !titles[i],
      `${at}.label`,
      `makes it ${quote(titles[i])}, as trend.series[${first}] is called; give it a label of its own`
    );
  });
}
