import { dateTime, LoadingState } from '@grafana/data';
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { barriers } from './axe';
import { golden, goldenNames, panel, show as showFrames } from './testing';
import { viewOf } from './views';

function show(name: string) {
  return showFrames(golden(name));
}

function rows(table: string): string[] {
  return within(screen.getByRole('table', { name: table }))
    .getAllByRole('row')
    .map((row) => row.textContent ?? '');
}

test('every answer of the back end has a view', () => {
  for (const name of goldenNames) {
    for (const frame of golden(name)) {
      expect({ name, view: viewOf(frame) }).toEqual({ name, view: expect.any(String) });
    }
  }
});

test('an answer can be read as a table, and as a picture again', async () => {
  await show('funnel_breakdown');
  await userEvent.click(screen.getByRole('button', { name: 'Show as a table' }));
  await screen.findByRole('table', { name: 'Table of the answer' });
  expect(rows('Table of the answer')).toHaveLength(golden('funnel_breakdown')[0].length + 1);
  await userEvent.click(screen.getByRole('button', { name: 'Show the picture' }));
  expect(await screen.findByRole('list', { name: 'Funnel' })).toBeVisible();
});

test('a view can be chosen', async () => {
  await showFrames(golden('lifecycle'), { options: { view: 'table' } });
  expect(rows('Table of the answer').length).toBeGreaterThan(1);
});

test('an error is no empty answer', async () => {
  const errors = [{ message: 'The database cannot be reached' }];
  await showFrames([], { answer: { state: LoadingState.Error, errors } });
  expect(screen.getByRole('alert')).toHaveTextContent('The database cannot be reached');
  expect(screen.queryByText(/No data/)).toBeNull();
});

test('a funnel has a bar for each step and breakdown value', async () => {
  await show('funnel_breakdown');
  const steps = within(screen.getByRole('list', { name: 'Funnel' })).getAllByRole('listitem');
  expect(steps).toHaveLength(3);
  expect(screen.getByRole('rowheader', { name: 'Other' })).toBeVisible();
});

test('conversion rates are numbers', async () => {
  await show('funnel_conversion');
  expect(screen.getAllByRole('listitem').map((rate) => rate.textContent)).toEqual(['mobile50.0%', 'desktop100.0%']);
});

test('a funnel of sessions goes from main step to main step, past the optional ones', async () => {
  await show('funnel_sessions_optional');
  const steps = within(screen.getByRole('list', { name: 'Funnel' })).getAllByRole('listitem');
  expect(steps).toHaveLength(3);
  const counts = steps.map((step) => Number(step.querySelector('strong')?.textContent));
  expect(steps[1]).toHaveTextContent(`${((100 * counts[2]) / counts[0]).toFixed(1)}% went on`);
  expect(steps[0]).not.toHaveTextContent('went on');
});

test('nobody at the first step is no data, because there is no such event', async () => {
  await show('funnel_conversion_of_nobody');
  expect(screen.getByRole('status')).toHaveTextContent('No event is called `nothing`.');
});

test.each(['light', 'dark'] as const)('an empty answer says why, and leads to the latest event: %s', async (mode) => {
  const ask = jest.fn();
  const text = 'No events in this range. The latest `order` is of 2026-11-30 14:02.';
  const why = { id: 'empty.latest-of', text, values: {} };
  const custom = { view: 'lines', empty: { why, latest: '2026-11-30T14:02:03.004005Z' } };
  const flat = { ...golden('trend_of_nothing')[0], meta: { custom } };
  const hour = { from: dateTime('2026-12-24T00:00:00Z'), to: dateTime('2026-12-24T01:00:00Z') };
  const { container } = await showFrames([flat], {
    mode,
    answer: { timeRange: { ...hour, raw: hour } },
    onTimeRange: ask,
  });
  expect(screen.getByRole('status')).toHaveTextContent(text);
  expect(await barriers(container)).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Go to the latest' }));
  const to = Date.parse('2026-11-30T14:02:03.005Z');
  expect(ask.mock.calls).toEqual([[{ from: to - 3600_000, to }]]);
});

test('what the panel says of nothing comes before the reason', async () => {
  await showFrames(golden('funnel_conversion_of_nobody'), { noValue: 'Nobody bought anything' });
  expect(screen.getByRole('status')).toHaveTextContent('Nobody bought anythingNo event is called `nothing`.');
  expect(screen.queryByRole('button', { name: 'Go to the latest' })).toBeNull();
});

test('zeros that stand for nothing can be read as a table', async () => {
  const why = { id: 'empty.latest', text: 'No events in this range.' };
  const [frame] = golden('trend_events');
  await showFrames([{ ...frame, meta: { custom: { view: 'lines', empty: { why } } } }]);
  await userEvent.click(screen.getByRole('button', { name: 'Show as a table' }));
  expect(await screen.findByRole('table', { name: 'Table of the answer' })).toBeVisible();
});

test('of two queries, the one that says nothing says why beside the other', async () => {
  const [first] = golden('funnel_conversion_of_nobody');
  await showFrames([{ ...first, refId: 'B' }, ...golden('funnel_breakdown')]);
  expect(screen.getByRole('status')).toHaveTextContent('No event is called `nothing`.');
  expect(await screen.findByRole('list', { name: 'Funnel' })).toBeVisible();
});

test.each(['retention_heatmap', 'heatmap_hour_weekday', 'heatmap_date_hour'])('%s is a grid', async (name) => {
  await show(name);
  expect(rows('Grid of the answer').length).toBeGreaterThan(1);
});

test('a heatmap has weekdays down and hours across', async () => {
  await show('heatmap_hour_weekday');
  const [head, ...days] = rows('Grid of the answer');
  expect(head).toMatch(/^weekday01234.*2223total$/);
  expect(days.map((day) => day.slice(0, 3))).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun', 'tot']);
});

test('heatmaps of a breakdown are named after its values, and have the names of their columns and rows', async () => {
  await show('heatmap_breakdown');
  const frames = golden('heatmap_breakdown');
  const names = frames.map(({ fields }) => fields[2].config.displayNameFromDS);
  expect(names.length).toBeGreaterThan(1);
  expect(screen.getAllByRole('heading').map((heading) => heading.textContent)).toEqual(names);
  const [grid] = screen.getAllByRole('table', { name: 'Grid of the answer' });
  const [head, ...rows] = within(grid).getAllByRole('row');
  expect(head).toHaveTextContent('2026-03');
  expect(rows).toHaveLength(frames[0].meta?.custom?.yOrdinalDisplay.length);
});

test('a retention table with a breakdown has a row for each value and cohort, the first mean beneath the head', async () => {
  await show('retention_table_breakdown');
  const [frame] = golden('retention_table_breakdown');
  const grid = screen.getByRole('grid', { name: 'Cohorts' });
  const [head, mean] = within(grid).getAllByRole('row');
  expect(head).toHaveTextContent('breakdowncohortusersday 0day 1day 2');
  expect(mean).toHaveTextContent(`${frame.fields[0].values[0]}weighted mean`);
  expect(grid).toHaveAttribute('aria-rowcount', String(frame.length + 1));
});

test('colors are those of the theme, also after a switch', async () => {
  const background = () => screen.getAllByRole('cell').map((cell) => cell.style.background);
  const hours = golden('heatmap_hour_weekday');
  const { rerender, unmount } = await showFrames(hours);
  await act(async () => rerender(panel(hours, { mode: 'light' })));
  const switched = background();
  unmount();
  await showFrames(hours, { mode: 'light' });
  expect(new Set(switched).size).toBeGreaterThan(1);
  expect(switched).toEqual(background());
  expect(switched).toContain('rgb(255, 255, 255)');
});

test.each([
  ['trend_users_breakdown', ['ads', 'Other', '(none)']],
  ['lifecycle', ['new', 'returning', 'resurrecting', 'dormant']],
  ['retention_curve', ['weighted mean', '2026-03-01', '2026-03-02', '2026-03-10']],
  ['anomalies_buckets', ['events', 'expected', 'usual range', 'anomalies: 0']],
  ['funnel_trend', []],
  ['stickiness', []],
  ['funnel_time_to_convert', []],
  ['funnel_time_to_convert_breakdown', ['ads', 'Other', '(none)']],
  ['funnel_chart', ['ads', 'Other', '(none)']],
])('%s is a chart', async (name, series) => {
  await show(name);
  const chart = screen.getByRole('figure', { name: 'Chart of the answer' });
  expect(
    within(chart)
      .queryAllByRole('listitem')
      .map((item) => item.textContent)
  ).toEqual(series);
});

test.each(['anomalies_actors', 'paths_table', 'funnel_actors', 'retention_classic', 'retention_classic_recurring'])(
  '%s is a table, open at once',
  async (name) => {
    await show(name);
    expect(rows('Table of the answer').length).toBeGreaterThan(1);
  }
);

test.each([
  ['stickiness_rate', '33.3%'],
  ['anomalies_actor_count', '1'],
  ['retention_rate', '50.0%'],
])('%s is a number', async (name, text) => {
  await show(name);
  expect(screen.getByRole('listitem')).toHaveTextContent(new RegExp(`[a-z]${text}$`));
});
