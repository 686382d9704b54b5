import { dateTimeFormat, FieldType, getFieldDisplayName, type DataFrame, type Field } from '@grafana/data';
import { wordOf } from '../../../said';
import { thinned, timeFormat, timeMarks, type Mark } from '../../shared/axes';
import { cutText, textWidth } from '../../shared/text';

/** A field's values along the axis. A null has no value. */
export interface Series {
  name: string;
  field: Field;
  values: Array<number | null>;
}

/** What a chart has along its bottom. */
export interface Axis {
  title?: string;
  /** How far from left to right each place is, 0 to 1. */
  at: number[];
  /** A place in full, for its hint. */
  text: (place: number) => string;
  /** What is written beneath; `x` is where a place is, in pixels. */
  marks: (x: (place: number) => number) => Mark[];
}

/** The zone in which the frame's days are cut; the dashboard's where it does not say. */
export function zoneOf(frame: DataFrame, timeZone: string): string {
  return frame.meta?.custom?.buckets?.zone ?? timeZone;
}

/** The rows whose buckets are not counted whole. */
export function incompleteOf(frame: DataFrame): Set<number> {
  return new Set<number>(frame.meta?.custom?.incomplete);
}

/** The numbers of a frame whose first field is the axis. */
export function seriesOf(frame: DataFrame): Series[] {
  return frame.fields
    .slice(1)
    .filter(({ type }) => type === FieldType.number)
    .map((field) => ({ name: nameOf(frame, field), field, values: field.values }));
}

export function nameOf(frame: DataFrame, field: Field): string {
  return getFieldDisplayName(field, frame, [frame]);
}

/** Points over times or numbers, each where it belongs, or over names, evenly. */
export function pointsAxis(frame: DataFrame, timeZone: string): Axis {
  const [field] = frame.fields;
  const isOrdered = [FieldType.time, FieldType.number].includes(field.type);
  const places: number[] = isOrdered ? field.values : field.values.map((_, i) => i);
  const [first, last] = [Math.min(...places), Math.max(...places)];
  return {
    at: places.map((place) => (last > first ? (place - first) / (last - first) : 0.5)),
    ...textsOf(field, timeZone),
  };
}

/** Bars, each in the middle of its part of the axis. */
export function barsAxis(frame: DataFrame, timeZone: string): Axis {
  const [field] = frame.fields;
  return {
    at: field.values.map((_, i) => (i + 0.5) / field.values.length),
    title: nameOf(frame, field),
    ...textsOf(field, timeZone),
  };
}

function textsOf(field: Field, timeZone: string): Omit<Axis, 'at'> {
  if (field.type === FieldType.time) {
    const { full } = timeFormat(field.values, timeZone);
    return {
      text: (i) => dateTimeFormat(field.values[i], { timeZone, format: full }),
      marks: (x) => timeMarks(field.values, timeZone, x),
    };
  }
  const texts = field.values.map((value) => wordOf(field, String(value ?? '')));
  return { text: (i) => texts[i], marks: (x) => namesMarks(texts, x) };
}

/** Names are cut rather than left out, while enough of each is left. */
function namesMarks(texts: string[], x: (place: number) => number): Mark[] {
  const room = texts.length > 1 ? x(1) - x(0) - 8 : Infinity;
  const marks = texts.map((text, place) => ({ place, text }));
  return room >= 44 && texts.some((text) => textWidth(text) > 24)
    ? marks.map(({ place, text }) => ({ place, text: cutText(text, room) }))
    : thinned(marks, x);
}

/** A line through values as paths of an SVG: whole, and broken where one of its ends is not counted whole; and the values between gaps. */
export function linesOf(
  values: Array<number | null>,
  point: (place: number, value: number) => string,
  isOpen: (place: number) => boolean
): { whole: string; open: string; alone: number[] } {
  let [whole, open] = ['', ''];
  const alone: number[] = [];
  let end = { whole: -1, open: -1 }; // the places to which the paths are drawn
  values.forEach((value, i) => {
    const before = values[i - 1] ?? null;
    if (value === null) {
      return;
    }
    if (before === null) {
      if ((values[i + 1] ?? null) === null) {
        alone.push(i);
      }
      return;
    }
    const isBroken = isOpen(i) || isOpen(i - 1);
    const from = (isBroken ? end.open : end.whole) === i - 1 ? '' : `M${point(i - 1, before)}`;
    if (isBroken) {
      open += `${from}L${point(i, value)}`;
      end = { ...end, open: i };
    } else {
      whole += `${from}L${point(i, value)}`;
      end = { ...end, whole: i };
    }
  });
  return { whole, open, alone };
}

/** The areas between two lines as a path of an SVG; where one of them has no value there is none. */
export function areaOf(
  low: Array<number | null>,
  high: Array<number | null>,
  point: (place: number, value: number) => string
): string {
  let path = '';
  for (let start = 0; start < low.length; start++) {
    let end = start;
    while (end < low.length && low[end] !== null && high[end] !== null) {
      end++;
    }
    if (end > start) {
      const run = Array.from({ length: end - start }, (_, i) => start + i);
      const upper = run.map((i) => point(i, high[i]!));
      const lower = run.reverse().map((i) => point(i, low[i]!));
      path += `M${[...upper, ...lower].join('L')}Z`;
      start = end;
    }
  }
  return path;
}
