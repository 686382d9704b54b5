import { dateTimeFormat, FieldType, getFieldDisplayName, type DataFrame, type Field } from '@grafana/data';

/** Values over places on the x axis. A null has no value. */
export interface ChartData {
  /** The text below each place. */
  places: string[];
  series: Series[];
  /** A field with the values' unit. */
  field: Field;
}

export interface Series {
  name: string;
  values: Array<number | null>;
  /** The series that bound the usual range. */
  isBound?: boolean;
  /** Places that stand out. */
  marked?: boolean[];
}

/** Numbers over time, or over the numbers of a first field. */
export function linesOf(frame: DataFrame, timeZone: string): ChartData {
  const [x, ...others] = frame.fields;
  const numbers = others.filter(({ type, name }) => type === FieldType.number && name !== 'score');
  const marked = others.find(({ name }) => name === 'anomaly')?.values;
  return {
    places: x.values.map(placeText(x, timeZone)),
    series: numbers.map((field, i) => ({
      name: getFieldDisplayName(field, frame, [frame]),
      values: field.values,
      isBound: marked && (field.name === 'low' || field.name === 'high'),
      marked: i === 0 ? marked : undefined,
    })),
    field: numbers[0],
  };
}

/** The counts of a histogram's bins, with a series for each breakdown value. */
export function binsOf(frame: DataFrame, formatEdge: (value: unknown) => string): ChartData {
  const [low, , ...counts] = frame.fields;
  return barsOver(frame, low.values.map(formatEdge), counts);
}

/** The counts of a table whose first field names the bars, with a series for each breakdown value; its shares are left out. */
export function barsOf(frame: DataFrame, formatPlace: (value: unknown) => string): ChartData {
  const [x, ...others] = frame.fields;
  const [first] = others;
  return barsOver(
    frame,
    x.values.map(formatPlace),
    others.filter(({ name }) => name === first.name)
  );
}

function barsOver(frame: DataFrame, places: string[], counts: Field[]): ChartData {
  return {
    places,
    series: counts.map((field) => ({ name: getFieldDisplayName(field, frame, [frame]), values: field.values })),
    field: counts[0],
  };
}

function placeText(x: Field, timeZone: string) {
  if (x.type !== FieldType.time) {
    return String;
  }
  const atMidnight = x.values.every((time) => dateTimeFormat(time, { timeZone, format: 'HH:mm' }) === '00:00');
  const format = atMidnight ? 'MM-DD' : 'MM-DD HH:mm';
  return (time: number) => dateTimeFormat(time, { timeZone, format });
}

/** Round numbers from the least to the greatest value, 0 among them. */
export function ticks(series: Series[]): number[] {
  const values = series.flatMap((s) => s.values.filter((value) => value !== null));
  const least = Math.min(0, ...values);
  const greatest = Math.max(0, ...values);
  const size = 10 ** Math.floor(Math.log10((greatest - least || 1) / 4));
  const step = [1, 2, 5, 10].map((n) => n * size).find((n) => (greatest - least || 1) / n <= 5)!;
  const first = Math.floor(least / step);
  const last = Math.ceil(greatest / step) || 1;
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}
