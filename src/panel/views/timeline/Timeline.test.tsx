import { toDataFrame, type DataFrame } from '@grafana/data';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { golden, show } from '../../testing';

interface Event {
  time: string;
  event: string;
  page?: string | null;
  session?: string | null;
  metadata?: unknown;
}

function timeline(events: Event[]): DataFrame {
  const column = (name: keyof Event) => ({ name, values: events.map((event) => event[name] ?? null) });
  return toDataFrame({
    refId: 'A',
    meta: { custom: { view: 'timeline', user: 'ann' } },
    fields: [
      { name: 'time', type: 'time', values: events.map(({ time }) => Date.parse(time)) },
      column('event'),
      column('page'),
      column('session'),
      column('metadata'),
    ],
  });
}

const sessions = () => within(screen.getByRole('list', { name: 'Sessions' })).getAllByRole('heading', { level: 3 });
const events = () => screen.getAllByRole('list', { name: 'Events' }).flatMap((list) => [...list.children]);

test('a golden timeline: one session, with its details', async () => {
  await show(golden('timeline_user'));
  expect(sessions().map(({ textContent }) => textContent)).toEqual(['2026-03-01 10:00:00']);
  expect(events().map(({ textContent }) => textContent)).toEqual([
    '10:15:00pay+10 min',
    '10:05:00cart+5 min',
    '10:00:00view',
  ]);
  const details = screen.getByRole('button', { name: 'Details of pay at 10:15:00' });
  expect(details).toHaveAttribute('aria-expanded', 'false');
  await userEvent.click(details);
  expect(details).toHaveAttribute('aria-expanded', 'true');
  const texts = (role: string) =>
    within(events()[0] as HTMLElement)
      .getAllByRole(role)
      .map((e) => e.textContent);
  expect(texts('term')).toEqual(['device', 'total']);
  expect(texts('definition')).toEqual(['mobile', '20']);
});

test('the head sums up who it is', async () => {
  await show(golden('timeline_user'));
  const head = screen.getAllByRole('definition').map(({ textContent }) => textContent);
  expect(head).toEqual(['ann', '2026-03-01 10:00:00', '2026-03-01 10:15:00', '1', '3', 'cart1pay1view1']);
});

test('of an answer that was cut, no number is said to be all', async () => {
  await show(golden('timeline_cut'));
  expect(screen.getByText('First listed')).toBeVisible();
  expect(screen.queryByText('First seen in range')).toBeNull();
  expect(screen.getByText('2 or more')).toBeVisible();
});

test('sessions stand in the order of the answer; what is of none stands by day', async () => {
  await show([
    timeline([
      { time: '2026-03-03T10:00Z', event: 'b', session: 's2' },
      { time: '2026-03-02T10:05Z', event: 'x' },
      { time: '2026-03-02T10:04Z', event: 'a', session: 's1' },
      { time: '2026-03-02T10:00Z', event: 'y' },
      { time: '2026-03-01T10:00Z', event: 'z' },
    ]),
  ]);
  expect(sessions().map(({ textContent }) => textContent)).toEqual([
    '2026-03-03 10:00:00',
    '2026-03-02',
    '2026-03-02 10:04:00',
    '2026-03-01',
  ]);
  expect(screen.getAllByText('without a session')).toHaveLength(2);
});

test('gaps are the same from either end', async () => {
  const list: Event[] = [
    { time: '2026-03-02T10:00:00Z', event: 'a', session: 's' },
    { time: '2026-03-02T10:00:30Z', event: 'b', session: 's' },
    { time: '2026-03-02T12:00:30Z', event: 'c', session: 's' },
  ];
  await show([timeline(list)]);
  expect(events().map(({ textContent }) => textContent)).toEqual(['10:00:00a', '10:00:30b+30 s', '12:00:30c+2 h']);
});

test('equal events in a row are folded, and open again', async () => {
  const same = (minute: number, page: string): Event => ({
    time: `2026-03-02T10:${minute}Z`,
    event: 'view_product',
    page,
    session: 's',
  });
  const run = Array.from({ length: 12 }, (_, i) => same(10 + i, `/p${i}`));
  await show([timeline([...run, { time: '2026-03-02T10:30Z', event: 'pay', session: 's' }])]);
  expect(events()).toHaveLength(2);
  expect(events()[0]).toHaveTextContent('10:10:00 – 10:21:00view_product × 1212 pages');
  await userEvent.click(screen.getByRole('button', { name: /^Each view_product of 10:10:00/ }));
  expect(within(events()[0] as HTMLElement).getAllByText(/^\/p\d+$/)).toHaveLength(12);
});

test('a session of a thousand events shows some, and all on demand', async () => {
  const list = Array.from({ length: 1000 }, (_, i) => ({
    time: new Date(Date.parse('2026-03-02T10:00Z') + i * 1000).toISOString(),
    event: i % 2 ? 'a' : 'b',
    session: 's',
  }));
  await show([timeline(list)]);
  expect(events()).toHaveLength(40);
  await userEvent.click(screen.getByRole('button', { name: 'Show 960 more' }));
  expect(events()).toHaveLength(1000);
});

test('a time of another day than the first names it', async () => {
  await show([
    timeline([
      { time: '2026-03-02T23:59:00Z', event: 'a', session: 's' },
      { time: '2026-03-03T00:01:00Z', event: 'b', session: 's' },
    ]),
  ]);
  expect(events()[1]).toHaveTextContent('03-03 00:01:00b');
});

test('a session leads to its own timeline', async () => {
  await show(golden('timeline_user'));
  expect(screen.getByRole('button', { name: 's1' })).toBeVisible();
});

test.each([
  ['dark', 300, 200],
  ['light', 300, 200],
  ['light', 1600, 900],
] as const)('%s, %d x %d: what one cannot read the names of is drawn all the same', async (mode, width, height) => {
  await show(
    [timeline([{ time: '2026-03-02T10:00Z', event: 'x'.repeat(200), page: '/' + 'y'.repeat(500), metadata: [] }])],
    {
      mode,
      width,
      height,
    }
  );
  expect(events()).toHaveLength(1);
});
