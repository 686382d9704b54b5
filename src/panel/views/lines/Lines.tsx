import { useTheme2 } from '@grafana/ui';
import { t } from '../../../i18n';
import { valueTicks } from '../../shared/axes';
import { useGroupColors } from '../../shared/colors';
import { useFormat } from '../../shared/display';
import type { Hint } from '../../shared/Hint';
import { Legend, legendHeight, useHidden } from '../../shared/Legend';
import { Plot, type Scale } from '../../shared/Plot';
import { Unfit } from '../../shared/Unfit';
import type { ViewProps } from '../view';
import { areaOf, incompleteOf, linesOf, pointsAxis, seriesOf, zoneOf, type Series } from './charts';

/** Numbers over time, or over the numbers or names of a first field. */
export function Lines(props: ViewProps) {
  return seriesOf(props.frames[0]).length ? (
    <Chart {...props} />
  ) : (
    <Unfit why={t('lines.unfit', 'This answer has no numbers to draw along an axis.')} />
  );
}

function Chart({ frames: [frame], width, height, timeZone }: ViewProps) {
  const all = seriesOf(frame);
  const names = all.map(({ name }) => name);
  const colors = useGroupColors(all.length);
  const format = useFormat(all[0].field);
  const { hidden, onToggle } = useHidden(all.length);
  const isAlone = all.length === 1;
  const shown = all.map((series, i) => ({ ...series, color: colors[i] })).filter((_, i) => !hidden.has(i));
  const axis = pointsAxis(frame, zoneOf(frame, timeZone));
  const incomplete = incompleteOf(frame);
  const above = isAlone ? 0 : legendHeight(names, width, height);
  const hintOf = (place: number): Hint => ({
    title: titleOf(axis.text(place), incomplete.has(place)),
    rows: inOrder(shown, place).map(({ name, values, color }) => [name, valueText(format(values[place])), color]),
  });
  return (
    <figure style={{ margin: 0 }} aria-label={t('answer.chart', 'Chart of the answer')}>
      {above > 0 && <Legend names={names} colors={colors} hidden={hidden} onToggle={onToggle} height={above} />}
      <Plot
        width={width}
        height={height - above}
        label={names.join(', ')}
        values={{
          ticks: valueTicks(
            shown.flatMap(({ values }) => values),
            ticksIn(height - above)
          ),
          format,
        }}
        places={axis}
        hintOf={hintOf}
      >
        {(scale) =>
          shown.map((series, i) => (
            <Line key={i} series={series} scale={scale} isFilled={isAlone} isOpen={(place) => incomplete.has(place)} />
          ))
        }
      </Plot>
    </figure>
  );
}

/** How many ticks an axis so high has room for. */
export function ticksIn(height: number): number {
  return Math.max(3, Math.min(8, Math.floor(height / 45)));
}

export function titleOf(place: string, isIncomplete: boolean): string {
  return isIncomplete ? t('plot.incomplete', '{{place}} (not counted whole)', { place }) : place;
}

export function valueText(written: string): string {
  return written || t('answer.no-value', 'no value');
}

/** The highest first, and those without a value last. */
function inOrder<S extends Series>(series: S[], place: number): S[] {
  const value = ({ values }: S) => values[place] ?? -Infinity;
  return [...series].sort((a, b) => value(b) - value(a));
}

interface LineProps {
  series: Series & { color: string };
  scale: Scale;
  /** Down to 0, as a line alone is. */
  isFilled?: boolean;
  isDashed?: boolean;
  isOpen: (place: number) => boolean;
}

/** A line with gaps where there is no value, broken where it is not counted whole, with points where there are few. */
export function Line({ series: { values, color }, scale, isFilled, isDashed, isOpen }: LineProps) {
  const theme = useTheme2();
  const { x, y } = scale;
  const point = (place: number, value: number) => `${x(place).toFixed(1)},${y(value).toFixed(1)}`;
  const { whole, open, alone } = linesOf(values, point, isOpen);
  const hasPoints = (scale.right - scale.left) / values.length >= 16 && !isDashed;
  const dots = hasPoints ? values.map((_, i) => i) : alone;
  const stroke = { fill: 'none', stroke: color, strokeWidth: 2, strokeLinejoin: 'round' as const };
  return (
    <g>
      {isFilled && (
        <path
          d={areaOf(
            values.map((v) => v && 0),
            values,
            point
          )}
          fill={color}
          fillOpacity={0.12}
        />
      )}
      <path {...stroke} d={whole} strokeDasharray={isDashed ? '6 4' : undefined} />
      <path {...stroke} d={open} strokeDasharray="2 4" />
      {dots.map(
        (i) =>
          values[i] !== null && (
            <circle
              key={i}
              cx={x(i)}
              cy={y(values[i])}
              r={3}
              stroke={color}
              strokeWidth={1.5}
              fill={isOpen(i) ? theme.colors.background.primary : color}
            />
          )
      )}
      {scale.place !== undefined && (values[scale.place] ?? null) !== null && (
        <circle cx={x(scale.place)} cy={y(values[scale.place]!)} r={4.5} fill={color} />
      )}
    </g>
  );
}
