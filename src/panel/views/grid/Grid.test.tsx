import { createDataFrame, createTheme, FieldType, colorManipulator, type DataFrame } from '@grafana/data';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { barriers } from '../../axe';
import { golden, show } from '../../testing';

/** A heatmap of numbers, by column, then by row. */
function heat(columns: Array<Array<number | null>>, { name = 'events', additive = true } = {}): DataFrame {
  const rows = columns[0].map((_, j) => `row ${j}`);
  const column = (field: string, values: unknown[], shown: string) => ({
    name: field,
    type: FieldType.number,
    values,
    config: { displayNameFromDS: shown },
  });
  return createDataFrame({
    meta: { type: 'heatmap-cells' as never, custom: { view: 'grid', additive, yOrdinalDisplay: rows } },
    fields: [
      column(
        'x',
        columns.flatMap((values, i) => values.map(() => i)),
        'hour'
      ),
      column(
        'y',
        columns.flatMap((values) => values.map((_, j) => j)),
        'weekday'
      ),
      column('events', columns.flat(), name),
    ],
  });
}

const cells = () => screen.getAllByRole('cell').filter((cell) => cell.style.background);
const texts = (row: HTMLElement) =>
  within(row)
    .getAllByRole('cell')
    .map(({ textContent }) => textContent);

describe.each(['dark', 'light'] as const)('in %s', (mode) => {
  test.each([
    'heatmap_hour_weekday',
    'heatmap_date_hour',
    'heatmap_breakdown',
    'heatmap_bins_property',
    'retention_heatmap',
  ])('%s has no barrier, at any size', async (name) => {
    for (const [width, height] of [
      [300, 200],
      [1600, 900],
    ]) {
      const { container, unmount } = await show(golden(name), { mode, width, height });
      expect(container.innerHTML).not.toMatch(/NaN|Infinity/);
      expect(await barriers(container)).toEqual([]);
      unmount();
    }
  });

  test('numbers can be read on every color', async () => {
    const theme = createTheme({ colors: { mode } });
    await show([heat([Array.from({ length: 60 }, (_, i) => i)])], { mode, height: 2000 });
    expect(cells().length).toBe(60);
    for (const { style } of cells()) {
      expect(
        colorManipulator.getContrastRatio(style.color, style.background, theme.colors.background.primary)
      ).toBeGreaterThanOrEqual(4.5);
    }
  });
});

test('both axes are named, and events are added up along the edges', async () => {
  await show([
    heat([
      [1000, 2],
      [30, null],
    ]),
  ]);
  expect(screen.getByText('hour')).toBeVisible();
  expect(screen.getByText('weekday')).toBeVisible();
  const [, first, second, foot] = screen.getAllByRole('row');
  expect(texts(first)).toEqual(['1,000', '30', '1,030']);
  expect(texts(second).at(-1)).toBe('2');
  expect(texts(foot)).toEqual(['1,002', '30', '1,032']);
});

test.each(['heatmap_sessions', 'heatmap_breakdown', 'retention_heatmap'])(
  '%s has no totals: they would be no number of anything',
  async (name) => {
    await show(golden(name));
    expect(screen.queryByText('total')).toBeNull();
  }
);

test('heatmaps of a breakdown share one scale', async () => {
  await show([heat([[100, 0]], { name: 'mobile' }), heat([[50, 0]], { name: 'desktop' })]);
  const [much, none, half, nothing] = cells().map(({ style }) => style.background);
  expect(none).toBe(nothing);
  expect(new Set([much, half, none]).size).toBe(3);
});

test('numbers that do not fit are in the hint, and for screen readers', async () => {
  await show([heat(Array.from({ length: 24 }, () => [123_456, null]))], { width: 400 });
  const [, row] = screen.getAllByRole('row');
  const [cell] = within(row).getAllByRole('cell');
  expect(getComputedStyle(within(cell).getByText('123,456')).width).toBe('1px');
  await userEvent.hover(cell);
  expect(screen.getByRole('tooltip')).toHaveTextContent('weekday row 0, hour 0events123,456');
});

test('an answer without cells says so', async () => {
  await show(golden('trend_events'), { options: { view: 'grid' } });
  expect(screen.getByText('This answer has no cells of two axes.')).toBeVisible();
});
