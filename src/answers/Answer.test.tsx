import { createTheme, dateTime, LoadingState, ThemeContext, type DataFrame, type PanelData } from '@grafana/data';
import { toDataQueryResponse } from '@grafana/runtime';
import { render, screen, within } from '@testing-library/react';
import fs from 'fs';
import path from 'path';
import { Answer } from './Answer';

/** The frames that the back end answers with, from its own golden files. */
function golden(name: string): DataFrame[] {
  const file = path.join(__dirname, '../../pkg/plugin/testdata', `${name}.golden.jsonc`);
  const json = fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('//'))
    .join('\n');
  return toDataQueryResponse({ data: { results: { A: JSON.parse(json) } } } as Parameters<
    typeof toDataQueryResponse
  >[0]).data;
}

function answerOf(name: string): PanelData {
  const range = { from: dateTime(0), to: dateTime(1), raw: { from: dateTime(0), to: dateTime(1) } };
  return { state: LoadingState.Done, series: golden(name), timeRange: range };
}

function show(name: string) {
  render(<Answer answer={answerOf(name)} timeZone="UTC" />);
}

function rows(table: string): string[] {
  return within(screen.getByRole('table', { name: table }))
    .getAllByRole('row')
    .map((row) => row.textContent ?? '');
}

test('a funnel has a bar for each step and breakdown value', () => {
  show('funnel_breakdown');
  const steps = within(screen.getByRole('list', { name: 'Funnel' })).getAllByRole('listitem');
  expect(steps).toHaveLength(3);
  expect(screen.getByText('Other')).toBeVisible();
});

test('conversion rates are numbers', () => {
  show('funnel_conversion');
  expect(screen.getAllByRole('definition').map((rate) => rate.textContent)).toEqual(['50.0%', '100.0%']);
});

test('a funnel of sessions goes from main step to main step, past the optional ones', () => {
  show('funnel_sessions_optional');
  const steps = within(screen.getByRole('list', { name: 'Funnel' })).getAllByRole('listitem');
  expect(steps).toHaveLength(3);
  const counts = steps.map((step) => Number(step.querySelector('strong')?.textContent));
  expect(steps[0]).toHaveTextContent(`${((100 * counts[2]) / counts[0]).toFixed(1)}% went on`);
  expect(steps[1]).not.toHaveTextContent('went on');
});

test('nobody at the first step is no data', () => {
  show('funnel_conversion_of_nobody');
  expect(screen.getByText('No data in this time range')).toBeVisible();
});

test.each(['retention_table', 'retention_heatmap', 'heatmap_hour_weekday', 'heatmap_date_hour'])(
  '%s is a grid',
  (name) => {
    show(name);
    expect(rows('Grid of the answer').length).toBeGreaterThan(1);
  }
);

test('a heatmap has weekdays down and hours across', () => {
  show('heatmap_hour_weekday');
  const [head, ...days] = rows('Grid of the answer');
  expect(head).toMatch(/^01234.*2223$/);
  expect(days.map((day) => day.slice(0, 3))).toHaveLength(7);
});

test('heatmaps of a breakdown are named after its values, and have the names of their columns and rows', () => {
  show('heatmap_breakdown');
  const frames = golden('heatmap_breakdown');
  const names = frames.map(({ fields }) => fields[2].config.displayNameFromDS);
  expect(names.length).toBeGreaterThan(1);
  expect(screen.getAllByRole('heading').map((heading) => heading.textContent)).toEqual(names);
  const [grid] = screen.getAllByRole('table', { name: 'Grid of the answer' });
  const [head, ...rows] = within(grid).getAllByRole('row');
  expect(head).toHaveTextContent('2026-03');
  expect(rows).toHaveLength(frames[0].meta?.custom?.yOrdinalDisplay.length);
});

test('a retention table with a breakdown has a row for each value and cohort', () => {
  show('retention_table_breakdown');
  const [frame] = golden('retention_table_breakdown');
  const [head, ...found] = rows('Grid of the answer');
  expect(head).toBe('breakdown cohortusersday 0day 1day 2');
  expect(found).toHaveLength(frame.length);
  frame.fields[0].values.forEach((value, i) => {
    expect(found[i]).toMatch(
      new RegExp(`^${value.replace(/[()]/g, '\\$&')} ${frame.fields[1].values[i]}${frame.fields[2].values[i]}`)
    );
  });
});

test('colors are those of the theme, also after a switch', () => {
  const background = () => screen.getAllByRole('cell').map((cell) => cell.style.background);
  const view = (mode: 'dark' | 'light') => (
    <ThemeContext.Provider value={createTheme({ colors: { mode } })}>
      <Answer answer={answerOf('heatmap_hour_weekday')} timeZone="UTC" />
    </ThemeContext.Provider>
  );
  const { rerender, unmount } = render(view('dark'));
  rerender(view('light'));
  const switched = background();
  unmount();
  render(view('light'));
  expect(new Set(switched).size).toBeGreaterThan(1);
  expect(switched).toEqual(background());
  expect(switched).toContain('rgb(255, 255, 255)');
});

test.each([
  ['trend_users_breakdown', ['ads', 'Other', '(none)']],
  ['lifecycle', ['new', 'returning', 'resurrecting', 'dormant']],
  ['retention_curve', ['weighted mean', '2026-03-01', '2026-03-02', '2026-03-10']],
  ['anomalies_buckets', ['events', 'expected', 'low', 'high']],
  ['funnel_trend', []],
  ['stickiness', []],
  ['funnel_time_to_convert', []],
  ['funnel_time_to_convert_breakdown', ['ads', 'Other', '(none)']],
  ['funnel_chart', ['ads', 'Other', '(none)']],
])('%s is a chart', (name, series) => {
  show(name);
  const chart = screen.getByRole('figure', { name: 'Chart of the answer' });
  expect(
    within(chart)
      .queryAllByRole('listitem')
      .map((item) => item.textContent)
  ).toEqual(series);
});

/** What is read when the pointer rests. */
const inTitle = { selector: 'title' };

test('a chart tells the values of each place', () => {
  show('lifecycle');
  expect(screen.getByText('03-02 new: 1 returning: 0 resurrecting: 0 dormant: -1', inTitle)).toBeInTheDocument();
  expect(screen.getByText(/^03-10 .* dormant: no value$/, inTitle)).toBeInTheDocument();
});

test('paths are a graph of nodes and the ways between them', () => {
  show('paths_graph');
  const graph = screen.getByRole('group', { name: 'Graph of the answer' });
  const nodes = within(graph).getAllByRole('img');
  expect(nodes.map((node) => node.getAttribute('aria-label'))).toContain('cart: 2 (66.7 %)');
  expect(within(graph).getByText('view → cart: 2 (66.7 %)', inTitle)).toBeInTheDocument();
});

test.each([
  'timeline_user',
  'anomalies_actors',
  'paths_table',
  'funnel_actors',
  'retention_classic',
  'retention_classic_recurring',
])('%s is a table, open at once', (name) => {
  show(name);
  expect(rows('Table of the answer').length).toBeGreaterThan(1);
});

test.each(['stickiness_rate', 'anomalies_actor_count', 'retention_rate'])('%s is a number', (name) => {
  show(name);
  expect(screen.getByRole('definition')).not.toBeEmptyDOMElement();
});
