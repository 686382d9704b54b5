import { dateTimeFormat, FieldType, getFieldDisplayName, type DataFrame, type Field } from '@grafana/data';

/** Values over places on the x axis. A null has no value. */
export interface ChartData {
  /** What stands below each place. */
  places: string[];
  series: Series[];
  /** A field whose unit the values have. */
  field: Field;
}

export interface Series {
  name: string;
  values: Array<number | null>;
  /** Reaches no further than it says what is usual. */
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

/** One number for each place: the users of a stickiness table, or of a histogram. */
export function barsOf(frame: DataFrame, formatEdge: (value: unknown) => string): ChartData {
  const [x] = frame.fields;
  const users = frame.fields.find(({ name }) => name === 'users') ?? frame.fields[1];
  return {
    places: x.values.map(x.type === FieldType.number ? formatEdge : String),
    series: [{ name: users.name, values: users.values }],
    field: users,
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
