import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { t } from '../../../i18n';
import { ticks, type ChartData, type Series } from './charts';
import { useFormat } from '../../shared/display';
import { useGroupColors } from '../../shared/colors';
import { Legend } from '../../shared/Legend';

interface Props {
  chart: ChartData;
  /** Whether bars are stacked, with negative ones below 0; otherwise they are side by side. */
  as: keyof typeof pictures;
  /** In pixels, without the legend. */
  height?: number;
}

/**
 * Lines or bars. Grafana's own graph components are part of its time series panel and not of @grafana/ui any more, so this
 * draws by itself, and only as well as it takes to judge an answer.
 */
export function Chart({ chart, as, height = 260 }: Props) {
  const styles = useStyles2(getStyles);
  const format = useFormat(chart.field);
  const colors = useGroupColors(chart.series.length);
  const marks = ticks(as === 'bars' ? stackedEnds(chart.series) : chart.series);
  const [bottom, top] = [marks[0], marks[marks.length - 1]];
  const y = (value: number) => (100 * (top - value)) / (top - bottom);
  const Picture = pictures[as];
  return (
    <figure className={styles.figure} aria-label={t('answer.chart', 'Chart of the answer')}>
      {chart.series.length > 1 && <Legend names={chart.series.map(({ name }) => name)} colors={colors} />}
      <div className={styles.plot} style={{ height }}>
        <div className={styles.marks}>
          {marks.map((mark) => (
            <span key={mark} style={{ top: `${y(mark)}%` }}>
              {format(mark)}
            </span>
          ))}
        </div>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" className={styles.svg}>
          {marks.map((mark) => (
            <line key={mark} x1={0} x2={100} y1={y(mark)} y2={y(mark)} className={styles.grid} />
          ))}
          <Picture series={chart.series} colors={colors} y={y} />
          {chart.places.map((place, i) => (
            <rect
              key={i}
              x={(100 * i) / chart.places.length}
              width={100 / chart.places.length}
              y={0}
              height={100}
              opacity={0}
            >
              <title>
                {[
                  place,
                  ...chart.series.map((s) => `${s.name}: ${format(s.values[i]) || t('answer.no-value', 'no value')}`),
                ].join('\n')}
              </title>
            </rect>
          ))}
        </svg>
      </div>
      <Places places={chart.places} />
    </figure>
  );
}

interface PictureProps {
  series: Series[];
  colors: string[];
  y: (value: number) => number;
}

function Lines({ series, colors, y }: PictureProps) {
  const styles = useStyles2(getStyles);
  return series.map(({ values, isBound, marked }, s) => {
    const x = (i: number) => (100 * (i + 0.5)) / values.length;
    const stroke = { stroke: colors[s], className: styles.line, strokeDasharray: isBound ? '4 4' : undefined };
    return (
      <g key={s}>
        {runs(values).map(([start, run]) => (
          // A single point is a line to itself: its round ends make a dot.
          <polyline
            key={start}
            {...stroke}
            points={[...run, run.length > 1 ? [] : run]
              .flat()
              .map((v, i) => `${x(start + Math.min(i, run.length - 1))},${y(v)}`)
              .join(' ')}
          />
        ))}
        {values.map(
          (v, i) => marked?.[i] && v !== null && <path key={i} d={`M${x(i)},${y(v)}h0`} className={styles.marked} />
        )}
      </g>
    );
  });
}

function Bars({ series, colors, y }: PictureProps) {
  const slot = 100 / series[0].values.length;
  return series[0].values.map((_, i) => {
    const ends = [0, 0]; // how far the bars above and below 0 reach
    return series.map(({ values }, s) => {
      const value = values[i] ?? 0;
      const start = ends[value < 0 ? 1 : 0];
      ends[value < 0 ? 1 : 0] += value;
      const [from, to] = [y(start), y(start + value)];
      return (
        <rect
          key={`${i} ${s}`}
          fill={colors[s]}
          x={(i + 0.1) * slot}
          width={0.8 * slot}
          y={Math.min(from, to)}
          height={Math.abs(to - from)}
        />
      );
    });
  });
}

function Groups({ series, colors, y }: PictureProps) {
  const slot = 100 / series[0].values.length;
  const width = (0.8 * slot) / series.length;
  return series.map(({ values }, s) =>
    values.map((value, i) => (
      <rect
        key={`${i} ${s}`}
        fill={colors[s]}
        x={(i + 0.1) * slot + s * width}
        width={width}
        y={y(value ?? 0)}
        height={y(0) - y(value ?? 0)}
      />
    ))
  );
}

const pictures = { lines: Lines, bars: Bars, groups: Groups };

/** The values without the gaps, each run with its start. */
function runs(values: Array<number | null>): Array<[number, number[]]> {
  const found: Array<[number, number[]]> = [];
  values.forEach((value, i) => {
    if (value === null) {
      return;
    }
    if (i > 0 && found.length && values[i - 1] !== null) {
      found[found.length - 1][1].push(value);
    } else {
      found.push([i, [value]]);
    }
  });
  return found;
}

/** How far the bars of each place reach above and below 0. */
function stackedEnds(series: Series[]): Series[] {
  const sum = (i: number, sign: number) =>
    series.reduce((all, { values }) => all + Math.max(0, sign * (values[i] ?? 0)), 0);
  const places = series[0].values.map((_, i) => i);
  return [{ name: '', values: places.flatMap((i) => [sum(i, 1), -sum(i, -1)]) }];
}

/** As many of the places as fit. */
function Places({ places }: { places: string[] }) {
  const styles = useStyles2(getStyles);
  const every = Math.ceil(places.length / 10);
  return (
    <div className={styles.places}>
      {places.map(
        (place, i) =>
          i % every === 0 && (
            <span key={i} style={{ left: `${(100 * (i + 0.5)) / places.length}%` }}>
              {place}
            </span>
          )
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const label = {
    position: 'absolute' as const,
    whiteSpace: 'nowrap' as const,
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  };
  return {
    figure: css({ margin: 0 }),
    plot: css({ display: 'flex', margin: theme.spacing(1, 0) }),
    marks: css({
      position: 'relative',
      flex: 'none',
      width: 72,
      span: { ...label, right: theme.spacing(1), transform: 'translateY(-50%)' },
    }),
    svg: css({ flex: 1, minWidth: 0, height: '100%', overflow: 'visible' }),
    grid: css({ stroke: theme.colors.border.weak, vectorEffect: 'non-scaling-stroke' }),
    line: css({
      fill: 'none',
      strokeWidth: 2,
      strokeLinecap: 'round',
      strokeLinejoin: 'round',
      vectorEffect: 'non-scaling-stroke',
    }),
    marked: css({
      stroke: theme.colors.error.main,
      strokeWidth: 9,
      strokeLinecap: 'round',
      vectorEffect: 'non-scaling-stroke',
    }),
    places: css({
      position: 'relative',
      height: theme.spacing(2.5),
      marginLeft: 72,
      span: { ...label, transform: 'translateX(-50%)' },
    }),
  };
};
