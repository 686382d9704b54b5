import { dateTimeFormat, FieldType, getFieldDisplayName, type DataFrame, type Field } from '@grafana/data';

/** A dense heatmap: all y of the first x, then all y of the next. */
export interface Heat {
  /** The value of the breakdown, or what is counted. */
  name: string;
  field: Field;
  columns: string[];
  rows: string[];
  /** What the axes are called. */
  columnsName: string;
  rowsName: string;
  /** By row, then by column; a null has no value. */
  cells: Array<Array<number | null>>;
  /** Whether cells may be added up: who is in several cells would count several times. */
  isAdditive: boolean;
}

/** The heatmap of a frame; undefined where it is none. */
export function heatOf(frame: DataFrame, timeZone: string, formatX: (value: unknown) => string): Heat | undefined {
  const [x, y, value] = frame.fields;
  if (value?.type !== FieldType.number || !/^heatmap-cells$/.test(String(frame.meta?.type))) {
    return undefined;
  }
  const xs = [...new Set(x.values)];
  const height = frame.length / xs.length;
  const names: string[] | undefined = frame.meta?.custom?.yOrdinalDisplay;
  const called = (field: Field) => getFieldDisplayName(field, frame, [frame]);
  return {
    name: called(value),
    field: value,
    columns: xs.map((v) => (x.type === FieldType.time ? dateTimeFormat(v, { timeZone, format: 'MM-DD' }) : formatX(v))),
    rows: Array.from({ length: height }, (_, j) => names?.[j] ?? String(y.values[j])),
    columnsName: called(x),
    rowsName: called(y),
    cells: Array.from({ length: height }, (_, j) => xs.map((_, i) => value.values[i * height + j] ?? null)),
    isAdditive: Boolean(frame.meta?.custom?.additive),
  };
}

/** The sums of the rows, of the columns and of all. */
export function sumsOf({ cells }: Heat): { rows: number[]; columns: number[]; all: number } {
  const sum = (values: Array<number | null>) => values.reduce((all: number, value) => all + (value ?? 0), 0);
  const rows = cells.map(sum);
  return { rows, columns: (cells[0] ?? []).map((_, i) => sum(cells.map((row) => row[i]))), all: sum(rows) };
}

/** The greatest value of heatmaps that share a scale; 0 where none is above it. */
export function greatestOf(heats: Heat[]): number {
  let greatest = 0;
  for (const { cells } of heats) {
    for (const row of cells) {
      for (const value of row) {
        greatest = Math.max(greatest, value ?? 0);
      }
    }
  }
  return greatest;
}
