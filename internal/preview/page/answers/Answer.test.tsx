import { dateTime, LoadingState, type DataFrame, type PanelData } from '@grafana/data';
import { toDataQueryResponse } from '@grafana/runtime';
import { render, screen, within } from '@testing-library/react';
import fs from 'fs';
import path from 'path';
import { Answer } from './Answer';

/** The frames that the back end answers with, from its own golden files. */
function golden(name: string): DataFrame[] {
  const file = path.join(__dirname, '../../../../pkg/plugin/testdata', `${name}.golden.jsonc`);
  const json = fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('//'))
    .join('\n');
  return toDataQueryResponse({ data: { results: { A: JSON.parse(json) } } } as Parameters<
    typeof toDataQueryResponse
  >[0]).data;
}

function show(name: string) {
  const range = { from: dateTime(0), to: dateTime(1), raw: { from: dateTime(0), to: dateTime(1) } };
  const answer: PanelData = { state: LoadingState.Done, series: golden(name), timeRange: range };
  render(<Answer answer={answer} timeZone="UTC" />);
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
