/**
 * Draws over the live page what people clicked there. The script for web pages loads it, for a link from a panel in Grafana that it has
 * checked, and leaves what is to be drawn at this script's element. docs/decisions/overlay.md says why it is so.
 */

import { colorPixels, detail, smooth } from '../../src/panel/views/clicks/density';
import { bytes, path, viewport } from './parts';

/** What is drawn, as pkg/plugin/overlay.go writes it. Times are milliseconds since 1970. */
export interface Picture {
  event: string;
  count: 'events' | 'users' | 'sessions' | 'events_per_user';
  from: number;
  to: number;
  zone: string;
  /** The one class of viewports; undefined for all. */
  viewport?: string;
  /** How many filters there are besides those of page and viewport. */
  filters?: number;
  unit: 'pixels' | 'percent';
  /** Counts of cells of equal size, column by column. */
  clicks: { left: number; top: number; right: number; bottom: number; columns: number; values: number[] };
}

/** Where something lies on the page, in pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Milliseconds after which a page is looked at again: it may have grown, or have become another one. */
const pause = 250;

const english = {
  title: 'What visitors clicked here',
  close: 'Close the overlay',
  anyEvent: 'any event',
  events: (n: string) => `${n} events`,
  atMost: {
    events: (n: string) => `at most ${n} events in one place`,
    users: (n: string) => `at most ${n} users in one place`,
    sessions: (n: string) => `at most ${n} sessions in one place`,
    events_per_user: (n: string) => `at most ${n} events per user in one place`,
  },
  here: (n: string) => `Beneath the pointer: ${n}`,
  viewports: 'all viewports',
  filters: (n: string) => `of further filters: ${n}`,
  other: (of: string, is: string) =>
    `The numbers are of ${of} viewports, and this window is ${is}: places may not fit.`,
  few: 'few',
  many: 'many',
  mobile: 'mobile',
  tablet: 'tablet',
  desktop: 'desktop',
};

const chinese: typeof english = {
  title: '访客在此页面的点击',
  close: '关闭叠加层',
  anyEvent: '任意事件',
  events: (n) => `${n} 个事件`,
  atMost: {
    events: (n) => `一处最多 ${n} 个事件`,
    users: (n) => `一处最多 ${n} 位用户`,
    sessions: (n) => `一处最多 ${n} 个会话`,
    events_per_user: (n) => `一处最多每位用户 ${n} 个事件`,
  },
  here: (n) => `指针下方：${n}`,
  viewports: '所有视口',
  filters: (n) => `其他筛选条件：${n} 个`,
  other: (of, is) => `这些数字属于${of}视口，而当前窗口是${is}：位置可能不符。`,
  few: '少',
  many: '多',
  mobile: '手机',
  tablet: '平板',
  desktop: '桌面',
};

/** The words in the browser's language: the page does not know Grafana's. */
export function wordsFor(language: string): typeof english {
  return /^zh\b/i.test(language) ? chinese : english;
}

/** From few to many, as the panel draws them in Grafana's light theme: super-light-yellow, yellow, dark-orange and dark-red. */
const scale = [
  [255, 238, 82],
  [242, 204, 12],
  [229, 84, 0],
  [173, 3, 23],
];

/** Reads what a link draws. */
export async function unpack(text: string): Promise<Picture> {
  const plain = new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return JSON.parse(await new Response(plain).text());
}

/** Where the cells lie on a page of that size. */
export function boxOf({ unit, clicks }: Picture, page: { width: number; height: number }): Box {
  const [x, y] = unit === 'percent' ? [page.width / 100, page.height / 100] : [1, 1];
  return {
    left: clicks.left * x,
    top: clicks.top * y,
    width: (clicks.right - clicks.left) * x,
    height: (clicks.bottom - clicks.top) * y,
  };
}

/** What is counted at a place of the page; undefined beside the cells. */
export function countAt({ clicks: { columns, values } }: Picture, box: Box, x: number, y: number): number | undefined {
  const rows = values.length / columns;
  const column = Math.floor(((x - box.left) / box.width) * columns);
  const row = Math.floor(((y - box.top) / box.height) * rows);
  return column < 0 || column >= columns || row < 0 || row >= rows ? undefined : values[column * rows + row];
}

/** What the numbers are: range, viewports, filters, and how many. */
export function sentences(picture: Picture, language: string): string[] {
  const words = wordsFor(language);
  const number = (n: number) => n.toLocaleString(language);
  const { event, count, from, to, zone, filters, clicks } = picture;
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone });
  const all = clicks.values.reduce((sum, value) => sum + value, 0);
  return [
    `${event === '*' ? words.anyEvent : event} · ${picture.viewport ? nameOf(picture.viewport, words) : words.viewports}`,
    `${time.formatRange(from, to)} (${zone})`,
    ...(count === 'events' ? [words.events(number(all))] : []),
    words.atMost[count](number(Math.max(...clicks.values))),
    ...(filters ? [words.filters(number(filters))] : []),
  ];
}

/** A class of viewports as people call it. */
function nameOf(viewport: string, words: typeof english): string {
  return viewport === 'mobile' || viewport === 'tablet' || viewport === 'desktop' ? words[viewport] : viewport;
}

/** Shows the picture until it is closed, or the page becomes another one. */
function show(picture: Picture, page: string) {
  const language = navigator.language;
  const words = wordsFor(language);
  const focused = document.activeElement;
  const host = document.createElement('div');
  const { canvas, close, here, other } = furnish(host, picture, words, language);
  let box: Box;

  function place() {
    if (path(location) !== page) {
      end();
      return;
    }
    box = cover(host, picture);
    position(canvas, box);
    const is = viewport(window.innerWidth);
    const differs = picture.viewport !== undefined && picture.viewport !== is;
    other.textContent = differs ? words.other(nameOf(picture.viewport!, words), nameOf(is, words)) : '';
  }

  function point({ pageX, pageY }: MouseEvent) {
    const count = countAt(picture, box, pageX, pageY);
    here.textContent = words.here(count === undefined ? '–' : count.toLocaleString(language));
  }

  const listening = new AbortController();
  const timer = setInterval(place, pause);

  function end() {
    clearInterval(timer);
    listening.abort();
    host.remove();
    if (focused instanceof HTMLElement) {
      focused.focus();
    }
  }

  close.addEventListener('click', end);
  const { signal } = listening;
  addEventListener('resize', place, { signal });
  document.addEventListener('pointermove', point, { signal, capture: true });
  document.addEventListener('keydown', (e) => e.key === 'Escape' && end(), { signal, capture: true });
  document.documentElement.append(host);
  draw(canvas, picture);
  close.focus({ preventScroll: true });
  place();
}

/** Makes the elements of the overlay, out of reach of the page's styles. */
function furnish(host: HTMLElement, picture: Picture, words: typeof english, language: string) {
  host.style.cssText = 'all: initial; position: absolute; overflow: hidden; pointer-events: none; z-index: 2147483647';
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];

  const canvas = make('canvas', '');
  canvas.setAttribute('aria-hidden', 'true'); // the bar says in words what there is
  const bar = make('section', '');
  bar.setAttribute('aria-label', words.title);
  bar.lang = language;
  const close = make('button', '×');
  close.setAttribute('aria-label', words.close);
  close.title = words.close;
  const legend = make('p', '');
  legend.className = 'legend';
  legend.append(words.few, make('span', ''), words.many);
  const here = make('p', words.here('–'));
  const other = make('p', '');
  other.setAttribute('role', 'status');
  bar.append(
    close,
    make('h2', words.title),
    ...sentences(picture, language).map((text) => make('p', text)),
    legend,
    here,
    other
  );
  root.append(canvas, bar);
  return { canvas, close, here, other };
}

function make<K extends keyof HTMLElementTagNameMap>(name: K, text: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

/** Lays the host over the whole page, wherever the page's root begins, and returns where the cells lie. */
function cover(host: HTMLElement, picture: Picture): Box {
  position(host, { left: 0, top: 0, width: 0, height: 0 }); // its own size is none of the page's
  const { left, top } = host.getBoundingClientRect();
  const { scrollWidth: width, scrollHeight: height } = document.documentElement;
  position(host, { left: -(left + scrollX), top: -(top + scrollY), width, height });
  return boxOf(picture, { width, height });
}

function position({ style }: HTMLElement, box: Box) {
  for (const side of ['left', 'top', 'width', 'height'] as const) {
    style[side] = `${box[side]}px`;
  }
}

function draw(canvas: HTMLCanvasElement, { clicks: { columns, values } }: Picture) {
  const rows = values.length / columns;
  canvas.width = columns * detail;
  canvas.height = rows * detail;
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(canvas.width, canvas.height);
  pixels.data.set(colorPixels(smooth(values, columns, rows), scale));
  context.putImageData(pixels, 0, 0);
}

const styles = `
  canvas { position: absolute; opacity: 0.75; }
  section {
    position: fixed; right: 16px; bottom: 16px; box-sizing: border-box; width: 320px; max-width: calc(100vw - 32px); max-height: calc(100vh - 32px);
    overflow: auto; padding: 12px 16px; border-radius: 4px; background: #181b1f; color: #e8e8ee; box-shadow: 0 4px 16px #0008;
    font: 13px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; pointer-events: auto;
  }
  h2 { margin: 0 32px 4px 0; font-size: 14px; font-weight: 600; }
  p { margin: 2px 0 0; }
  p:empty { display: none; }
  [role=status] { color: #ffb357; }
  .legend { display: flex; align-items: center; gap: 8px; }
  .legend span { flex: 1; height: 8px; border-radius: 2px; background: linear-gradient(90deg, ${scale.map((rgb) => `rgb(${rgb.join()})`).join()}); }
  button {
    position: absolute; top: 8px; right: 8px; width: 28px; height: 28px; border: 0; border-radius: 4px; background: none; color: inherit;
    font: 20px/1 system-ui, sans-serif; cursor: pointer;
  }
  button:hover { background: #ffffff22; }
  button:focus { outline: 2px solid #6e9fff; }
`;

const { picture, page } = (document.currentScript ?? {}) as { picture?: string; page?: string };
if (picture && page) {
  unpack(picture)
    .then((unpacked) => show(unpacked, page))
    .catch((problem) => console.error('Footfall: the overlay cannot be drawn', problem));
}
