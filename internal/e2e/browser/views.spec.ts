import { expect, test, type Page } from '@playwright/test';
import fs from 'fs';
import path from 'path';
import { inflateSync } from 'zlib';
import type { Drawn } from './views';

// Every view in a real browser, which lays things out: what is drawn is measured, not compared with a picture, so that fonts may differ.

const folder = path.join(__dirname, '../../../pkg/plugin/testdata');
const axe = path.join(path.dirname(require.resolve('axe-core')), 'axe.min.js');

type Answer = Drawn['answer'];

/** The back end's golden answers. */
const golden = Object.fromEntries(
  fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.golden.jsonc'))
    .map((file) => [
      file.replace('.golden.jsonc', ''),
      JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8').replace(/^\/\/.*$/gm, '')) as Answer,
    ])
);

interface Field {
  name: string;
  type?: string;
  values: unknown[];
  unit?: string;
}

function answer(view: string, fields: Field[], custom: object = {}): Answer {
  const schema = {
    refId: 'A',
    meta: { custom: { view, ...custom } },
    fields: fields.map(({ name, type = 'number', unit }) => ({ name, type, config: { unit } })),
  };
  return { frames: [{ schema, data: { values: fields.map(({ values }) => values) } }] };
}

const times = <T>(count: number, value: (i: number) => T) => Array.from({ length: count }, (_, i) => value(i));
const long = (i: number) => `a name that goes on and on, longer than anything has room for, number ${i}`;
const day = (i: number) => Date.UTC(2026, 0, 1 + i);

/** Cohorts, each a tenth smaller in each period, of which the last that there are is not over. */
function cohorts(count: number, periods: number, size = 1000): Answer {
  const rows = times(count, (i) => i);
  return answer('cohorts', [
    {
      name: 'cohort',
      type: 'string',
      values: ['weighted mean', ...rows.map((i) => new Date(day(i)).toISOString().slice(0, 10))],
    },
    { name: 'users', values: [count * size, ...rows.map(() => size)] },
    ...times(periods, (p) => ({
      name: `day ${p}`,
      unit: 'percentunit',
      values: [
        0.9 ** p,
        ...rows.map((i) => (p < periods - i * (periods / count) ? Math.round(size * 0.9 ** p) / size : null)),
      ],
    })),
    {
      name: 'in_progress',
      type: 'string',
      values: ['', ...rows.map((i) => `day ${Math.ceil(periods - i * (periods / count)) - 1}`)],
    },
  ]);
}

const numbers = (count: number, value: (i: number) => number | null, name = long) =>
  answer('numbers', [
    { name: 'breakdown', type: 'string', values: times(count, name) },
    { name: 'users', values: times(count, value) },
  ]);

const series = (view: string, count: number, points: number, value: (i: number, at: number) => number | null) =>
  answer(view, [
    { name: 'time', type: 'time', values: times(points, day) },
    ...times(count, (i) => ({ name: long(i), values: times(points, (at) => value(i, at)) })),
  ]);

/** A long page, on which many things were clicked that lie over each other, and of which few users saw the end. */
function clicks(elements: number): Answer {
  const [columns, rows] = [20, 60];
  const area = { left: 0, top: 0, right: 1440, bottom: 6000 };
  const cells = times(columns * rows, (i) => i);
  const edges = times(rows + 1, (i) => i * 100);
  const frames = [
    answer(
      'clicks',
      [
        { name: 'xMin', values: cells.map((i) => Math.floor(i / rows) * 72) },
        { name: 'yMin', values: cells.map((i) => (i % rows) * 100) },
        { name: 'events', values: cells.map((i) => (i % 7 ? 0 : i * 1000)) },
      ],
      { area }
    ),
    answer('clicks', [
      { name: 'element', type: 'string', values: times(elements, long) },
      { name: 'events', values: times(elements, (i) => 5e6 - i * 1e5) },
      { name: 'users', values: times(elements, (i) => 1e6 - i * 1e4) },
      { name: 'share', unit: 'percentunit', values: times(elements, () => 1 / elements) },
      { name: 'left', values: times(elements, (i) => (i % 5) * 288) },
      { name: 'top', values: times(elements, (i) => i * 50) },
      { name: 'right', values: times(elements, (i) => (i % 5) * 288 + 72) },
      { name: 'bottom', values: times(elements, (i) => i * 50 + 100) },
    ]),
    answer('clicks', [
      { name: 'depth', values: edges },
      { name: 'users', values: edges.map((_, i) => 1e6 - i * 15e3) },
      { name: 'share', unit: 'percentunit', values: edges.map((_, i) => 1 - i * 0.015) },
    ]),
  ];
  return { frames: frames.flatMap((each) => each.frames) };
}

/** What no shop that we know answers, but some will. */
const nasty: Record<string, Answer> = {
  'cohorts of one row': cohorts(1, 3),
  'cohorts of billions': cohorts(12, 12, 4e9),
  'cohorts 60 x 60': cohorts(60, 60),
  'one number': numbers(
    1,
    () => 7,
    () => 'users'
  ),
  'a huge number': numbers(1, () => 123456789012345),
  'numbers of 40 groups': numbers(40, (i) => i * 1e6),
  'numbers that are 0 or unknown': numbers(3, (i) => (i ? null : 0)),
  'lines of 40 groups': series('lines', 40, 30, (i, at) => (i + 1) * at),
  'lines of zero': series('lines', 2, 30, () => 0),
  'a line of one point': series('lines', 1, 1, () => 5),
  'lines of huge numbers': series('lines', 3, 12, (i, at) => (i + 1) * at * 1e12),
  'bars of 40 groups': series('bars', 40, 4, (i, at) => i * at),
  'bars of huge numbers': series('bars', 2, 12, (i, at) => (i + 1) * (at + 1) * 1e12),
  'a page with 50 elements': clicks(50),
  'a page with one element': clicks(1),
  'numbers over time': series('numbers', 3, 30, (i, at) => (i + 1) * at),
};

const sizes = [[300, 200], [640, 360], [1600, 900]] as const; // prettier-ignore
const modes = ['light', 'dark'] as const;
/** Each answer with the options that draw it in yet another way. */
const cases: Array<[string, Pick<Drawn, 'answer' | 'options'>]> = Object.entries({ ...golden, ...nasty })
  .filter(([, { frames }]) => frames.length > 0)
  .flatMap(([name, answer]): Array<[string, Pick<Drawn, 'answer' | 'options'>]> => [
    [name, { answer }],
    ...(/^(retention_table|cohorts)/.test(name)
      ? [
          [`${name} as curves`, { answer, options: { cohortForm: 'curves' } }] as [
            string,
            Pick<Drawn, 'answer' | 'options'>,
          ],
        ]
      : []),
  ]);

async function draw(page: Page, drawn: Drawn): Promise<number> {
  const taken = await page.evaluate((what) => window.draw(what), drawn);
  // A view is loaded when it is drawn for the first time; the button to the table is there before.
  await page.waitForFunction(
    () => document.querySelector('#panel > * > :not(:has(> [aria-label="Show as a table"]))') !== null
  );
  return taken;
}

test.beforeEach(async ({ page }) => {
  await page.goto('/views.html');
  await page.waitForFunction(() => Boolean(window.draw));
});

for (const [width, height] of sizes) {
  test(`nothing overflows or lies upon another text at ${width} x ${height}`, async ({ page }) => {
    const faults: string[] = [];
    for (const [name, what] of cases) {
      await draw(page, { ...what, mode: 'light', width, height });
      faults.push(...(await page.evaluate(measured)).map((fault) => `${name}: ${fault}`));
    }
    expect(faults).toEqual([]);
  });
}

for (const mode of modes) {
  for (const [how, media, view] of [
    ['on the screen', 'screen', undefined],
    ['on paper', 'print', undefined],
    ['as a table', 'screen', 'table'],
  ] as const) {
    test(`every text can be read and every thing is named in ${mode} ${how}`, async ({ page }) => {
      await page.addScriptTag({ path: axe });
      await page.emulateMedia({ media });
      const faults: string[] = [];
      for (const [name, { answer: shown, options }] of cases) {
        await draw(page, { answer: shown, options: { ...options, view }, mode, width: 640, height: 360 });
        faults.push(...(await page.evaluate(violations)).map((fault) => `${name}: ${fault}`));
      }
      expect(faults).toEqual([]);
    });
  }

  // The browser's own dialog leaves backgrounds out unless a page insists on them: then bars and cells were gone.
  test(`a printed page has the colors of the picture in ${mode}, and no hint`, async ({ page }) => {
    for (const [name, thing] of Object.entries(coloredThings)) {
      await draw(page, { answer: golden[name], mode, width: 640, height: 360 });
      await page.locator(thing).first().hover({ force: true });
      await expect(page.getByRole('tooltip'), name).toBeVisible();
      const button = page.getByRole('button', { name: 'Show as a table' });
      await expect(button).toBeVisible();
      const colors = await page.locator(thing).evaluateAll((all) =>
        all.map((each) => {
          const { backgroundColor, fill } = getComputedStyle(each);
          return each instanceof SVGElement ? fill : backgroundColor;
        })
      );
      const paper = await page.evaluate(() => document.body.style.background);
      await page.emulateMedia({ media: 'print' });
      await expect(page.getByRole('tooltip')).toBeHidden();
      await expect(button).toBeHidden();
      const printed = colorsOf(await page.pdf({ printBackground: false }));
      expect(printed, name).toContain(numbersOf(paper));
      for (const color of new Set(colors.filter((each) => each.startsWith('rgb(')))) {
        expect(printed, `${name}: ${color}`).toContain(numbersOf(color));
      }
      await page.emulateMedia({ media: 'screen' });
    }
  });
}

test('nothing overflows or lies upon another text on paper', async ({ page }) => {
  await page.emulateMedia({ media: 'print' });
  const faults: string[] = [];
  for (const [name, what] of cases) {
    await draw(page, { ...what, mode: 'light', width: 640, height: 360 });
    faults.push(...(await page.evaluate(measured)).map((fault) => `${name}: ${fault}`));
  }
  expect(faults).toEqual([]);
});

test('the way to the table is seen as soon as a pointer or the keyboard is there, and while the table is', async ({
  page,
}) => {
  await draw(page, { answer: golden.funnel_breakdown, mode: 'light', width: 640, height: 360 });
  const button = page.getByRole('button', { name: 'Show as a table' });
  const isSeen = () =>
    page.locator('[aria-pressed]').evaluate((each) => each.checkVisibility({ opacityProperty: true }));
  await expect.poll(isSeen).toBe(false);
  await page.locator('#panel').hover();
  await expect.poll(isSeen).toBe(true);
  await page.mouse.move(1000, 900);
  await expect.poll(isSeen).toBe(false);
  await button.focus();
  await expect.poll(isSeen).toBe(true);
  await page.keyboard.press('Enter');
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await expect(page.getByRole('button', { name: 'Show the picture' })).toBeVisible();
  await expect.poll(isSeen).toBe(true);
});

test('60 cohorts over 60 periods are drawn in 50 ms', async ({ page }) => {
  const drawn: Drawn = { answer: nasty['cohorts 60 x 60'], mode: 'dark', width: 1600, height: 900 };
  await draw(page, drawn); // loads the view
  const taken: number[] = [];
  for (let i = 0; i < 15; i++) {
    taken.push(await draw(page, drawn));
  }
  taken.sort((a, b) => a - b);
  expect(taken[7], `of ${taken.map((ms) => ms.toFixed(0)).join(', ')} ms`).toBeLessThan(50);
});

test('bars are as long as their numbers', async ({ page }) => {
  const values = [1, 250, 500, 1000];
  const one = answer('bars', [
    { name: 'days', type: 'string', values: ['a', 'b', 'c', 'd'] },
    { name: 'users', values },
  ]);
  await draw(page, { answer: one, mode: 'light', width: 640, height: 360 });
  const heights = await page
    .locator('figure svg rect[fill]')
    .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute('height'))));
  expect(heights).toHaveLength(values.length);
  heights.forEach((height, i) => expect(height / heights[3]).toBeCloseTo(values[i] / 1000, 1));
});

/** What axe finds wrong. It runs in the page, where axe is. */
async function violations(): Promise<string[]> {
  type Found = { violations: Array<{ id: string; nodes: Array<{ html: string }> }> };
  const { axe } = window as unknown as { axe: { run: (element: Element, options: object) => Promise<Found> } };
  const found = await axe.run(document.getElementById('panel')!, { rules: { region: { enabled: false } } });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** What has a color in some of the pictures, and a hint. */
const coloredThings: Record<string, string> = {
  funnel_breakdown: 'li svg rect, li [style*="background"]',
  heatmap_hour_weekday: 'td[style*="background"]',
};

/** The red, green and blue of a color, to two digits. */
function numbersOf(color: string): string {
  const channels = /^#/.test(color)
    ? [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16))
    : color.match(/\d+/g)!.slice(0, 3).map(Number);
  return channels.map((channel) => (channel / 255).toFixed(2)).join(' ');
}

/** The colors with which something is filled on the pages of a PDF. */
function colorsOf(pdf: Buffer): string[] {
  const text = pdf.toString('latin1');
  return [...text.matchAll(/stream\r?\n([^]*?)\r?\nendstream/g)].flatMap(([, stream]) => {
    try {
      const operators = inflateSync(Buffer.from(stream, 'latin1')).toString('latin1');
      return [...operators.matchAll(/([\d.]+) ([\d.]+) ([\d.]+) (?:rg|scn?)\b/g)].map(([, ...channels]) =>
        channels.map((channel) => Number(channel).toFixed(2)).join(' ')
      );
    } catch {
      return []; // a font or an image
    }
  });
}

/** What is drawn where it should not be. It runs in the page. */
function measured(): string[] {
  const panel = document.getElementById('panel')!;
  const room = panel.getBoundingClientRect();
  const faults: string[] = [];
  const texts: Array<{ text: string; box: DOMRect; from: Element }> = [];
  const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const from = node.parentElement!;
    const text = node.textContent!.trim();
    if (!text || from.closest('title, style, [aria-hidden="true"][hidden]')) {
      continue;
    }
    const range = document.createRange();
    range.selectNodeContents(node);
    const whole = range.getBoundingClientRect();
    const box = shown(whole, from);
    // What screen readers alone are told is a pixel large, or transparent.
    if (
      box.width < 2 ||
      box.height < 2 ||
      getComputedStyle(from).opacity === '0' ||
      from.closest('button')?.checkVisibility({ opacityProperty: true }) === false
    ) {
      continue;
    }
    texts.push({ text, box, from });
    if (
      box.left < room.left - 1 ||
      box.right > room.right + 1 ||
      box.top < room.top - 1 ||
      box.bottom > room.bottom + 1
    ) {
      faults.push(`"${text}" lies outside`);
    }
  }
  texts.forEach((a, i) =>
    texts.slice(i + 1).forEach((b) => {
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      // Boxes of lines are higher than letters.
      const isCovered = isSticky(a.from) !== isSticky(b.from);
      if (across > 1 && down > 4 && !isCovered) {
        faults.push(`"${a.text}" lies upon "${b.text}"`);
      }
    })
  );
  return faults;

  /** The part of a box that is not cut off by what it lies in. */
  function shown(box: DOMRect, from: Element): DOMRect {
    let { left, top, right, bottom } = box;
    for (let element: Element | null = from; element && element !== panel; element = element.parentElement) {
      if (getComputedStyle(element).overflow !== 'visible') {
        const edge = element.getBoundingClientRect();
        [left, top] = [Math.max(left, edge.left), Math.max(top, edge.top)];
        [right, bottom] = [Math.min(right, edge.right), Math.min(bottom, edge.bottom)];
      }
    }
    return new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
  }

  /** What stays in sight covers what is scrolled beneath it. */
  function isSticky(element: Element): boolean {
    for (let each: Element | null = element; each && each !== panel; each = each.parentElement) {
      if (getComputedStyle(each).position === 'sticky') {
        return true;
      }
    }
    return false;
  }
}
