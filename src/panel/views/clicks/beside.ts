import { getFieldDisplayName, type DataFrame, type Field } from '@grafana/data';
import { isWord, wordOf } from '../../../said';
import { textWidth } from '../../shared/text';
import type { Area } from './area';

type Named<Name extends string> = Record<Name, Field>;

/** What was clicked on a page, the most first. */
export interface Elements {
  fields: Named<'element' | 'events' | 'users' | 'share'>;
  /** What the fields are called. */
  titles: Record<'element' | 'events' | 'users' | 'share', string>;
  all: PageElement[];
}

export interface PageElement {
  row: number;
  name: string;
  /** Its place from 1; undefined for what is several elements, or none. */
  rank?: number;
  area: Area;
}

/** How far down a page users came: for each edge of the bins, from the top. */
export interface Depths {
  fields: Named<'depth' | 'users' | 'share'>;
  titles: Record<'depth' | 'users' | 'share', string>;
}

/** The elements among the frames of an answer; undefined where it has none. */
export function elementsOf(frames: DataFrame[]): Elements | undefined {
  const found = named(frames, ['element', 'events', 'users', 'share', 'left', 'top', 'right', 'bottom']);
  if (!found) {
    return undefined;
  }
  const { element, left, top, right, bottom } = found.fields;
  const all = element.values.map((value: string, row) => ({
    row,
    name: wordOf(element, value),
    rank: isWord(element, value) ? undefined : row + 1,
    area: { left: left.values[row], top: top.values[row], right: right.values[row], bottom: bottom.values[row] },
  }));
  return { ...found, all };
}

/** The depths among the frames of an answer; undefined where it has none. */
export function depthsOf(frames: DataFrame[]): Depths | undefined {
  return named(frames, ['depth', 'users', 'share']);
}

/** The first frame that has all fields of these names. */
function named<Name extends string>(frames: DataFrame[], names: Name[]) {
  for (const frame of frames) {
    const fields = frame.fields.filter(({ name }) => names.some((one) => one === name));
    if (fields.length === names.length) {
      const by = <T>(of: (field: Field) => T) =>
        Object.fromEntries(fields.map((field) => [field.name, of(field)])) as Record<Name, T>;
      return { fields: by((field) => field), titles: by((field) => getFieldDisplayName(field, frame, [frame])) };
    }
  }
  return undefined;
}

/** Shares of users whose depth is marked: the edge of what everybody saw, and three quarters, a half and a quarter. */
const marked = [1, 0.75, 0.5, 0.25];

/** The rows of the edges to mark: for each marked share the deepest that so many users reached, those apart for which there is room. */
export function depthMarks({ fields: { depth, share } }: Depths, closest: number): number[] {
  const rows: number[] = [];
  for (const least of marked) {
    // Fewer and fewer come on.
    const row = share.values.filter((value: number | null) => value !== null && value >= least).length - 1;
    const before = rows.at(-1);
    if (row >= 0 && (before === undefined || depth.values[row] - depth.values[before] >= closest)) {
      rows.push(row);
    }
  }
  return rows;
}

/** The elements that lie around a place, the smallest first. */
export function elementsAt({ all }: Elements, x: number, y: number): PageElement[] {
  const size = ({ area: { left, top, right, bottom } }: PageElement) => (right - left) * (bottom - top);
  return all
    .filter(
      ({ rank, area: { left, top, right, bottom } }) => rank && left <= x && x <= right && top <= y && y <= bottom
    )
    .sort((a, b) => size(a) - size(b));
}

/** A sign upon the box of an element, in pixels from the corner of the page. */
export interface Chip {
  element: PageElement;
  text: string;
  left: number;
  top: number;
}

export const chipHeight = 18;
const chipPadding = 12;

/**
 * The signs of boxes, as long as there is room: those of more clicks first, the long text before the short one, in a corner of the box where
 * no other sign is.
 */
export function chipsOf(
  boxes: Array<{ element: PageElement; area: Area; texts: string[] }>,
  page: { width: number; height: number }
): Chip[] {
  const placed: Area[] = [];
  return boxes.flatMap(({ element, area, texts }) => {
    for (const text of texts) {
      const width = textWidth(text) + chipPadding;
      const [left, right] = [Math.min(area.left, page.width - width), Math.max(0, area.right - width)];
      for (const x of [left, right]) {
        for (const y of [area.top, area.bottom - chipHeight]) {
          const chip = { left: x, top: y, right: x + width, bottom: y + chipHeight };
          if (isWithin(chip, page) && !placed.some((other) => overlap(chip, other))) {
            placed.push(chip);
            return [{ element, text, left: x, top: y }];
          }
        }
      }
    }
    return [];
  });
}

function isWithin({ left, top, right, bottom }: Area, page: { width: number; height: number }): boolean {
  return left >= 0 && top >= 0 && right <= page.width && bottom <= page.height;
}

function overlap(a: Area, b: Area): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
