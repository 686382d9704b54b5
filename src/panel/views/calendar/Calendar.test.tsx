import { createDataFrame, FieldType } from '@grafana/data';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { barriers } from '../../axe';
import { golden, show } from '../../testing';
import { placeOf, yearsOf } from './days';

/** Days from the first, as the answer counts them in the zone. */
function days(
  first: string,
  values: Array<number | null>,
  { zone = 'UTC', weekStart = 1, incomplete = [] as number[] } = {}
) {
  return createDataFrame({
    meta: { custom: { buckets: { interval: 'day', zone, weekStart }, incomplete } },
    fields: [
      { name: 'time', type: FieldType.time, values: values.map((_, i) => Date.parse(first) + i * 86400e3) },
      { name: 'visits', type: FieldType.number, values },
    ],
  });
}

const calendar = { options: { view: 'calendar' as const } };

test('a day stands in the column of its week and the row of its weekday', () => {
  expect(placeOf('2026-01-01', 1)).toEqual({ week: 0, weekday: 3 }); // a Thursday
  expect(placeOf('2026-01-04', 1)).toEqual({ week: 0, weekday: 6 });
  expect(placeOf('2026-01-04', 0)).toEqual({ week: 1, weekday: 0 });
  expect(placeOf('2026-12-31', 1)).toEqual({ week: 52, weekday: 3 });
  expect(placeOf('2028-12-31', 6).week).toBeLessThan(54); // a leap year that fills all columns
});

test('each year has its days, by the zone in which the answer cuts them', () => {
  const frame = days('2025-12-30T15:00:00Z', [1, 2, 3], { zone: 'Asia/Tokyo' });
  expect(yearsOf(frame, 'utc').map(({ year, days: found }) => [year, found.map(({ date }) => date)])).toEqual([
    ['2026', ['2026-01-01', '2026-01-02']],
    ['2025', ['2025-12-31']],
  ]);
});

test.each(['dark', 'light'] as const)('in %s a year is a picture with a hint for each day', async (mode) => {
  const { container } = await show([days('2026-01-01', [1000, null, 5], { incomplete: [2] })], { ...calendar, mode });
  expect(screen.getByRole('img', { name: 'Calendar of visits in 2026' })).toBeVisible();
  const drawn = [...container.querySelectorAll('svg > g')];
  expect(drawn.map((day) => day.querySelectorAll('rect').length)).toEqual([1, 2, 2]);
  await userEvent.hover(drawn[0]);
  expect(screen.getByRole('tooltip')).toHaveTextContent('2026-01-01visits1,000');
  await userEvent.hover(drawn[1]);
  expect(screen.getByRole('tooltip')).toHaveTextContent('2026-01-02visitsno value');
  await userEvent.hover(drawn[2]);
  expect(screen.getByRole('tooltip')).toHaveTextContent('2026-01-03 (not counted whole)visits5');
  expect(await barriers(container)).toEqual([]);
});

test('the week begins where the answer says', async () => {
  const { container } = await show([days('2026-01-01', [1], { weekStart: 0 })], { ...calendar, width: 1600 });
  const [first] = [...container.querySelectorAll('text[text-anchor="end"]')];
  expect(first).toHaveTextContent('Sun');
});

test.each(['heatmap_hour_weekday', 'lifecycle_weeks', 'funnel_breakdown'])(
  '%s has no days, and says so',
  async (name) => {
    await show(golden(name), calendar);
    expect(screen.getByText('This answer has no days: a calendar draws a trend by day.')).toBeVisible();
  }
);
