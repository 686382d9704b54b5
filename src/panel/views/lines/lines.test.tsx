import { createDataFrame, FieldType, type DataFrame } from '@grafana/data';
import { fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { barriers } from '../../axe';
import { timeMarks, valueTicks } from '../../shared/axes';
import { cutText, textWidth } from '../../shared/text';
import { golden, show } from '../../testing';
import { areaOf, linesOf } from './charts';

const hour = 3600e3;
const day = 24 * hour;
const start = Date.UTC(2026, 2, 2);

/** Numbers over days, drawn as the view. */
function days(view: string, columns: Record<string, Array<number | null | boolean>>, custom = {}): DataFrame {
  const count = Math.max(...Object.values(columns).map(({ length }) => length));
  return createDataFrame({
    meta: { custom: { view, buckets: { interval: 'day', zone: 'UTC', weekStart: 1 }, ...custom } },
    fields: [
      { name: 'time', type: FieldType.time, values: Array.from({ length: count }, (_, i) => start + i * day) },
      ...Object.entries(columns).map(([name, values]) => ({
        name,
        type: typeof values.find((v) => v !== null) === 'boolean' ? FieldType.boolean : FieldType.number,
        values,
      })),
    ],
  });
}

/** What is said of each place as the arrow keys go from the first to the last. */
async function walk(): Promise<string[]> {
  const slider = screen.getByRole('slider');
  slider.focus();
  const said: string[] = [];
  for (let i = 0; i <= Number(slider.getAttribute('aria-valuemax')); i++) {
    await userEvent.keyboard('{ArrowRight}');
    said.push(slider.getAttribute('aria-valuetext')!);
  }
  return said;
}

describe.each(['dark', 'light'] as const)('in %s', (mode) => {
  test.each([
    'trend_users_breakdown',
    'trend_events',
    'funnel_trend',
    'lifecycle',
    'lifecycle_weeks',
    'stickiness',
    'funnel_chart',
    'funnel_time_to_convert_breakdown',
    'anomalies_buckets',
  ])('%s has no barrier, at any size', async (name) => {
    for (const [width, height] of [
      [300, 200],
      [1600, 900],
      [80, 40],
    ]) {
      const { container, unmount } = await show(golden(name), { mode, width, height });
      const [picture] = within(screen.getByRole('figure')).getAllByRole('img');
      expect(Number(picture.getAttribute('width'))).toBe(width);
      expect(Number(picture.getAttribute('height'))).toBeLessThanOrEqual(height);
      expect(container.innerHTML).not.toMatch(/NaN|Infinity|undefined/);
      expect(await barriers(container)).toEqual([]);
      unmount();
    }
  });
});

test('a place is told with all its values, the highest first, and whether it is counted whole', async () => {
  await show([days('lines', { ads: [1, 20, null], email: [1000, 3, 7] }, { incomplete: [2] })]);
  expect(await walk()).toEqual([
    '2026-03-02, email: 1,000, ads: 1',
    '2026-03-03, ads: 20, email: 3',
    '2026-03-04 (not counted whole), email: 7, ads: no value',
  ]);
  expect(screen.getByRole('tooltip')).toHaveTextContent('2026-03-04 (not counted whole)email7adsno value');
  fireEvent.blur(screen.getByRole('slider'));
  expect(screen.queryByRole('tooltip')).toBeNull();
});

test('a legend hides a series, and the axis follows; the last one hidden brings all back', async () => {
  const { container } = await show([days('lines', { ads: [1, 2], email: [9000, 8000] })]);
  const texts = () => [...container.querySelectorAll('text')].map(({ textContent }) => textContent);
  expect(texts()).toContain('10,000');
  await userEvent.click(screen.getByRole('button', { name: 'email' }));
  expect(screen.getByRole('button', { name: 'email' })).toHaveAttribute('aria-pressed', 'false');
  expect(texts()).not.toContain('10,000');
  expect((await walk())[0]).toBe('2026-03-02, ads: 1');
  await userEvent.click(screen.getByRole('button', { name: 'ads' }));
  expect(texts()).toContain('10,000');
});

test('a line has gaps where there is no value, is broken where it is not counted whole, and a value alone is a point', () => {
  const lines = (values: Array<number | null>, open: number[]) =>
    linesOf(
      values,
      (i, v) => `${i},${v}`,
      (i) => open.includes(i)
    );
  expect(lines([1, 2, 3, 4], [0, 3])).toEqual({ whole: 'M1,2L2,3', open: 'M0,1L1,2M2,3L3,4', alone: [] });
  expect(lines([1, 2, null, 4, null, 6, 7], [])).toEqual({ whole: 'M0,1L1,2M5,6L6,7', open: '', alone: [3] });
  expect(lines([5], [0])).toEqual({ whole: '', open: '', alone: [0] });
  expect(areaOf([1, null, 1], [2, null, 3], (i, v) => `${i},${v}`)).toBe('M0,2L0,1ZM2,3L2,1Z');
});

test('a funnel says of which days the conversion can still change', async () => {
  await show(golden('funnel_trend'));
  const told = await walk();
  expect(told).toHaveLength(10);
  expect(told.map((text) => text.includes('(not counted whole)'))).toEqual(told.map((_, i) => i >= 8));
});

test('days are cut where the answer cuts them, whatever the zone of the dashboard', async () => {
  const frame = days('lines', { events: [1, 2] });
  frame.meta!.custom!.buckets.zone = 'Asia/Tokyo';
  frame.fields[0].values = [start - 9 * hour, start + 15 * hour];
  await show([frame]);
  expect((await walk()).map((said) => said.slice(0, 11))).toEqual(['2026-03-02,', '2026-03-03,']);
});

test('ticks are round, with 0 among them, and whole where values are', () => {
  expect(valueTicks([0, 1])).toEqual([0, 1]);
  expect(valueTicks([3, 22_217], 6)).toEqual([0, 5000, 10000, 15000, 20000, 25000]);
  expect(valueTicks([-219, 700], 8)[0]).toBe(-400);
  expect(valueTicks([])).toEqual([0, 1]);
  expect(valueTicks([null, 0])).toEqual([0, 1]);
  expect(valueTicks([0.1, 0.3], 4)).toEqual([0, 0.1, 0.2, 0.3]);
  for (const most of [3, 5, 8]) {
    for (const greatest of [1, 7, 99, 1234, 9e15, 0.0004]) {
      const ticks = valueTicks([greatest], most);
      expect(ticks.length).toBeLessThanOrEqual(most + 1);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(greatest);
    }
  }
});

test.each([
  [72, hour, 'Europe/Berlin'],
  [400, day, 'UTC'],
  [30, day, 'America/New_York'],
  [60, 7 * day, 'UTC'],
])('the marks of %d times stand apart, at any width', (count, step, zone) => {
  const times = Array.from({ length: count }, (_, i) => start + i * step);
  for (const width of [120, 300, 900, 1600]) {
    const x = (place: number) => (place / (count - 1)) * width;
    const marks = timeMarks(times, zone, x);
    expect(marks.length).toBeGreaterThan(0);
    marks.slice(1).forEach(({ place, text }, i) => {
      const before = marks[i];
      expect(x(place) - x(before.place)).toBeGreaterThan((textWidth(text) + textWidth(before.text)) / 2);
    });
  }
});

test('marks stand where a day begins in the zone', () => {
  const times = Array.from({ length: 72 }, (_, i) => start + i * hour);
  const marks = timeMarks(times, 'Asia/Tokyo', (place) => place * 4);
  expect(marks).toEqual([
    { place: 15, text: '03-03' },
    { place: 39, text: '03-04' },
    { place: 63, text: '03-05' },
  ]);
});

test('a name that is too long is cut', () => {
  expect(cutText('abc', 100)).toBe('abc');
  expect(cutText('a rather long name', 50)).toMatch(/^a rat.*…$/);
  expect(textWidth(cutText('用户行为分析', 40))).toBeLessThanOrEqual(40);
  expect(cutText('abc', 3)).toBe('');
});

test('a lifecycle tells who came and who left, and the net where all is known', async () => {
  await show(golden('lifecycle'));
  const said = await walk();
  expect(said[1]).toBe('2026-03-02, new: 1, returning: 0, resurrecting: 0, dormant: -1, net: 0');
  expect(said[9]).toBe('2026-03-10 (not counted whole), new: 1, returning: 0, resurrecting: 0, dormant: no value');
});

test('what is lost is drawn below zero, beside what is gained, upon each other', async () => {
  const frame = days('lifecycle', { new: [10], returning: [30], dormant: [-20] });
  const { container } = await show([frame], { height: 400 });
  const [gained, stayed, lost] = [...container.querySelectorAll('rect[fill]')].map((bar) => ({
    y: Number(bar.getAttribute('y')),
    height: Number(bar.getAttribute('height')),
  }));
  expect(stayed.height / gained.height).toBeCloseTo(3, 5);
  expect(stayed.y + stayed.height).toBeCloseTo(gained.y, 5);
  expect(lost.y).toBeCloseTo(gained.y + gained.height, 5);
  expect(lost.height / gained.height).toBeCloseTo(2, 5);
});

test('bars have their counts above them, and their shares in the hint', async () => {
  const { container } = await show(golden('stickiness'));
  expect([...container.querySelectorAll('text')].map(({ textContent }) => textContent)).toEqual(
    expect.arrayContaining(['users', 'days', '2', '1'])
  );
  expect((await walk())[0]).toBe('days: 1, users: 2, share: 66.7%, users at least: 3, share at least: 100.0%');
});

test('a histogram names the edges of its bins in words of duration', async () => {
  await show(golden('funnel_time_to_convert_breakdown'));
  expect((await walk())[0]).toBe('15 min to 15 min, ads: 0, Other: 1 (100.0%), (none): 0');
  expect(screen.getByText('time from first step to last')).toBeVisible();
});

test('a bar of little is seen beside one of much, and a huge number is written in full', async () => {
  const frame = days('bars', { users: [9_007_199_254_740_991, 1, 0] });
  const { container } = await show([frame]);
  const heights = [...container.querySelectorAll('rect[fill]')].map((bar) => Number(bar.getAttribute('height')));
  expect(heights.slice(1)).toEqual([1, 0]);
  expect((await walk())[0]).toContain('9,007,199,254,740,991');
});

test('anomalies are points, and named for those who do not see them', async () => {
  const frame = days('bands', {
    events: [10, 50, null],
    expected: [10, 12.25, 12],
    low: [8, 9, 9],
    high: [12, 15, 15],
    score: [0.1, 8.4, null],
    anomaly: [false, true, null],
  });
  const { container } = await show([frame]);
  const named = within(screen.getByRole('list', { name: 'anomalies: 1' })).getAllByRole('listitem');
  expect(named.map(({ textContent }) => textContent)).toEqual([
    '2026-03-03, events 50, expected 12.3, usual range 9 – 15, score 8.4',
  ]);
  expect(container.querySelectorAll('circle[r="5"]')).toHaveLength(1);
});

test.each([
  ['lines', 'This answer has no numbers to draw along an axis.'],
  ['lifecycle', 'This answer has no numbers to draw as bars.'],
  ['bars', 'This answer has no counts to draw as bars.'],
  ['bands', 'This answer does not say what is usual.'],
] as const)('%s say so where they cannot draw an answer', async (view, why) => {
  const words = createDataFrame({ fields: [{ name: 'word', type: FieldType.string, values: ['a'] }] });
  await show([words], { options: { view } });
  expect(screen.getByText(why)).toBeVisible();
});

test('sixty series of four hundred days are drawn at once', async () => {
  const values = (s: number) => Array.from({ length: 400 }, (_, i) => (i * s) % 97);
  const { container } = await show([
    days('lines', Object.fromEntries(Array.from({ length: 60 }, (_, s) => [`series ${s}`, values(s)]))),
  ]);
  expect(container.querySelectorAll('g > path').length).toBeGreaterThanOrEqual(120);
  expect(container.querySelectorAll('circle')).toHaveLength(0);
});
