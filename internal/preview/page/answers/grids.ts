import { dateTimeFormat, FieldType, type DataFrame } from '@grafana/data';

/** A matrix with named rows and columns. A null cell has no value. */
export interface GridData {
  /** What the columns are. */
  corner: string;
  columns: string[];
  rows: Array<{ name: string; size?: number; cells: Array<number | null>; inProgress?: string }>;
}

/** A dense frame of type heatmap-cells: all y of the first x, then all y of the next. */
export function cellsGrid(frame: DataFrame, timeZone: string): GridData {
  const [x, y, value] = frame.fields;
  const xs = [...new Set(x.values)];
  const height = frame.length / xs.length;
  const names: string[] | undefined = frame.meta?.custom?.yOrdinalDisplay;
  return {
    corner: '',
    columns: xs.map((v) => (x.type === FieldType.time ? dateTimeFormat(v, { timeZone, format: 'MM-DD' }) : String(v))),
    rows: Array.from({ length: height }, (_, j) => ({
      name: names?.[j] ?? String(y.values[j]),
      cells: xs.map((_, i) => value.values[i * height + j]),
    })),
  };
}

/** A retention table: cohort, users, a share for each period, and the period that is not over. */
export function retentionGrid(frame: DataFrame): GridData {
  const [cohort, users] = frame.fields;
  const open = frame.fields[frame.fields.length - 1];
  const periods = frame.fields.slice(2, -1);
  return {
    corner: cohort.name,
    columns: periods.map(({ name }) => name),
    rows: Array.from({ length: frame.length }, (_, i) => ({
      name: cohort.values[i],
      size: users.values[i],
      cells: periods.map(({ values }) => values[i]),
      inProgress: open.values[i] ?? undefined,
    })),
  };
}
