import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { t } from '../../i18n';
import type { Mark } from './axes';
import { useHint, type Hint } from './Hint';
import { cutText, textWidth } from './text';

/** Where places and values are, in pixels from the corner of the plot. */
export interface Scale {
  x: (place: number) => number;
  y: (value: number) => number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** The place that is looked at, and the line there. */
  place?: number;
  line?: number;
}

interface Props {
  width: number;
  height: number;
  /** What a screen reader calls the picture. */
  label: string;
  /** Down the left side; the ticks reach from end to end. */
  values: { ticks: number[]; format: (value: number) => string; title?: string };
  /** Along the bottom: how far from left to right each place is, 0 to 1, and what is written where. */
  places: { at: number[]; marks: (x: (place: number) => number) => Mark[]; title?: string };
  hintOf: (place: number, line?: number) => Hint;
  /** The values of lines of which one is looked at: the nearest to the pointer, or that to which the arrow keys lead up and down. */
  lines?: Array<Array<number | null>>;
  /** A click, or Enter, on a line at a place. */
  onChoose?: (place: number, line: number) => void;
  /** Room above the highest value, in pixels. */
  headroom?: number;
  children: (scale: Scale) => ReactNode;
}

const lineHeight = 18;

/** The axes of a chart, what its children draw between them, and a crosshair with a hint, which the pointer or the arrow keys move. */
export function Plot({
  width,
  height,
  label,
  values,
  places,
  hintOf,
  lines,
  onChoose,
  headroom = 10,
  children,
}: Props) {
  const styles = useStyles2(getStyles);
  const scale = scaleOf({ width, height, values, places, headroom });
  const look = useLook({ at: places.at, hintOf, lines, y: scale.y, onChoose });
  const { x, y, left, right, top, bottom } = scale;
  const hint = hintOf(look.place ?? 0, look.line);
  return (
    <div className={styles.plot} style={{ width, height }}>
      <svg width={width} height={height} role="img" aria-label={label}>
        {values.ticks.map((tick) => (
          <g key={tick}>
            <line x1={left} x2={right} y1={y(tick)} y2={y(tick)} className={tick === 0 ? styles.zero : styles.line} />
            <text x={left - 8} y={y(tick)} dy="0.35em" textAnchor="end" className={styles.text}>
              {values.format(tick)}
            </text>
          </g>
        ))}
        {places.marks(x).map(({ place, text }) => (
          <text
            key={place}
            x={within(x(place), text, width)}
            y={bottom + 16}
            textAnchor="middle"
            className={styles.text}
          >
            {text}
          </text>
        ))}
        {values.title && (
          <text
            transform={`translate(12 ${(top + bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
            className={styles.text}
          >
            {cutText(values.title, bottom - top)}
          </text>
        )}
        {places.title && (
          <text x={(left + right) / 2} y={height - 5} textAnchor="middle" className={styles.text}>
            {places.title}
          </text>
        )}
        {look.place !== undefined && (
          <line x1={x(look.place)} x2={x(look.place)} y1={top} y2={bottom} className={styles.crosshair} />
        )}
        {children({ ...scale, place: look.place, line: look.line })}
      </svg>
      <div
        className={styles.sight}
        style={{ left, top: 0, width: right - left, height: bottom }}
        role="slider"
        tabIndex={0}
        aria-label={t('plot.place', 'Place along the axis')}
        aria-valuemin={0}
        aria-valuemax={places.at.length - 1}
        aria-valuenow={look.place ?? 0}
        aria-valuetext={[hint.title, ...hint.rows.map(([name, value]) => `${name}: ${value}`)].join(', ')}
        {...look.handlers}
      />
      {look.hint}
    </div>
  );
}

/** The text's middle, moved so far that no letter lies outside. */
function within(x: number, text: string, width: number): number {
  const half = textWidth(text) / 2;
  return Math.max(half, Math.min(width - half, x));
}

function scaleOf({
  width,
  height,
  values,
  places,
  headroom,
}: Pick<Required<Props>, 'width' | 'height' | 'values' | 'places' | 'headroom'>) {
  const { ticks, format, title } = values;
  const left = Math.ceil(Math.max(...ticks.map((tick) => textWidth(format(tick))))) + 12 + (title ? lineHeight : 0);
  const right = Math.max(left + 1, width - 14);
  const top = headroom;
  const bottom = Math.max(top + 1, height - 24 - (places.title ? lineHeight : 0));
  const [least, greatest] = [ticks[0], ticks[ticks.length - 1]];
  return {
    left,
    right,
    top,
    bottom,
    // Half a place is the edge between two.
    x: (place: number) => {
      const at = Number.isInteger(place) ? places.at[place] : (place + 0.5) / places.at.length;
      return left + at * (right - left);
    },
    y: (value: number) => bottom - ((value - least) / (greatest - least)) * (bottom - top),
  };
}

interface Looking extends Pick<Props, 'hintOf' | 'lines' | 'onChoose'> {
  at: number[];
  y: (value: number) => number;
}

/** The place that is looked at, with the pointer or the arrow keys, and the line there. */
function useLook({ at, hintOf, lines, y, onChoose }: Looking) {
  const [looked, setLooked] = useState<{ place: number; line?: number }>();
  const { show, hide, hint } = useHint();
  const look = (place: number, line: number | undefined, left: number, top: number) => {
    setLooked({ place, line });
    show(hintOf(place, line), left, top);
  };
  const leave = () => {
    setLooked(undefined);
    hide();
  };
  // Fewer places may have come with a new answer.
  const isThere = looked && looked.place < at.length && (looked.line ?? 0) < (lines?.length ?? 1);
  const { place, line } = isThere ? looked : {};
  const handlers = {
    onPointerMove: ({ currentTarget, clientX, clientY }: PointerEvent) => {
      const { left, top, width } = currentTarget.getBoundingClientRect();
      const next = nearest(at, (clientX - left) / width);
      look(next, lines && nearestLine(lines, next, (value) => Math.abs(y(value) - (clientY - top))), clientX, clientY);
    },
    onPointerLeave: leave,
    onBlur: leave,
    onClick: () => place !== undefined && line !== undefined && onChoose?.(place, line),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter') {
        handlers.onClick();
        return;
      }
      const next = placeAt(event.key, place ?? -1, at.length - 1);
      const nextLine = lines && lineAt(event.key, lines, Math.max(next ?? place ?? 0, 0), line);
      if (next === undefined && nextLine === line) {
        return;
      }
      event.preventDefault();
      const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
      const to = next ?? place ?? 0;
      const value = nextLine === undefined ? null : lines![nextLine][to];
      look(to, nextLine, left + at[to] * width, top + (value === null ? height / 2 : y(value)));
    },
  };
  return { place, line, hint, handlers };
}

/** Where a key leads along the axis; undefined for other keys. */
function placeAt(key: string, from: number, last: number): number | undefined {
  return { ArrowLeft: Math.max(0, from - 1), ArrowRight: Math.min(last, from + 1), Home: 0, End: last }[key];
}

/** Where a key leads among the lines that have a value at the place; the first of them from none. */
function lineAt(key: string, lines: NonNullable<Props['lines']>, place: number, from?: number): number | undefined {
  const there = [...lines.keys()].filter((line) => lines[line][place] !== null);
  const step = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
  if (from === undefined || !there.includes(from)) {
    return there.find((line) => line >= (from ?? 0)) ?? there[there.length - 1];
  }
  return there[there.indexOf(from) + step] ?? from;
}

function nearestLine(lines: NonNullable<Props['lines']>, place: number, distance: (value: number) => number) {
  let [found, least]: [number | undefined, number] = [undefined, Infinity];
  lines.forEach((values, line) => {
    const value = values[place];
    if (value !== null && distance(value) < least) {
      [found, least] = [line, distance(value)];
    }
  });
  return found;
}

function nearest(at: number[], x: number): number {
  let found = 0;
  at.forEach((other, i) => {
    if (Math.abs(other - x) < Math.abs(at[found] - x)) {
      found = i;
    }
  });
  return found;
}

const getStyles = (theme: GrafanaTheme2) => ({
  plot: css({ position: 'relative', svg: { display: 'block', overflow: 'hidden' } }),
  line: css({ stroke: theme.colors.border.weak, shapeRendering: 'crispEdges' }),
  zero: css({ stroke: theme.colors.border.strong, shapeRendering: 'crispEdges' }),
  crosshair: css({ stroke: theme.colors.text.secondary, strokeDasharray: '3 3', shapeRendering: 'crispEdges' }),
  text: css({
    fill: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
  }),
  sight: css({ position: 'absolute' }),
});
