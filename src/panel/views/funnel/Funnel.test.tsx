import { FieldType, toDataFrame, type DataFrame } from '@grafana/data';
import { screen, within } from '@testing-library/react';
import { barriers } from '../../axe';
import { golden, show } from '../../testing';

/** A funnel of the numbers of users at each step; those who are lost are all who did not go on, less those in progress. */
function funnel(users: number[], names = users.map((_, i) => `${i + 1}. step`), inProgress = 0): DataFrame {
  const next = (i: number) => users[i + 1];
  const isLast = (i: number) => i === users.length - 1;
  return toDataFrame({
    refId: 'A',
    meta: { custom: { view: 'funnel' } },
    fields: [
      { name: 'step', type: FieldType.string, values: names },
      { name: 'users', type: FieldType.number, values: users },
      {
        name: 'share_of_first',
        values: users.map((n) => (users[0] ? n / users[0] : null)),
        config: { unit: 'percentunit' },
      },
      {
        name: 'share_of_previous',
        values: users.map((n, i) => (i && users[i - 1] ? n / users[i - 1] : null)),
        config: { unit: 'percentunit' },
      },
      { name: 'dropped', values: users.map((n, i) => (isLast(i) ? null : n - next(i) - inProgress)) },
      { name: 'in_progress', values: users.map((_, i) => (isLast(i) ? null : inProgress)) },
      { name: 'median_time', values: users.map((_, i) => (i === 0 ? null : 60)), config: { unit: 's' } },
    ],
  });
}

const list = () => screen.getByRole('list', { name: 'Funnel' });
const steps = () => within(list()).getAllByRole('listitem');
const marks = () => list().textContent?.match(/below/g)?.length ?? 0;

test.each([
  ['standing', { width: 900, height: 400 }],
  ['lying', { width: 300, height: 600 }],
])('%s, a step says who is there, who was lost and who is in progress', async (_, size) => {
  await show([funnel([12345, 2345, 345], undefined, 10)], size);
  expect(steps()).toHaveLength(3);
  expect(steps()[0]).toHaveTextContent('12,345');
  expect(list()).toHaveTextContent('9,990 dropped');
  expect(list()).toHaveTextContent('10 in progress');
  expect(list()).toHaveTextContent('19.0%');
});

test('the option lays it down, or stands it up', async () => {
  const frames = [funnel([10, 5])];
  const size = { width: 900, height: 400 };
  const { unmount, container } = await show(frames, size);
  const standing = container.innerHTML;
  unmount();
  const lying = await show(frames, { ...size, options: { funnelDirection: 'horizontal' } });
  expect(lying.container.innerHTML).not.toBe(standing);
  expect(steps()).toHaveLength(2);
});

test('users, lost users and those in progress lead to their lists', async () => {
  await show(golden('funnel_filters'));
  const titles = within(list())
    .getAllByRole('button')
    .map(({ title }) => title);
  expect(titles).toContain('Who reached it');
  expect(titles.some((title) => title.startsWith('Who dropped'))).toBe(true);
});

test.each([
  ['40', 2],
  ['25', 1],
  [',30', 1],
  ['30,', 1],
  ['30, 30', 2],
  ['10', 0],
  ['', 0],
])('marks conversions below %s', async (markBelow, count) => {
  await show([funnel([100, 20, 5.0])], { options: { markBelow }, width: 900, height: 400 });
  expect(marks()).toBe(count);
});

test('a threshold that cannot be read is told', async () => {
  await show([funnel([100, 20])], { options: { markBelow: 'half' } });
  expect(screen.getByRole('alert')).toHaveTextContent('half');
});

test('groups are compared with the best of them', async () => {
  await show(golden('funnel_breakdown'));
  const table = screen.getByRole('table', { name: 'Comparison of the groups' });
  const [frame] = golden('funnel_breakdown');
  for (const group of new Set<string>(frame.fields[0].values)) {
    expect(within(table).getByRole('rowheader', { name: group })).toBeVisible();
  }
});

test.each([
  ['nobody', funnel([0, 0, 0])],
  ['a step alone', funnel([7])],
  [
    'twenty steps with long names',
    funnel(
      Array.from({ length: 20 }, (_, i) => 2e9 - i),
      Array(20)
        .fill('x'.repeat(200))
        .map((s, i) => `${i} ${s}`)
    ),
  ],
])('%s is drawn in every size, and without barriers', async (_, frame) => {
  for (const [width, height] of [
    [120, 80],
    [300, 200],
    [1600, 900],
  ]) {
    const { container, unmount } = await show([frame], { width, height });
    expect(steps()).toHaveLength(frame.length);
    expect(container.textContent).not.toMatch(/NaN|Infinity|undefined/);
    expect(await barriers(container)).toEqual([]);
    unmount();
  }
});
