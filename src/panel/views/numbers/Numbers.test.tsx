import { createTheme, FieldType, toDataFrame, type DataFrame } from '@grafana/data';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { barriers } from '../../axe';
import { answering, asked, golden, show } from '../../testing';

function numbers(values: Array<number | null>, config = {}, names?: string[]): DataFrame {
  return toDataFrame({
    refId: 'A',
    meta: { custom: { view: 'numbers' } },
    fields: [
      ...(names ? [{ name: 'plan', type: FieldType.string, values: names }] : []),
      { name: 'users', type: FieldType.number, values, config },
    ],
  });
}

const size = (text: string) =>
  parseFloat(screen.getByText(text).closest<HTMLElement>('[style*="font-size"]')!.style.fontSize);
const picture = () => screen.getByRole('list', { name: 'Numbers' });

test('a number is as large as the panel allows', async () => {
  const { unmount } = await show([numbers([4])], { width: 300, height: 200 });
  const small = size('4');
  unmount();
  await show([numbers([4])], { width: 900, height: 700 });
  expect(size('4')).toBeGreaterThan(1.5 * small);
});

test('each value of a breakdown has its number, in its unit; an absent one is no 0', async () => {
  await show([numbers([0.25, 0, null], { unit: 'percentunit' }, ['free', 'paid', 'old'])]);
  expect(picture()).toHaveTextContent('free25.0%paid0.0%oldno value');
});

test('of numbers over time, the last that is counted whole is shown', async () => {
  const frame = toDataFrame({
    refId: 'A',
    meta: { custom: { view: 'numbers', incomplete: [2] } },
    fields: [
      { name: 'time', type: FieldType.time, values: [0, 86400000, 2 * 86400000] },
      { name: 'users', type: FieldType.number, values: [10, 20, 3] },
    ],
  });
  await show([frame]);
  expect(picture()).toHaveTextContent(/20$/);
});

const thresholds = (...steps: Array<[number, string]>) => ({
  color: { mode: 'thresholds' },
  thresholds: { mode: 'absolute', steps: steps.map(([value, color]) => ({ value, color })) },
});

test.each([
  ['none', {}, undefined],
  ["Grafana's own thresholds", thresholds([-Infinity, 'green'], [80, 'red']), undefined],
  [
    'those of a panel that began as another one',
    { ...thresholds([-Infinity, 'green']), color: { mode: 'palette-classic' } },
    undefined,
  ],
  ['no step', thresholds([-Infinity, 'text']), undefined],
  ['thresholds of somebody', thresholds([-Infinity, 'purple'], [80, 'orange']), 'orange'],
  ['red alone', thresholds([-Infinity, 'green'], [90, 'red']), 'red'],
  ['one color', { color: { mode: 'fixed', fixedColor: 'red' } }, 'red'],
])('with %s a number has its color, or that of text', async (_, config, name) => {
  const { visualization, colors } = createTheme({ colors: { mode: 'light' } });
  await show([numbers([1234], config)], { mode: 'light' });
  const color = name ? visualization.getColorByName(name) : colors.text.primary;
  expect(screen.getByText('1,234').closest('[style*="color"]')).toHaveStyle({ color });
});

test('a number opens the list behind it', async () => {
  answering(golden('anomalies_actors'));
  await show(golden('anomalies_actor_count'));
  await userEvent.click(screen.getByRole('button', { name: /1$/ }));
  await screen.findByRole('dialog');
  expect(asked).toMatchObject([{ queryType: 'anomalies', anomalies: { output: 'actors' } }]);
});

test.each(['light', 'dark'] as const)('there are no barriers in %s', async (mode) => {
  const names = Array.from({ length: 40 }, (_, i) => `a plan with a long name ${i}`);
  for (const frame of [
    numbers([1e15]),
    numbers(
      names.map((_, i) => i),
      {},
      names
    ),
  ]) {
    // prettier-ignore
    const { container, unmount } = await show([frame], { mode, width: 300, height: 200 });
    expect(await barriers(container)).toEqual([]);
    unmount();
  }
});
