import { dateTimeFormat, FieldType, getFieldDisplayName, type DataFrame, type Field } from '@grafana/data';
import { incompleteOf, zoneOf } from '../lines/charts';

/** A day of a year. */
export interface CalendarDay {
  /** YYYY-MM-DD. */
  date: string;
  row: number;
  value: number | null;
  isIncomplete: boolean;
  /** From the first week of the year, and from the first day of the week, 0 to 6. */
  week: number;
  weekday: number;
}

export interface CalendarYear {
  year: string;
  /** The series whose values it shows. */
  name: string;
  field: Field;
  days: CalendarDay[];
}

const day = 86400e3;

/** The first day of a week, 0 for Sunday, as the answer counts. */
export function weekStartOf(frame: DataFrame): number {
  return frame.meta?.custom?.buckets?.weekStart ?? 1;
}

/** A year for each series and year of a frame of days, the newest first; none where its numbers are not of days. */
export function yearsOf(frame: DataFrame, timeZone: string): CalendarYear[] {
  const [time, ...others] = frame.fields;
  if (time?.type !== FieldType.time || frame.meta?.custom?.buckets?.interval !== 'day') {
    return [];
  }
  const zone = zoneOf(frame, timeZone);
  const dates = time.values.map((value) => dateTimeFormat(value, { timeZone: zone, format: 'YYYY-MM-DD' }));
  const years = [...new Set(dates.map((date) => date.slice(0, 4)))].sort().reverse();
  const incomplete = incompleteOf(frame);
  const start = weekStartOf(frame);
  return others
    .filter(({ type }) => type === FieldType.number)
    .flatMap((field) =>
      years.map((year) => ({
        year,
        name: getFieldDisplayName(field, frame, [frame]),
        field,
        days: dates.flatMap((date, row) =>
          date.startsWith(year)
            ? [{ date, row, value: field.values[row], isIncomplete: incomplete.has(row), ...placeOf(date, start) }]
            : []
        ),
      }))
    );
}

/** Where a day stands in its year, in columns of weeks. */
export function placeOf(date: string, weekStart: number): { week: number; weekday: number } {
  const at = Date.parse(date); // midnight in UTC: a calendar has no zone
  const first = Date.parse(`${date.slice(0, 4)}-01-01`);
  const weekdayOf = (time: number) => (new Date(time).getUTCDay() - weekStart + 7) % 7;
  const number = (at - first) / day + weekdayOf(first);
  return { week: Math.floor(number / 7), weekday: number % 7 };
}
