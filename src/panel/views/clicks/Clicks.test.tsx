import { toDataFrame, type DataFrame, type DataQueryRequest } from '@grafana/data';
import { config, setDataSourceSrv, type DataSourceSrv } from '@grafana/runtime';
import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { golden, show } from '../../testing';
import { colorPixels, detail, smooth } from './density';
import { columnsShown } from './area';
import { chipsOf } from './beside';
import { imageBy, imageFor, isImage, isTemplate, maxImageBytes, maxPages, viewportOf, type PageImage } from './pages';
import { PageUrlEditor } from './PageUrlEditor';
import { PagesEditor } from './PagesEditor';
import { stepOf } from './Ruler';

/** Four columns of 100, three rows of 200. */
function clicks(values: Array<number | null>, shown: { page?: string; viewport?: string } = {}): DataFrame {
  const xs = [0, 100, 200, 300].flatMap((x) => [x, x, x]);
  return toDataFrame({
    refId: 'A',
    meta: { custom: { view: 'clicks', ...shown, area: { left: 0, top: 0, right: 400, bottom: 600 } } },
    fields: [
      { name: 'xMin', values: xs },
      { name: 'yMin', values: [0, 200, 400, 0, 200, 400, 0, 200, 400, 0, 200, 400] },
      { name: 'events', values },
    ],
  });
}

const png = 'data:image/png;base64,' + 'A'.repeat(100);
const picture = () => screen.getByRole('img', { name: 'Where on the page' });

test('a page has its own proportions', async () => {
  await show([clicks(Array(12).fill(1))], { width: 1000, height: 700 });
  const { width, height } = picture().style;
  expect(parseFloat(height) / parseFloat(width)).toBeCloseTo(1.5);
});

test('the number beneath the pointer is that of the cell', async () => {
  await show([clicks([0, 1, 2, 3, 4, 1234, 6, 7, 8, 9, 10, 11])], { width: 460, height: 620 });
  const { width, height } = picture().style;
  const move = new MouseEvent('pointermove', { bubbles: true });
  Object.defineProperties(move, {
    offsetX: { value: parseFloat(width) * 0.3 },
    offsetY: { value: parseFloat(height) * 0.9 },
  });
  fireEvent(picture(), move);
  expect(screen.getByRole('tooltip')).toHaveTextContent('from 100, 400');
  expect(screen.getByRole('tooltip')).toHaveTextContent('1,234');
});

test('the picture is darkest where most clicks are, and clear where none are', () => {
  const pixels = smooth([0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1], 4, 3);
  expect(pixels).toHaveLength(4 * 3 * detail * detail);
  const at = (column: number, row: number) =>
    pixels[Math.floor((row + 0.5) * detail) * 4 * detail + Math.floor((column + 0.5) * detail)];
  expect(at(1, 1)).toBeGreaterThan(0.9);
  expect(at(3, 2)).toBeLessThan(0.2);
  expect(at(3, 2)).toBeGreaterThan(at(3, 0));
  const stops = [
    [255, 255, 0],
    [100, 0, 0],
  ];
  const rgba = colorPixels(Float32Array.from([0, 0.5, 1]), stops);
  expect([...rgba].filter((_, i) => i % 4 === 3)).toEqual([0, expect.any(Number), 225]);
  expect(rgba[4]).toBeGreaterThan(rgba[8]);
});

test('no clicks, and cells without a number, draw nothing', () => {
  expect(smooth([null, null, 0, 0], 2, 2).every((value) => value === 0)).toBe(true);
});

test('a ruler counts in round numbers', () => {
  expect([1, 1.5, 3, 60, 0.03].map(stepOf)).toEqual([1, 2, 5, 100, 0.05]);
});

test.each([
  [png, true],
  ['https://example.com/a.png', true],
  ['http://example.com/a?b=c', true],
  ['data:image/svg+xml;base64,AAAA', false],
  ['data:text/html;base64,AAAA', false],
  ['data:image/png,<svg onload=1>', false],
  ['javascript:alert(1)', false],
  ['//example.com/a.png', false],
  ['', false],
  ['https://example.com/' + 'a'.repeat(2000), false],
])('%.40s may be shown: %s', (image, may) => {
  expect(isImage(image)).toBe(may);
});

test('an image has its limit', () => {
  const head = 'data:image/jpeg;base64,';
  expect(isImage(head + 'A'.repeat(maxImageBytes - head.length))).toBe(true);
  expect(isImage(head + 'A'.repeat(maxImageBytes - head.length + 1))).toBe(false);
});

test('clicks lie upon the page that is about as wide; not upon what is no image', async () => {
  const pages = [
    { image: png + '1440', width: 1440 },
    { image: png + '390', width: 390 },
    { image: 'javascript:alert(1)', width: 400 },
  ];
  expect(imageFor(pages, 400)?.width).toBe(390);
  expect(imageFor(pages, 1200)?.width).toBe(1440);
  expect(imageFor([...Array(maxPages).fill(pages[0]), pages[1]], 400)?.width).toBe(1440);
  const { container } = await show([clicks(Array(12).fill(1))], { options: { pages } });
  expect(container.querySelector('img')).toHaveAttribute('src', png + '390');
});

const folder = 'https://images.example/${viewport}/${page}.png';

test.each([
  ['/pricing', 'mobile', 'https://images.example/mobile/pricing.png'],
  ['/', 'desktop', 'https://images.example/desktop/index.png'],
  ['/shop/shoes/', 'desktop', 'https://images.example/desktop/shop/shoes/index.png'],
  ['/a b?c=1#/d', 'desktop', 'https://images.example/desktop/a%20b%3Fc%3D1%23/d.png'],
  ['/${viewport}$&', 'tablet', 'https://images.example/tablet/%24%7Bviewport%7D%24%26.png'],
  ['//evil.example/x', 'mobile', undefined],
  ['/../../x', 'mobile', undefined],
  ['/.', 'mobile', undefined],
  ['/x', '..', undefined],
  ['/x', '', undefined],
  ['/\ud800', 'mobile', undefined],
  ['/' + 'x'.repeat(501), 'mobile', undefined],
  [undefined, 'mobile', undefined],
])('the image of %p on %p is %p', (page, viewport, address) => {
  expect(imageBy(folder, { page, viewport })).toBe(address);
});

test('where a template needs no page, one image is for all', () => {
  expect(imageBy('/public/img/${viewport}.png', { viewport: 'mobile' })).toBe('/public/img/mobile.png');
});

test.each([
  [folder, true],
  ['http://images.example:8080/shot?page=${page}&size=${viewport}', true],
  ['/public/img/${page}.png', true],
  ['javascript:alert(1)', false],
  ['javascript:/x${page}', false],
  ['data:image/svg+xml,${page}', false],
  ['//images.example/${page}', false],
  ['/\\images.example/${page}', false],
  ['https://${page}.example/x', false],
  ['https://images.example${page}', false],
  ['https://images.example/a b', false],
  ['images/${page}', false],
  ['', false],
  ['https://images.example/' + 'a'.repeat(2000), false],
])('%.60s is a template: %s', (template, is) => {
  expect(isTemplate(template)).toBe(is);
  expect(imageBy(template, { page: '/x', viewport: 'mobile' }) !== undefined).toBe(is);
});

test('classes of viewports are those of the script', () => {
  expect([767, 768, 1023, 1024].map(viewportOf)).toEqual(['mobile', 'tablet', 'tablet', 'desktop']);
});

test('a page lies upon the image by its address, a pixel upon a pixel; one that is missing is told, and another is taken', async () => {
  const options = { pageUrl: folder, pages: [{ image: png, width: 400 }] };
  const frame = clicks(Array(12).fill(1), { page: '/pricing', viewport: 'mobile' });
  const { container } = await show([frame], { width: 460, height: 2000, options });
  const image = () => container.querySelector('img')!;
  expect(image()).toHaveAttribute('src', 'https://images.example/mobile/pricing.png');
  expect(image().style.width).toBe('0px');
  Object.defineProperty(image(), 'naturalWidth', { value: 200 });
  fireEvent.load(image());
  expect(parseFloat(image().style.width) / parseFloat(picture().style.width)).toBeCloseTo(0.5);
  expect(screen.queryByRole('status')).toBeNull();
  fireEvent.error(image());
  expect(screen.getByRole('status')).toHaveTextContent('https://images.example/mobile/pricing.png');
  expect(image()).toHaveAttribute('src', png);
  fireEvent.error(image());
  expect(container.querySelector('img')).toBeNull();
  expect(picture()).toBeVisible();
});

test('the viewport is that of the width where nothing says it', async () => {
  const { container } = await show([clicks([1], { page: '/a' })], { options: { pageUrl: folder } });
  expect(container.querySelector('img')).toHaveAttribute('src', 'https://images.example/mobile/a.png');
});

test.each([
  ['the class of narrow ones ends where its pages do', 'mobile', [9], undefined, 3],
  ['but not before the last click', 'mobile', [...Array(19).fill(0), 1], undefined, 10],
  ['an image says how wide the page is', 'mobile', [9], 700, 5],
  ['desktops are as wide as the bins', 'desktop', [9], 200, 10],
  ['so is what has no class', undefined, [9], undefined, 10],
  ['tablets', 'tablet', [], undefined, 6],
])('%s', (_, viewport, some, imageWidth, columns) => {
  const values = [...some, ...Array(20 - some.length).fill(0)];
  const area = { left: 0, top: 0, right: 1440, bottom: 100 };
  expect(columnsShown(values, 10, 2, area, viewport, imageWidth)).toBe(columns);
});

test('an address that is none is told', async () => {
  const changed = jest.fn();
  const editor = (value: string) => (
    <PageUrlEditor value={value} onChange={changed} context={{ data: [] }} item={{} as never} />
  );
  const { rerender } = render(editor('javascript:alert(1)'));
  expect(screen.getByRole('alert')).toHaveTextContent('begins with https://');
  rerender(editor(folder));
  expect(screen.queryByRole('alert')).toBeNull();
  fireEvent.change(screen.getByRole('textbox'), { target: { value: '' } });
  expect(changed).toHaveBeenCalledWith(undefined);
});

test('what is no answer about a page is a grid', async () => {
  await show(golden('heatmap_hour_weekday'), { options: { view: 'clicks' } });
  expect(screen.getByRole('table', { name: 'Grid of the answer' })).toBeVisible();
});

describe('the live page', () => {
  const query = { refId: 'A', datasource: { uid: 'footfall' }, queryType: 'heatmap' };
  const request = { targets: [query], scopedVars: {}, timezone: 'utc' } as unknown as DataQueryRequest;
  const asked: unknown[][] = [];
  const url = 'https://shop.example/pricing#footfall-overlay=a.b.c';

  function site(sites: string[] | undefined, answer: () => Promise<unknown>) {
    asked.length = 0;
    const overlayLinks = (...args: unknown[]) => {
      asked.push(args);
      return answer();
    };
    const service = {
      get: async () => ({ overlayLinks }),
      getInstanceSettings: () => ({ jsonData: { overlaySites: sites } }),
    };
    setDataSourceSrv(service as unknown as DataSourceSrv);
  }

  const made = async () => ({
    links: [{ page: 'https://shop.example/pricing', url }],
    expires: Date.UTC(2026, 10, 24, 6, 10),
  });
  const button = () => screen.queryByRole('button', { name: 'Show on the page' });
  const frame = (page?: string) => ({ ...clicks(Array(12).fill(1), { page }), name: 'desktop' });

  test('a button leads to links, which take no opener and no referrer along', async () => {
    site(['https://shop.example'], made);
    await show([frame('/pricing')], { answer: { request }, options: { pageUnit: 'percent' } });
    await userEvent.click(button()!);
    const link = await screen.findByRole('link', { name: 'https://shop.example/pricing' });
    expect(link).toHaveAttribute('href', url);
    expect(link).toHaveAttribute('target', '_blank');
    expect(link).toHaveAttribute('rel', 'noopener noreferrer');
    expect(screen.getByRole('dialog')).toHaveTextContent('works until 06:10');
    expect(asked).toEqual([[query, request, 'desktop', 'percent']]);
  });

  test('why there is no link is told', async () => {
    const said = { id: 'error.at-field', text: 'overlayKey is not set' };
    site(['https://shop.example'], () => Promise.reject({ status: 400, config: {}, data: { error: said.text, said } }));
    await show([frame('/pricing')], { answer: { request } });
    await userEvent.click(button()!);
    expect(await screen.findByRole('alert')).toHaveTextContent('overlayKey is not set');
    expect(screen.queryByRole('link')).toBeNull();
    expect(asked[0][3]).toBe('pixels');
  });

  test('there is no button without sites, without one page, of no known question, and on a public dashboard', async () => {
    site(undefined, made);
    await show([frame('/pricing')], { answer: { request } });
    expect(button()).toBeNull();
    site([], made);
    await show([frame('/pricing')], { answer: { request } });
    expect(button()).toBeNull();
    site(['https://shop.example'], made);
    await show([frame()], { answer: { request } });
    await show([frame('/pricing')]);
    await show([frame('/pricing')], { answer: { request: { ...request, targets: [] } } });
    config.publicDashboardAccessToken = 'abc';
    await show([frame('/pricing')], { answer: { request } });
    config.publicDashboardAccessToken = '';
    expect(button()).toBeNull();
  });
});

function Editor({ onChange }: { onChange: (pages?: PageImage[]) => void }) {
  const [pages, setPages] = useState<PageImage[] | undefined>();
  const change = (next?: PageImage[]) => {
    setPages(next);
    onChange(next);
  };
  return <PagesEditor value={pages} onChange={change} context={{ data: [] }} item={{} as never} />;
}

test('images are uploaded up to their limit, and no more than there is room for', async () => {
  const changed = jest.fn();
  const { container } = render(<Editor onChange={changed} />);
  const add = screen.getByRole('button', { name: 'Add image' });
  await userEvent.click(add);
  const upload = container.querySelector<HTMLInputElement>('input[type=file]')!;
  await userEvent.upload(upload, new File(['x'.repeat(maxImageBytes)], 'large.png', { type: 'image/png' }));
  expect(await screen.findByText(/more than 500 kB/)).toBeVisible();
  expect(changed).toHaveBeenCalledTimes(1);
  await userEvent.upload(upload, new File(['x'.repeat(1000)], 'small.png', { type: 'image/png' }));
  expect(await screen.findByDisplayValue('(uploaded)')).toBeVisible();
  expect(isImage(changed.mock.lastCall?.[0][0].image)).toBe(true);
  for (let i = 1; i < maxPages; i++) {
    await userEvent.click(screen.getByRole('button', { name: 'Add image' }));
  }
  expect(screen.queryByRole('button', { name: 'Add image' })).toBeNull();
});

/** What stands beside a page: three elements, one of which is Other, and how far users came. */
function besides(): DataFrame[] {
  const texts = { words: { Other: { id: 'word.other', text: 'Other' } } };
  return [
    toDataFrame({
      refId: 'A',
      name: 'elements',
      fields: [
        { name: 'element', values: ['a.buy', 'a.buy > b', 'Other'], config: { custom: { texts } } },
        { name: 'events', values: [1200, 600, 200] },
        { name: 'users', values: [900, 500, 150] },
        { name: 'share', values: [0.6, 0.3, 0.1], config: { unit: 'percentunit' } },
        { name: 'left', values: [0, 100, 0] },
        { name: 'top', values: [0, 200, 0] },
        { name: 'right', values: [200, 200, 400] },
        { name: 'bottom', values: [400, 400, 600] },
      ],
    }),
    toDataFrame({
      refId: 'A',
      name: 'scroll',
      fields: [
        { name: 'depth', values: [0, 200, 400, 600] },
        { name: 'users', values: [80, 80, 60, 8] },
        { name: 'share', values: [1, 1, 0.75, 0.1], config: { unit: 'percentunit' } },
      ],
    }),
  ];
}

test('elements have boxes at their places, with numbers, and what is several elements has none', async () => {
  const frames = [clicks([5, ...Array(11).fill(0)]), ...besides()];
  const { container } = await show(frames, { width: 1000, height: 700 });
  const rows = screen.getAllByRole('row').map((row) => row.textContent);
  expect(rows).toEqual(['elementeventsshareusers', 'a.buy1,20060.0%900', 'a.buy > b60030.0%500', 'Other20010.0%150']);
  const chips = [...container.querySelectorAll('[data-rank]')];
  expect(chips.map((chip) => chip.textContent)).toEqual(['1,200 · 60.0%', '600 · 30.0%']);
  const box = chips[1].parentElement!.children[1] as HTMLElement;
  const { width, height } = picture().style;
  expect(parseFloat(box.style.left) / parseFloat(width)).toBeCloseTo(0.25);
  expect(parseFloat(box.style.top) / parseFloat(height)).toBeCloseTo(1 / 3);
  expect(parseFloat(box.style.height) / parseFloat(height)).toBeCloseTo(1 / 3);
});

test('who points at an element in the list sees its box', async () => {
  const { container } = await show([clicks([1]), ...besides()], { width: 1000, height: 700 });
  const looks = () => [...container.querySelectorAll('[data-rank]')].map((chip) => chip.className);
  const before = looks();
  await userEvent.hover(screen.getByRole('row', { name: /^a.buy > b/ }));
  expect(looks()[0]).not.toBe(before[0]);
  await userEvent.unhover(screen.getByRole('row', { name: /^a.buy > b/ }));
  expect(looks()).toEqual(before);
});

test('the hint names the elements around the place, the smallest first', async () => {
  await show([clicks(Array(12).fill(7)), ...besides()], { width: 460, height: 620 });
  const { width, height } = picture().style;
  const move = new MouseEvent('pointermove', { bubbles: true });
  Object.defineProperties(move, {
    offsetX: { value: parseFloat(width) * 0.3 },
    offsetY: { value: parseFloat(height) * 0.5 },
  });
  fireEvent(picture(), move);
  expect(screen.getByRole('tooltip')).toHaveTextContent('events7a.buy > b600a.buy1,200');
});

test.each([
  [1000, 300, true],
  [400, 500, true],
  [400, 300, false],
])('at %d x %d the list has room: %s', async (width, height, hasList) => {
  await show([clicks([1]), ...besides()], { width, height });
  expect(screen.queryAllByRole('table', { name: 'Elements of the page' })).toHaveLength(hasList ? 1 : 0);
});

test('how far users came is marked where everybody came, and where three quarters, a half and a quarter did', async () => {
  await show([clicks([1]), ...besides()], { width: 500, height: 620 });
  const marks = () => screen.getByRole('group', { name: 'How far down users came' });
  expect(marks().textContent).toBe('100.0% came this far75.0% came this far');
  const [first] = marks().children;
  fireEvent(first.nextElementSibling!, new MouseEvent('pointermove', { bubbles: true }));
  expect(screen.getByRole('tooltip')).toHaveTextContent('200 and deeperusers80share100.0%');
});

test('where nobody scrolled nothing is marked', async () => {
  const [, scroll] = besides();
  scroll.fields[1].values = [0, 0, 0, 0];
  scroll.fields[2].values = [null, null, null, null];
  await show([clicks([1]), scroll], { width: 300, height: 200 });
  expect(screen.getByRole('group', { name: 'How far down users came' }).textContent).toBe('');
});

test("the back end's own answer", async () => {
  await show(golden('heatmap_page'), { width: 1000, height: 700, mode: 'light' });
  expect(screen.getByRole('row', { name: /^buy/ })).toHaveTextContent('buy250.0%2');
  expect(screen.getByText('50.0% came this far')).toBeVisible();
});

test('signs lie within the page, and not upon each other; without room the short ones, or none', () => {
  const element = (row: number) => ({
    row,
    name: `e${row}`,
    rank: row + 1,
    area: { left: 0, top: 0, right: 0, bottom: 0 },
  });
  const box = (row: number, left: number, top: number, right: number, bottom: number) => ({
    element: element(row),
    area: { left, top, right, bottom },
    texts: ['1,234,567 · 100.0%', '12'],
  });
  const page = { width: 300, height: 100 };
  const chips = chipsOf(
    [box(0, 280, 0, 300, 20), box(1, 100, 0, 120, 30), box(2, 100, 0, 120, 30), box(3, 0, 95, 5, 100)],
    page
  );
  expect(chips.map(({ element: { row }, text, top }) => [row, text, top])).toEqual([
    [0, '1,234,567 · 100.0%', 0],
    [1, '1,234,567 · 100.0%', 0],
    [3, '1,234,567 · 100.0%', 82],
  ]);
  chips.forEach(({ left }) => expect(left).toBeGreaterThanOrEqual(0));
  expect(chipsOf([box(0, 10, 0, 30, 30)], { width: 90, height: 100 })).toMatchObject([{ text: '12', left: 10 }]);
});
