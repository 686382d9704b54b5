import { FieldType, getFieldDisplayName, type DataFrame, type Field, type GrafanaTheme2 } from '@grafana/data';
import { wordOf } from '../../../said';
import { formatOf } from '../../shared/display';
import { readable } from '../../shared/properties';

export interface Column {
  field: Field;
  title: string;
  isNumber: boolean;
  /** In widths of a digit. */
  width: number;
  textOf: (row: number) => string;
}

export interface Sorting {
  /** The place of the column, from 0. */
  column: number;
  isDescending: boolean;
}

/** A column is at most this wide, in widths of a digit: longer text is cut. */
const widest = 40;
/** Rows whose written values say how wide a column must be. Of texts, all do. */
const looked = 200;

export function columnsOf(frame: DataFrame, theme: GrafanaTheme2, timeZone: string): Column[] {
  return frame.fields.map((field) => {
    const format = formatOf(field, theme, timeZone);
    const textOf = (row: number) => {
      const value: unknown = field.values[row];
      return format(typeof value === 'string' ? wordOf(field, value) : value);
    };
    const title = getFieldDisplayName(field, frame, [frame]);
    const column = { field, title, isNumber: field.type === FieldType.number, textOf };
    return { ...column, width: Math.min(widest, Math.max(widthOf(title) + 2, widthOfValues(column, frame.length))) };
  });
}

function widthOfValues({ field, textOf }: Omit<Column, 'width'>, length: number): number {
  const texts = field.type === FieldType.string ? field.values.filter((value) => value !== null) : [];
  const written = Array.from({ length: Math.min(length, looked) }, (_, row) => textOf(row));
  return [...texts, ...written].reduce((width: number, text: string) => Math.max(width, widthOf(text)), 0);
}

/** Signs of East Asian scripts are twice as wide as a digit. */
function widthOf(text: string): number {
  const cut = text.slice(0, widest);
  return cut.length + (cut.match(/[\u2e80-\uffdc]/g)?.length ?? 0);
}

/** The numbers of the rows in order; those without a value come last. */
export function sortRows(columns: Column[], length: number, sorting?: Sorting): number[] {
  const rows = Array.from({ length }, (_, row) => row);
  const column = sorting && columns[sorting.column];
  if (!column) {
    return rows;
  }
  const keys = rows.map((row) => keyOf(column.field.values[row]));
  const sign = sorting.isDescending ? -1 : 1;
  return rows.sort((a, b) => {
    const [left, right] = [keys[a], keys[b]];
    if (left === undefined || right === undefined) {
      return Number(left === undefined) - Number(right === undefined);
    }
    return sign * compare(left, right);
  });
}

const { compare: inWords } = new Intl.Collator(undefined, { numeric: true });

function compare(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : inWords(String(a), String(b));
}

function keyOf(value: unknown): number | string | undefined {
  if (value === null || value === undefined) {
    return undefined;
  }
  return typeof value === 'number' ? value : readable(value);
}
