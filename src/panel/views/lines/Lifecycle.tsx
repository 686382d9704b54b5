import { useTheme2 } from '@grafana/ui';
import { useId } from 'react';
import { t } from '../../../i18n';
import { valueTicks } from '../../shared/axes';
import { useFormat } from '../../shared/display';
import { Hatch } from '../../shared/Hatch';
import type { Hint } from '../../shared/Hint';
import { Legend, legendHeight, useHidden } from '../../shared/Legend';
import { Plot, type Scale } from '../../shared/Plot';
import { Unfit } from '../../shared/Unfit';
import type { ViewProps } from '../view';
import { barsAxis, incompleteOf, seriesOf, zoneOf, type Series } from './charts';
import { ticksIn, titleOf, valueText } from './Lines';

/** Who came, stayed and left in each period: bars upon each other, losses below zero. */
export function Lifecycle(props: ViewProps) {
  return seriesOf(props.frames[0]).length ? (
    <Chart {...props} />
  ) : (
    <Unfit why={t('lifecycle-view.unfit', 'This answer has no numbers to draw as bars.')} />
  );
}

/** Who is gained stands apart from who is lost by hue, by lightness and by the side of the line. */
const statusColors: Record<string, string> = {
  new: 'green',
  returning: 'blue',
  resurrecting: 'purple',
  dormant: 'dark-orange',
};

function Chart({ frames: [frame], width, height, timeZone }: ViewProps) {
  const { visualization } = useTheme2();
  const all = seriesOf(frame);
  const names = all.map(({ name }) => name);
  const colors = all.map(({ field }, i) =>
    visualization.getColorByName(
      statusColors[field.labels?.status ?? ''] ?? visualization.palette[i % visualization.palette.length]
    )
  );
  const { hidden, onToggle } = useHidden(all.length);
  const shown = all.map((series, i) => ({ ...series, color: colors[i] })).filter((_, i) => !hidden.has(i));
  const format = useFormat(all[0].field);
  const axis = barsAxis(frame, zoneOf(frame, timeZone));
  const incomplete = incompleteOf(frame);
  const above = legendHeight(names, width, height);
  const hintOf = (place: number): Hint => {
    const values = shown.map((series) => series.values[place] ?? null);
    const net: Hint['rows'] = values.includes(null)
      ? []
      : [
          [
            t('lifecycle-view.net', 'net'),
            signed(
              values.reduce((sum: number, value) => sum + value!, 0),
              format
            ),
          ],
        ];
    return {
      title: titleOf(axis.text(place), incomplete.has(place)),
      rows: [
        ...shown.map(({ name, color }, i): Hint['rows'][number] => [name, valueText(format(values[i])), color]),
        ...net,
      ],
    };
  };
  return (
    <figure style={{ margin: 0 }} aria-label={t('answer.chart', 'Chart of the answer')}>
      {above > 0 && <Legend names={names} colors={colors} hidden={hidden} onToggle={onToggle} height={above} />}
      <Plot
        width={width}
        height={height - above}
        label={names.join(', ')}
        values={{ ticks: valueTicks(ends(shown), ticksIn(height - above)), format }}
        places={{ ...axis, title: undefined }}
        hintOf={hintOf}
      >
        {(scale) => <Stacks series={shown} scale={scale} incomplete={incomplete} />}
      </Plot>
    </figure>
  );
}

function signed(value: number, format: (value: number) => string): string {
  return value > 0 ? `+${format(value)}` : format(value);
}

/** How far the bars of each place reach above and below 0. */
function ends(series: Series[]): number[] {
  const sum = (i: number, sign: number) =>
    series.reduce((all, { values }) => all + Math.max(0, sign * (values[i] ?? 0)), 0);
  return series[0].values.flatMap((_, i) => [sum(i, 1), -sum(i, -1)]);
}

interface StacksProps {
  series: Array<Series & { color: string }>;
  scale: Scale;
  incomplete: Set<number>;
}

function Stacks({ series, scale, incomplete }: StacksProps) {
  const hatch = useId();
  const { x, y, left, right } = scale;
  const slot = (right - left) / series[0].values.length;
  const width = Math.max(1, Math.min(60, slot * 0.8));
  return (
    <>
      <Hatch id={hatch} />
      {series[0].values.map((_, i) => {
        const reach = [0, 0]; // how far the bars above and below 0 reach
        const box = (from: number, to: number) => ({
          x: x(i) - width / 2,
          width,
          y: Math.min(y(from), y(to)),
          height: Math.abs(y(to) - y(from)),
        });
        const bars = series.map(({ values, color }, s) => {
          const value = values[i] ?? 0;
          const side = value < 0 ? 1 : 0;
          reach[side] += value;
          return <rect key={s} {...box(reach[side] - value, reach[side])} fill={color} />;
        });
        return (
          <g key={i} opacity={scale.place === undefined || scale.place === i ? 1 : 0.6}>
            {bars}
            {incomplete.has(i) && <rect {...box(reach[0], reach[1])} style={{ fill: `url(#${hatch})` }} />}
          </g>
        );
      })}
    </>
  );
}
