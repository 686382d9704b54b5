import { css } from '@emotion/css';
import { FieldType, type DataFrame, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { t } from '../../../i18n';
import { valueTicks } from '../../shared/axes';
import { useFormat } from '../../shared/display';
import type { Hint } from '../../shared/Hint';
import { Legend, legendHeight } from '../../shared/Legend';
import { Plot } from '../../shared/Plot';
import { Unfit } from '../../shared/Unfit';
import type { ViewProps } from '../view';
import { areaOf, incompleteOf, nameOf, pointsAxis, zoneOf } from './charts';
import { Line, ticksIn, titleOf, valueText } from './Lines';

/** Numbers over time, with what is usual as a band behind them, and points at what is not. */
export function Bands(props: ViewProps) {
  return bandsOf(props.frames[0]) ? (
    <Chart {...props} bands={bandsOf(props.frames[0])!} />
  ) : (
    <Unfit why={t('bands.unfit', 'This answer does not say what is usual.')} />
  );
}

type Found = NonNullable<ReturnType<typeof bandsOf>>;

function bandsOf({ fields }: DataFrame) {
  const named = (name: string) => fields.find((field) => field.name === name);
  const [value, expected, low, high] = [fields[1], named('expected'), named('low'), named('high')];
  return value?.type === FieldType.number && expected && low && high
    ? { value, expected, low, high, score: named('score'), anomaly: named('anomaly') }
    : undefined;
}

function Chart({ frames: [frame], width, height, timeZone, bands }: ViewProps & { bands: Found }) {
  const styles = useStyles2(getStyles);
  const { visualization, colors } = useTheme2();
  const { value, expected, low, high, score, anomaly } = bands;
  const format = useFormat(value);
  const formatScore = useFormat(score ?? value);
  const axis = pointsAxis(frame, zoneOf(frame, timeZone));
  const incomplete = incompleteOf(frame);
  const blue = visualization.getColorByName('blue');
  const found = value.values.map((_, i) => i).filter((i) => anomaly?.values[i] === true && value.values[i] !== null);
  const usual = t('bands.usual', 'usual range');
  const anomalies = t('bands.anomalies', 'anomalies: {{number}}', { number: found.length });
  const names = [nameOf(frame, value), nameOf(frame, expected), usual, anomalies];
  const legend = [blue, colors.text.secondary, visualization.getColorByName('light-blue'), colors.error.main];
  const above = legendHeight(names, width, height);
  const rangeText = (i: number) =>
    (low.values[i] ?? null) === null ? '' : `${format(round(low.values[i]))} – ${format(round(high.values[i]))}`;
  const hintOf = (i: number): Hint => ({
    title: titleOf(axis.text(i), incomplete.has(i)),
    rows: [
      [names[0], valueText(format(value.values[i])), blue],
      [names[1], valueText(format(round(expected.values[i]))), legend[1]],
      [usual, valueText(rangeText(i)), legend[2]],
      ...(score ? ([[nameOf(frame, score), valueText(formatScore(score.values[i]))]] as Hint['rows']) : []),
    ],
  });
  const line = (values: Array<number | null>, color: string) => ({ name: '', field: value, values, color });
  return (
    <figure style={{ margin: 0 }} aria-label={t('answer.chart', 'Chart of the answer')}>
      {above > 0 && <Legend names={names} colors={legend} height={above} />}
      <ul className={styles.spoken} aria-label={anomalies}>
        {found.map((i) => (
          <li key={i}>{[axis.text(i), ...hintOf(i).rows.map(([name, text]) => `${name} ${text}`)].join(', ')}</li>
        ))}
      </ul>
      <Plot
        width={width}
        height={height - above}
        label={names.join(', ')}
        values={{
          ticks: valueTicks([...value.values, ...high.values, ...low.values], ticksIn(height - above)),
          format,
        }}
        places={axis}
        hintOf={hintOf}
      >
        {(scale) => {
          const { x, y } = scale;
          const point = (i: number, v: number) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`;
          return (
            <>
              <path d={areaOf(low.values, high.values, point)} fill={legend[2]} fillOpacity={0.2} />
              <Line
                series={line(expected.values, legend[1])}
                scale={{ ...scale, place: undefined }}
                isOpen={() => false}
                isDashed
              />
              <Line series={line(value.values, blue)} scale={scale} isOpen={(i) => incomplete.has(i)} />
              {found.map((i) => (
                <circle key={i} cx={x(i)} cy={y(value.values[i])} r={5} className={styles.anomaly} />
              ))}
            </>
          );
        }}
      </Plot>
    </figure>
  );
}

/** What is expected is a mean: its fractions say nothing. */
function round(value: number | null | undefined) {
  return value === null || value === undefined ? value : Number(value.toFixed(1));
}

const getStyles = (theme: GrafanaTheme2) => ({
  anomaly: css({ fill: theme.colors.error.main, stroke: theme.colors.background.primary, strokeWidth: 1.5 }),
  /** For screen readers. */
  spoken: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
});
