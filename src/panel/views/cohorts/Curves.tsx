import { useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';
import { t } from '../../../i18n';
import { thinned, valueTicks } from '../../shared/axes';
import { useGroupColors, useScale } from '../../shared/colors';
import { formatsOf } from '../../shared/display';
import { Legend, legendHeight } from '../../shared/Legend';
import { useFollowField } from '../../shared/Linked';
import { Plot, type Scale } from '../../shared/Plot';
import { linesOf } from '../lines/charts';
import { ticksIn } from '../lines/Lines';
import { namesOf, titleOf, type CohortTable } from './cohorts';
import { hintOf } from './hint';

interface Props {
  table: CohortTable;
  width: number;
  height: number;
}

/** A line for each cohort over its periods, and a strong one for the mean. The one that is looked at comes to the front. */
export function Curves({ table, width, height }: Props) {
  const theme = useTheme2();
  const follow = useFollowField();
  const periods = useMemo(() => telling(table), [table]);
  const formats = useMemo(() => formatsOf({ share: periods[0], size: table.size }, theme), [periods, table, theme]);
  const { colors, legend } = useColors(table);
  const titles = periods.map((period) => titleOf(table, period));
  const curves = useMemo(
    () => table.cohort.values.map((_, row) => periods.map(({ values }) => values[row])),
    [table, periods]
  );
  const above = legendHeight(legend.names, width, height);
  const column = (place: number) => table.periods.indexOf(periods[place]) + 1;
  return (
    <figure style={{ margin: 0 }} aria-label={t('cohorts.curves', 'Curves')}>
      {above > 0 && <Legend {...legend} height={above} />}
      <Plot
        width={width}
        height={height - above}
        label={t('cohorts.curves-of', 'Curves of {{number}} cohorts', { number: curves.length - table.means.length })}
        values={{ ticks: valueTicks(curves.flat(), ticksIn(height - above)), format: formats.share }}
        places={{
          at: periods.map((_, i) => (periods.length > 1 ? i / (periods.length - 1) : 0.5)),
          marks: (x) =>
            thinned(
              titles.map((text, place) => ({ place, text })),
              x
            ),
        }}
        lines={curves}
        hintOf={(place, row = table.means[0] ?? 0) => hintOf(table, formats, { row, column: column(place) })}
        onChoose={(place, row) => follow?.(periods[place], row)}
      >
        {(scale) =>
          inFront(table, scale.line).map((row) => (
            <Curve
              key={row}
              values={curves[row]}
              isOpen={(place) => table.open[row].has(periods[place].name)}
              color={colors[row]}
              scale={scale}
              rank={row === scale.line ? 'marked' : table.means.includes(row) ? 'mean' : 'plain'}
            />
          ))
        }
      </Plot>
    </figure>
  );
}

/** The periods without a first one in which everybody is there: it would flatten all others and tell nothing. */
function telling({ periods }: CohortTable): CohortTable['periods'] {
  const [first, ...later] = periods;
  return later.length > 1 && first.values.every((share) => share === null || share === 1) ? later : periods;
}

/** The color of each row: the younger a cohort, the stronger; where there is a breakdown, one for each of its values. */
function useColors(table: CohortTable): { colors: string[]; legend: { names: string[]; colors: string[] } } {
  const theme = useTheme2();
  const scale = useScale('blue');
  const { cohort, means, breakdown } = table;
  const groups = useGroupColors(means.length);
  const [nameOf] = namesOf(table);
  const count = cohort.values.length;
  if (breakdown) {
    const groupOf = (row: number) => means.filter((mean) => mean <= row).length - 1;
    return {
      colors: cohort.values.map((_, row) => groups[groupOf(row)]),
      legend: { names: means.map((row) => nameOf.text(breakdown.values[row])), colors: groups },
    };
  }
  const mean = theme.colors.text.primary;
  return {
    colors: cohort.values.map((_, row) => (means.includes(row) ? mean : scale(0.4 + (0.6 * row) / count))),
    legend: {
      names: [...means.map((row) => nameOf.text(cohort.values[row])), t('cohorts.each', 'one cohort each')],
      colors: [...means.map(() => mean), scale(1)],
    },
  };
}

/** All rows, from the back to the front: the means over the cohorts, and the one that is looked at over all. */
function inFront({ cohort, means }: CohortTable, marked?: number): number[] {
  const rank = (row: number) => (row === marked ? 2 : means.includes(row) ? 1 : 0);
  return [...cohort.values.keys()].sort((a, b) => rank(a) - rank(b) || a - b);
}

const widths = { plain: 1.25, mean: 3, marked: 3 };

interface CurveProps {
  values: Array<number | null>;
  isOpen: (place: number) => boolean;
  color: string;
  scale: Scale;
  rank: keyof typeof widths;
}

/** Dashed where a period's time is not over. The one that is looked at has its points, and others step back. */
function Curve({ values, isOpen, color, scale, rank }: CurveProps) {
  const { x, y, place, line } = scale;
  const point = (at: number, value: number) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`;
  const { whole, open, alone } = linesOf(values, point, isOpen);
  const stroke = { fill: 'none', stroke: color, strokeWidth: widths[rank], strokeLinejoin: 'round' as const };
  const dots = rank === 'marked' ? [...values.keys()].filter((at) => values[at] !== null) : alone;
  return (
    <g opacity={line !== undefined && rank === 'plain' ? 0.35 : 1} data-rank={rank}>
      <path {...stroke} d={whole} />
      <path {...stroke} d={open} strokeDasharray="3 4" />
      {dots.map((at) => (
        <circle key={at} cx={x(at)} cy={y(values[at]!)} r={rank === 'marked' && at === place ? 5 : 2.5} fill={color} />
      ))}
    </g>
  );
}
