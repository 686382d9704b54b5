import { expect, test, type Locator, type Page } from '@playwright/test';
import type { Query } from '../../../src/types.gen';

/** A frame as the back end answers. */
interface Frame {
  schema: { fields: Array<{ name: string; config?: { displayNameFromDS?: string; unit?: string } }> };
  data: { values: unknown[][] };
}

const steps = ['visit', 'add_to_cart', 'pay_order'].map((event) => ({ event }));
const breakdown = { property: 'device_type', limit: 2 };
const values = ['mobile', 'desktop', 'Other'];
const retention = { start: { event: 'visit' }, return: { event: 'pay_order' }, periods: 4 };
const any = { event: '*' };

const nameOf = ({ name, config }: Frame['schema']['fields'][number]) => config?.displayNameFromDS ?? name;
const legend = (answer: Locator) => answer.getByRole('figure').getByRole('listitem');
const bars = (answer: Locator) => answer.locator('figure svg rect[fill]');
const rowsOf = (table: Locator) => table.locator('tbody tr');
const column = (frame: Frame, name: string) =>
  frame.data.values[frame.schema.fields.findIndex((field) => field.name === name)] as string[];

/** Each output with what must be drawn of its frames. */
const cases: Array<[string, Query, (answer: Locator, frames: Frame[]) => Promise<void>]> = [
  [
    'steps by breakdown: a bar for each step and value',
    { queryType: 'funnel', funnel: { steps, breakdown } },
    async (answer, [frame]) => {
      await expect(answer.getByRole('list', { name: 'Funnel' }).getByRole('listitem')).toHaveCount(3);
      await expect(answer.locator('strong')).toHaveCount(frame.data.values[0].length);
      await expect(answer.getByRole('table').locator('tbody').getByRole('rowheader')).toHaveText(values);
    },
  ],
  [
    'steps of sessions',
    { queryType: 'funnel', funnel: { steps, actor: 'session' } },
    async (answer, [frame]) => {
      const counts = column(frame, 'sessions').map((count) => Number(count).toLocaleString('en'));
      await expect(answer.locator('strong')).toHaveText(counts);
    },
  ],
  [
    'steps as bars by breakdown: a bar for each step and value',
    { queryType: 'funnel', funnel: { steps, breakdown, output: 'chart' } },
    async (answer) => {
      await expect(legend(answer)).toHaveText(values);
      await expect(bars(answer)).toHaveCount(3 * values.length);
    },
  ],
  [
    'time to convert by breakdown: the counts, and no edges, as bars',
    { queryType: 'funnel', funnel: { steps, breakdown, output: 'time_to_convert', bins: 7 } },
    async (answer, [frame]) => {
      await expect(legend(answer)).toHaveText(frame.schema.fields.slice(2).map(nameOf));
      await expect(bars(answer)).toHaveCount(7 * (frame.schema.fields.length - 2));
    },
  ],
  [
    'conversion by breakdown: a number for each value',
    { queryType: 'funnel', funnel: { steps, breakdown, output: 'conversion' } },
    async (answer) => {
      await expect(answer.getByRole('listitem')).toHaveText(values.map((value) => new RegExp(`^${value}.*%$`)));
    },
  ],
  [
    'conversion over time by breakdown: a line for each value',
    { queryType: 'funnel', funnel: { steps, breakdown, output: 'trend' } },
    async (answer, [frame]) => await expect(legend(answer)).toHaveText(frame.schema.fields.slice(1).map(nameOf)),
  ],
  [
    'a retention table by breakdown: a row for each value and cohort',
    { queryType: 'retention', retention: { ...retention, breakdown } },
    async (answer, [frame]) => {
      const grid = answer.getByRole('grid', { name: 'Cohorts' });
      await expect(grid).toHaveAttribute('aria-rowcount', String(frame.data.values[0].length + 1));
      const first = [column(frame, 'breakdown')[0], column(frame, 'cohort')[0]];
      await expect(grid.locator('thead').getByRole('rowheader')).toHaveText(first);
      const names = frame.data.values[0]
        .slice(1)
        .flatMap((_, i) => [column(frame, 'breakdown')[i + 1], column(frame, 'cohort')[i + 1]]);
      const shown = await grid.locator('tbody').getByRole('rowheader').allTextContents();
      expect(shown).toEqual(names.slice(0, shown.length));
      // The rest are out of sight: the end of the list is scrolled to.
      await grid
        .locator('tbody tr')
        .last()
        .evaluate((row) => row.scrollIntoView({ block: 'end' }));
      await expect(grid.locator('tbody').getByRole('rowheader').last()).toHaveText(names[names.length - 1]);
      const titles = ['breakdown', 'cohort', 'users', 'day 0', 'day 1', 'day 2', 'day 3'];
      await expect(grid.getByRole('columnheader')).toHaveText(titles);
    },
  ],
  [
    'a classic retention table is a table, also of recurring cohorts',
    { queryType: 'retention', retention: { ...retention, output: 'classic', cohorts: 'recurring' } },
    async (answer, [frame]) => {
      await expect(answer.getByRole('table', { name: 'Grid of the answer' })).toHaveCount(0);
      await expect(answer.getByRole('table').getByRole('columnheader')).toHaveText(frame.schema.fields.map(nameOf));
    },
  ],
  [
    'curves by breakdown: a line for each value',
    { queryType: 'retention', retention: { ...retention, output: 'curve', breakdown } },
    async (answer) => await expect(legend(answer)).toHaveText(values),
  ],
  [
    'heatmaps by breakdown: each with its name, and names on both axes',
    { queryType: 'heatmap', heatmap: { ...any, x: 'weekday', y: 'hour', breakdown } },
    async (answer, frames) => {
      await expect(answer.getByRole('heading', { level: 3 })).toHaveText(values);
      const grids = answer.getByRole('table', { name: 'Grid of the answer' });
      await expect(grids).toHaveCount(frames.length);
      const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
      await expect(grids.first().locator('thead th')).toHaveText([...days, 'total']);
      await expect(rowsOf(grids.first())).toHaveCount(24);
    },
  ],
  [
    'clicks on a page: a sign and a row for each element, and how far down users came',
    {
      queryType: 'heatmap',
      heatmap: {
        event: 'click',
        x: 'bins',
        xProperty: 'metadata.x',
        xBins: { min: 0, max: 100 },
        y: 'bins',
        yProperty: 'metadata.y',
        yBins: { min: 0, max: 100 },
        elements: { property: 'metadata.element', limit: 3 },
        scroll: { event: 'scroll', property: 'metadata.depth' },
      },
    },
    async (answer, [, elements, scroll]) => {
      const rows = rowsOf(answer.getByRole('table', { name: 'Elements of the page' }));
      const numbers = column(elements, 'events').map((events) => Number(events).toLocaleString('en'));
      expect(numbers).toHaveLength(4); // with Other
      await expect(rows.locator('td:nth-child(2)')).toHaveText(numbers);
      await expect(answer.locator('[data-rank="1"]')).toContainText(numbers[0]);
      const shares = column(scroll, 'share').map(Number);
      const half = shares.filter((share) => share >= 0.5).at(-1)!;
      const depths = answer.getByRole('group', { name: 'How far down users came' });
      await expect(depths).toContainText(`${(half * 100).toFixed(1)}% came this far`);
    },
  ],
  [
    'trends of two series by breakdown: a line for each pair',
    { queryType: 'trend', trend: { series: [{ event: 'visit' }, { event: 'pay_order' }], breakdown } },
    async (answer, [frame]) => {
      await expect(legend(answer)).toHaveText(frame.schema.fields.slice(1).map(nameOf));
      await expect(legend(answer)).toHaveCount(2 * values.length);
    },
  ],
  [
    'stickiness: a bar for each number of days',
    { queryType: 'stickiness', stickiness: any },
    async (answer, [frame]) => await expect(bars(answer)).toHaveCount(frame.data.values[0].length),
  ],
  [
    'paths: each node with its number',
    { queryType: 'paths', paths: { event: 'visit', steps: 2 } },
    async (answer, [nodes]) =>
      await expect(answer.getByRole('group').getByRole('img')).toHaveCount(nodes.data.values[0].length),
  ],
];

for (const [name, query, check] of cases) {
  test(name, async ({ page }) => {
    const { answer, frames } = await open(page, query);
    await check(answer, frames);
  });
}

test('colors follow the theme, in what is drawn already', async ({ page }) => {
  const { answer } = await open(page, { queryType: 'heatmap', heatmap: any });
  const cell = rowsOf(answer.getByRole('table', { name: 'Grid of the answer' }))
    .first()
    .getByRole('cell')
    .first();
  const dark = await brightness(cell);
  await page.getByRole('button', { name: 'Switch between dark and light' }).click();
  await expect.poll(() => brightness(cell)).toBeGreaterThan(dark);
});

test('an answer is in the language of the page, with the numbers that it had', async ({ page }) => {
  const { answer } = await open(page, { queryType: 'lifecycle', lifecycle: any });
  await expect(legend(answer)).toHaveText(['new', 'returning', 'resurrecting', 'dormant']);
  await page.getByRole('radio', { name: '中文' }).check();
  const inChinese = page.getByRole('region', { name: '答案' });
  await expect(legend(inChinese)).toHaveText(['新增', '持续', '回归', '沉睡']);
  await expect(inChinese).toContainText('其数值仍可能增长');
});

/** What stays as it is in every language: names and elements in the shop's data, and the ids of a graph's nodes. */
const untranslated =
  /[a-z]+(\.[a-z-]+)?( > [a-z]+(\.[a-z-]+)?)+|\d+-(end|none|other)\b|\bmetadata\.[a-z]+|\b[a-z]+(_[a-z]+)+\b|\b(visit|search|click|scroll|mobile|desktop|tablet)\b/g;

for (const [name, query] of cases) {
  test(`in Chinese, no English is left: ${name}`, async ({ page }) => {
    const { answer } = await open(page, query);
    await page.getByRole('radio', { name: '中文' }).check();
    const drawn = page.getByRole('region', { name: '答案' });
    await expect(drawn).toHaveAttribute('aria-busy', 'false');
    await expect(answer).toHaveCount(0);
    await page.getByRole('button', { name: '显示 SQL' }).click();
    const source = page.getByTestId('sql').getByText('数据来源').first();
    await expect(source).toBeVisible();
    const english = async () => (await drawn.innerText()).replace(untranslated, '').match(/[A-Za-z]{2,}/g) ?? [];
    expect(await english()).toEqual([]);
    const toggle = drawn.getByRole('button', { name: '以表格显示' });
    if (await toggle.isVisible()) {
      await toggle.click();
      await expect(drawn.getByRole('table')).not.toHaveCount(0);
      expect(await english()).toEqual([]);
    }
  });
}

/** Opens the page with one question, and returns where its answer is drawn and the frames of it. */
async function open(page: Page, query: Query): Promise<{ answer: Locator; frames: Frame[] }> {
  await page.route('**/api/preview', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), questions: [{ title: 'Asked', query }] } });
  });
  const answered = page.waitForResponse('**/api/ds/query*');
  await page.goto('/');
  const { results } = await (await answered).json();
  const answer = page.getByRole('region', { name: 'Answer' });
  await expect(answer).toHaveAttribute('aria-busy', 'false');
  return { answer, frames: results.A.frames };
}

/** How bright an element's background is, from 0 to 765. */
async function brightness(element: Locator): Promise<number> {
  const color = await element.evaluate((cell) => getComputedStyle(cell).backgroundColor);
  return (color.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
}
