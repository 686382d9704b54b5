import { boxOf, countAt, sentences, wordsFor, type Picture } from './overlay';

/** Two columns, three rows. */
const picture: Picture = {
  event: 'click',
  count: 'events',
  from: Date.UTC(2026, 10, 1),
  to: Date.UTC(2026, 10, 30, 22, 59),
  zone: 'Europe/Berlin',
  viewport: 'desktop',
  unit: 'pixels',
  clicks: { left: 100, top: 0, right: 300, bottom: 600, columns: 2, values: [1, 2, 3, 4000, 0, 6] },
};

test('pixels lie where they are, percent by the size of the page', () => {
  expect(boxOf(picture, { width: 50, height: 50 })).toEqual({ left: 100, top: 0, width: 200, height: 600 });
  const percent: Picture = {
    ...picture,
    unit: 'percent',
    clicks: { ...picture.clicks, left: 10, right: 100, bottom: 50 },
  };
  expect(boxOf(percent, { width: 1000, height: 3000 })).toEqual({ left: 100, top: 0, width: 900, height: 1500 });
});

test.each([
  [100, 0, 1],
  [199, 199, 1],
  [199, 200, 2],
  [200, 0, 4000],
  [299, 599, 6],
  [99, 0, undefined],
  [300, 0, undefined],
  [100, -1, undefined],
  [100, 600, undefined],
])('at %d, %d is %p', (x, y, want) => {
  expect(countAt(picture, boxOf(picture, { width: 1, height: 1 }), x, y)).toBe(want);
});

test('what the numbers are is said in the language of the browser', () => {
  expect(sentences(picture, 'en-US').map((text) => text.replace(/\s/g, ' '))).toEqual([
    'click · desktop',
    'Nov 1, 2026, 1:00 AM – Nov 30, 2026, 11:59 PM (Europe/Berlin)',
    '4,012 events',
    'at most 4,000 events in one place',
  ]);
  expect(sentences({ ...picture, event: '*', viewport: undefined, count: 'users', filters: 2 }, 'zh-CN')).toEqual([
    '任意事件 · 所有视口',
    expect.stringMatching('2026.11.1.* 01:00'),
    '一处最多 4,000 位用户',
    '其他筛选条件：2 个',
  ]);
  expect(sentences({ ...picture, viewport: 'watch' }, 'de-DE')[0]).toBe('click · watch');
  expect([wordsFor('zh-Hans'), wordsFor('zha')].map(({ few }) => few)).toEqual(['少', 'few']);
});
