import { t } from '../i18n';
import { AnyEvent, MaxSeries, PeriodValues, TrendValueValues, type Trend, type TrendSeries } from '../types.gen';
import { quote, type Checks } from './checks';

export function validateTrend(checks: Checks, trend: Trend) {
  validateSeries(checks, trend.series ?? []);
  checks.oneOf('trend.value', trend.value || 'events', TrendValueValues);
  checks.oneOf('trend.interval', trend.interval || 'day', PeriodValues);
  checks.check(
    trend.interval !== 'hour' || (trend.value !== 'users_7_days' && trend.value !== 'users_30_days'),
    'trend.interval',
    t('problem.hours-of-days', 'is hour, and {{value}} counts whole days; use day, week or month', {
      value: trend.value,
    })
  );
  checks.breakdown('trend.breakdown', trend.breakdown);
}

function validateSeries(checks: Checks, series: TrendSeries[]) {
  checks.check(
    series.length <= MaxSeries,
    'trend.series',
    t('problem.series-count', 'has {{number}} series; a trend has 1 to {{most}}', {
      number: series.length,
      most: MaxSeries,
    })
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
      t('problem.same-label', 'makes it {{label}}, as trend.series[{{first}}] is called; give it a label of its own', {
        label: quote(titles[i]),
        first,
      })
    );
  });
}
