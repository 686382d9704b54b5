import { dateTimeFormat, dateTimeForTimeZone } from '@grafana/data';
import { textWidth } from './text';

/** What stands below a place of an axis. */
export interface Mark {
  /** The number of the place, from 0. */
  place: number;
  text: string;
}

/** Round numbers from the least to the greatest value, 0 among them; at most as many as said, and whole ones where all values are. */
export function valueTicks(values: Array<number | null>, most = 6): number[] {
  let [least, greatest, whole] = [0, 0, true];
  for (const value of values) {
    if (value !== null && Number.isFinite(value)) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
      whole &&= Number.isInteger(value);
    }
  }
  const span = greatest - least || 1;
  const size = 10 ** Math.floor(Math.log10(span / Math.max(1, most - 1)));
  const steps = [1, 2, 5, 10, 20].map((n) => n * size).filter((n) => !whole || n >= 1);
  const step = steps.find((n) => Math.ceil(greatest / n) - Math.floor(least / n) < most) ?? 20 * size;
  const first = Math.floor(least / step);
  const last = Math.max(Math.ceil(greatest / step), first + 1);
  // Counted, not added up: 0.1 + 0.2 is not 0.3.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** As many of the marks, evenly, as there is room for; `x` is where a place is, in pixels. */
export function thinned(marks: Mark[], x: (place: number) => number): Mark[] {
  for (let every = 1; every < marks.length; every++) {
    const kept = marks.filter((_, i) => i % every === 0);
    if (fit(kept, x)) {
      return kept;
    }
  }
  return marks.slice(0, 1);
}

/** The marks of times, where an hour, a day, a week, a month or a year begins in the zone: the most that there is room for. */
export function timeMarks(times: number[], timeZone: string, x: (place: number) => number): Mark[] {
  const write = (format: string) => (time: number) => dateTimeFormat(time, { timeZone, format });
  const text = write(timeFormat(times, timeZone).short);
  for (const [key, format] of levels(timeZone)) {
    const marks = times
      .map((time, place) => ({ place, time }))
      .filter(({ time, place }) => place > 0 && key(time) !== key(times[place - 1]))
      .map(({ time, place }) => ({ place, text: write(format ?? '')(time) || text(time) }));
    const every = times.map((time, place) => ({ place, text: text(time) }));
    const shown = marks.length === times.length - 1 ? every : marks;
    if (shown.length > 1 && fit(shown, x)) {
      return shown;
    }
  }
  return thinned(
    times.map((time, place) => ({ place, text: text(time) })),
    x
  );
}

/** How the times are written, in full and on an axis: without what they all have in common. */
export function timeFormat(times: number[], timeZone: string): { full: string; short: string } {
  const all = (format: string, text: string) =>
    times.every((time) => dateTimeFormat(time, { timeZone, format }) === text);
  if (!all('HH:mm', '00:00')) {
    return { full: 'YYYY-MM-DD HH:mm', short: 'MM-DD HH:mm' };
  }
  return times.length > 1 && all('DD', '01')
    ? { full: 'YYYY-MM', short: 'YYYY-MM' }
    : { full: 'YYYY-MM-DD', short: 'MM-DD' };
}

/** From fine to coarse: what tells a time from one of the next period, and how the first of a period is written where not as the others. */
function levels(timeZone: string): Array<[(time: number) => string | number, string?]> {
  const part = (format: string) => (time: number) => dateTimeFormat(time, { timeZone, format });
  const at = (time: number) => dateTimeForTimeZone(timeZone, time);
  const hours = (n: number) => (time: number) => `${part('YYYY-MM-DD')(time)} ${Math.floor(at(time).hour!() / n)}`;
  return [
    [(time) => time],
    [hours(1)],
    [hours(3)],
    [hours(6)],
    [hours(12)],
    [part('YYYY-MM-DD'), 'MM-DD'],
    [part('GGGG-WW'), 'MM-DD'],
    [part('YYYY-MM'), 'YYYY-MM'],
    [part('YYYY-Q'), 'YYYY-MM'],
    [part('YYYY'), 'YYYY'],
  ];
}

const gap = 10;

function fit(marks: Mark[], x: (place: number) => number): boolean {
  return marks.every(({ place, text }, i) => {
    const before = marks[i - 1];
    return !before || x(place) - x(before.place) >= (textWidth(text) + textWidth(before.text)) / 2 + gap;
  });
}
