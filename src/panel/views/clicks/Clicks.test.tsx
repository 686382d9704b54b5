import { toDataFrame, type DataFrame } from '@grafana/data';
import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { golden, show } from '../../testing';
import { colorPixels, detail, smooth } from './density';
import { imageFor, isImage, maxImageBytes, maxPages, type PageImage } from './pages';
import { PagesEditor } from './PagesEditor';
import { stepOf } from './Ruler';

/** Four columns of 100, three rows of 200. */
function clicks(values: Array<number | null>, view = 'clicks'): DataFrame {
  const xs = [0, 100, 200, 300].flatMap((x) => [x, x, x]);
  return toDataFrame({
    refId: 'A',
    meta: { custom: { view, area: { left: 0, top: 0, right: 400, bottom: 600 } } },
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

test('what is no answer about a page is a grid', async () => {
  await show(golden('heatmap_hour_weekday'), { options: { view: 'clicks' } });
  expect(screen.getByRole('table', { name: 'Grid of the answer' })).toBeVisible();
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
