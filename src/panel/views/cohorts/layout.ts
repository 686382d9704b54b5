import { useMemo, useState, type UIEvent } from 'react';

/** In pixels. */
const lowestRow = 28;
const highestRow = 44;
const scrollbar = 12;
/** Digits and letters of the small text, generously. */
const characterWidth = 7.2;
const padding = 14;
/** Rows and columns beyond the edges that are drawn ahead. */
const ahead = 2;

interface Content {
  /** The texts of the columns at the left, and of the cells, of which each column must hold the longest. */
  left: string[][];
  cells: string[];
  rows: number;
  columns: number;
}

export interface Layout {
  /** The widths of the columns at the left, and how many of them stay there. */
  left: number[];
  sticky: number;
  cell: number;
  row: number;
  /** The head and the row of the mean. */
  head: number;
}

/** Makes columns as wide as the panel where they fit, and rows as high as is good to look at. */
export function layOut({ left, cells, rows, columns }: Content, width: number, height: number): Layout {
  const widthOf = (texts: string[], most: number) =>
    Math.min(texts.reduce((longest, { length }) => Math.max(longest, length), 0) * characterWidth + padding, most);
  const lefts = left.map((texts) => Math.ceil(widthOf(texts, 180)));
  const room = Math.floor((height - scrollbar) / (rows + 2));
  const row = Math.min(Math.max(room, lowestRow), highestRow);
  const free = width - sum(lefts) - ((rows + 2) * row > height ? scrollbar : 0);
  return {
    left: lefts,
    sticky: stickyOf(lefts, width),
    cell: Math.max(Math.ceil(widthOf(cells, 120)), Math.floor(free / columns)),
    row,
    head: 2 * row,
  };
}

export function sum(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** As many columns as leave half of a narrow panel to the cells; one at least. */
function stickyOf(left: number[], width: number): number {
  let taken = 0;
  const fitting = left.findIndex((column) => (taken += column) > width / 2);
  return fitting < 0 ? left.length : Math.max(fitting, 1);
}

/** The rows and columns of the cells that are in sight, and a few more: from, to (excluded). */
export interface Sight {
  rows: [number, number];
  columns: [number, number];
  /** The first row that the head does not cover. */
  top: number;
}

/** What is in sight of cells as large as the layout says, and the handler of scrolling that keeps it up to date. */
export function useSight(layout: Layout, width: number, height: number, rows: number, columns: number) {
  const [first, setFirst] = useState({ row: 0, column: 0 });
  const onScroll = ({ currentTarget: { scrollTop, scrollLeft } }: UIEvent) => {
    const next = { row: Math.floor(scrollTop / layout.row), column: Math.floor(scrollLeft / layout.cell) };
    setFirst((last) => (last.row === next.row && last.column === next.column ? last : next));
  };
  const sight = useMemo((): Sight => {
    const range = (start: number, inSight: number, all: number): [number, number] => {
      const from = Math.min(Math.max(start - ahead, 0), Math.max(all - inSight, 0));
      return [from, Math.min(start + inSight + ahead, all)];
    };
    return {
      rows: range(first.row, Math.ceil((height - layout.head) / layout.row), rows),
      columns: range(first.column, Math.ceil(width / layout.cell), columns),
      top: Math.min(first.row, rows - 1),
    };
  }, [first, layout, width, height, rows, columns]);
  return { sight, onScroll };
}
