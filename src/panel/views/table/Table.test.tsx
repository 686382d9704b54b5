import { FieldType, toDataFrame, type DataFrame } from '@grafana/data';
import { fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { golden, show } from '../../testing';

function frameOf(values: Record<string, unknown[]>): DataFrame {
  return toDataFrame({
    refId: 'A',
    meta: { custom: { view: 'table' } },
    fields: Object.entries(values).map(([name, list]) => ({ name, values: list })),
  });
}

/** Rows with cells; not those that keep the room of others. */
function rows(): string[][] {
  return screen
    .getAllByRole('row')
    .filter((row) => Number(row.getAttribute('aria-rowindex')) > 1)
    .map((row) => within(row).getAllByRole('cell'))
    .map((cells) => cells.map(({ textContent }) => textContent ?? ''));
}

const head = (name: string) => screen.getByRole('columnheader', { name });

test('ten thousand rows are counted, and those in sight drawn', async () => {
  const count = 10_000;
  const frame = frameOf({ user: Array.from({ length: count }, (_, i) => `u${i}`) });
  await show([frame], { height: 280 });
  const table = screen.getByRole('table');
  expect(table).toHaveAttribute('aria-rowcount', String(count + 1));
  expect(rows().length).toBeLessThan(50);
  expect(rows()[0]).toEqual(['u0']);
  fireEvent.scroll(table.parentElement!, { target: { scrollTop: 5000 * 28 } });
  expect(rows().flat()).toContain('u5005');
  expect(rows().length).toBeLessThan(50);
  const drawn = screen.getByRole('cell', { name: 'u5005' }).closest('tr');
  expect(drawn).toHaveAttribute('aria-rowindex', '5007');
  fireEvent.scroll(table.parentElement!, { target: { scrollTop: count * 28 } });
  expect(rows().flat().at(-1)).toBe('u9999');
});

test('several frames are scrolled as one', async () => {
  const names = (letter: string) => Array.from({ length: 1000 }, (_, i) => letter + i);
  await show([frameOf({ a: names('a') }), frameOf({ b: names('b') })], { height: 280 });
  const [, second] = screen.getAllByRole('table');
  fireEvent.scroll(second.parentElement!, { target: { scrollTop: 1501 * 28 } });
  expect(within(second).getByRole('cell', { name: 'b503' })).toBeInTheDocument();
});

test('a few hundred rows are all there to be copied', async () => {
  await show([frameOf({ n: Array.from({ length: 300 }, (_, i) => i) })], { height: 100 });
  expect(rows()).toHaveLength(300);
});

test('a click on the head sorts, a third one no more; nothing comes last', async () => {
  await show([frameOf({ name: ['b', 'a10', 'a9', null], number: [2, null, 10, 9] })]);
  const order = () => rows().map(([name, number]) => `${name}=${number}`);
  const asAnswered = order();
  await userEvent.click(screen.getByRole('button', { name: 'number' }));
  expect(order()).toEqual(['a9=10', '=9', 'b=2', 'a10=']);
  expect(head('number')).toHaveAttribute('aria-sort', 'descending');
  await userEvent.click(screen.getByRole('button', { name: 'number' }));
  expect(order()).toEqual(['b=2', '=9', 'a9=10', 'a10=']);
  await userEvent.click(screen.getByRole('button', { name: 'number' }));
  expect(order()).toEqual(asAnswered);
  screen.getByRole('button', { name: 'name' }).focus();
  await userEvent.keyboard('{Enter}');
  expect(order()).toEqual(['a9=10', 'a10=', 'b=2', '=9']);
});

test('an object is read in words, and a long text in full where the pointer rests', async () => {
  const long = 'x'.repeat(300);
  await show([frameOf({ said: [{ total: 20, place: { city: 'Berlin' }, tags: ['a', 'b'] }], long: [long] })]);
  expect(rows()[0][0]).toBe('total: 20, place.city: Berlin, tags: a, b');
  expect(screen.getByTitle(long)).toBeInTheDocument();
});

test('a list of users leads to their timelines', async () => {
  const frames = golden('funnel_actors');
  await show(frames, { options: { view: 'table' } });
  const [user] = frames[0].fields[0].values;
  expect(screen.getByRole('button', { name: user })).toBeVisible();
});

test('numbers stand right', async () => {
  await show([frameOf({ name: ['a'], number: [1234567] })], { width: 300, height: 200 });
  const cell = screen.getByRole('cell', { name: '1,234,567' });
  expect(cell).toHaveStyle({ textAlign: 'right' });
  expect(head('number')).toHaveStyle({ textAlign: 'right' });
});

test('what has no type is no reason to fail', async () => {
  const frame = frameOf({ odd: [undefined, null, { a: null }, [1, 2]] });
  frame.fields[0].type = FieldType.other;
  await show([frame]);
  expect(rows().flat()).toEqual(['', '', 'a: –', '1, 2']);
});
