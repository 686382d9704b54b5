import { css } from '@emotion/css';
import { FieldType, type DataFrame, type Field, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { t } from '../../../i18n';
import { thinned, valueTicks } from '../../shared/axes';
import { useGroupColors } from '../../shared/colors';
import { formatOf, useFormat } from '../../shared/display';
import type { Hint } from '../../shared/Hint';
import { Legend, legendHeight, useHidden } from '../../shared/Legend';
import { Plot, type Scale } from '../../shared/Plot';
import { textWidth } from '../../shared/text';
import { Unfit } from '../../shared/Unfit';
import type { ViewProps } from '../view';
import { barsAxis, nameOf, seriesOf, type Axis, type Series } from './charts';
import { ticksIn, valueText } from './Lines';

/** Counts as bars by name or by bin, those of a breakdown side by side. */
export function Bars(props: ViewProps) {
  return countsOf(props.frames[0]).length ? (
    <Chart {...props} />
  ) : (
    <Unfit why={t('bars.unfit', 'This answer has no counts to draw as bars.')} />
  );
}

/** The counts of a histogram's bins, or of a table whose first field names the bars: a series for each breakdown value. */
function countsOf(frame: DataFrame): Series[] {
  const all = seriesOf(frame);
  return isHistogram(frame) ? all.slice(1) : all.filter(({ field }) => field.name === all[0].field.name);
}

function isHistogram({ meta, fields }: DataFrame): boolean {
  return meta?.type?.toString() === 'histogram' && fields.length > 2;
}

function Chart({ frames: [frame], width, height, timeZone }: ViewProps) {
  const all = countsOf(frame);
  const names = all.map(({ name }) => name);
  const colors = useGroupColors(all.length);
  const { hidden, onToggle } = useHidden(all.length);
  const shown = all.map((series, i) => ({ ...series, color: colors[i] })).filter((_, i) => !hidden.has(i));
  const format = useFormat(all[0].field);
  const isAlone = all.length === 1;
  const above = isAlone ? 0 : legendHeight(names, width, height);
  const isRoomy = height - above >= 140 && width >= 200;
  const bins = useBins(frame);
  const axis = bins ?? barsAxis(frame, timeZone);
  const hintOf = useHints(frame, shown, axis);
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
          title: isAlone && isRoomy ? names[0] : undefined,
        }}
        places={{ ...axis, title: isRoomy ? axis.title : undefined }}
        hintOf={hintOf}
        headroom={22}
      >
        {(scale) => <Groups series={shown} scale={scale} format={format} share={bins ? 0.98 : 0.8} />}
      </Plot>
    </figure>
  );
}

/** The axis of a histogram, whose marks stand at the edges of its bins; undefined for another frame. */
function useBins(frame: DataFrame): Axis | undefined {
  const [low, high] = frame.fields;
  const format = useFormat(low);
  if (!isHistogram(frame)) {
    return undefined;
  }
  const count = low.values.length;
  const edges = [...low.values, high.values[count - 1]].map((edge, place) => ({ place, text: format(edge) }));
  return {
    at: low.values.map((_, i) => (i + 0.5) / count),
    text: (i) => t('bars.bin', '{{from}} to {{to}}', { from: edges[i].text, to: edges[i + 1].text }),
    title: low.config.unit === 's' ? t('bars.time', 'time from first step to last') : undefined,
    // An edge is half a bin before the middle of its bin.
    marks: (x) => {
      const bin = count > 1 ? x(1) - x(0) : 0;
      const edge = (i: number) => (i < count ? x(i) - bin / 2 : x(count - 1) + bin / 2);
      return thinned(edges, edge).map(({ place, text }) => ({ place: place - 0.5, text }));
    },
  };
}

/** What the frame has beside the counts of a place, such as shares; of a histogram, the share of each bin. */
function useHints(frame: DataFrame, shown: Array<Series & { color: string }>, axis: Axis) {
  const theme = useTheme2();
  const colorOf = (field: Field) => shown.find((series) => series.field === field)?.color;
  const row = (field: Field, place: number): Hint['rows'][number] => [
    nameOf(frame, field),
    valueText(formatOf(field, theme)(field.values[place])),
    colorOf(field),
  ];
  const share: Field = { name: '', type: FieldType.number, config: { unit: 'percentunit' }, values: [] };
  const binRow = ({ field, values }: Series, place: number): Hint['rows'][number] => {
    const all = values.reduce((sum: number, value) => sum + (value ?? 0), 0);
    const [name, count, color] = row(field, place);
    return [name, all ? `${count} (${formatOf(share, theme)((values[place] ?? 0) / all)})` : count, color];
  };
  return (place: number): Hint => ({
    title: [isHistogram(frame) ? '' : nameOf(frame, frame.fields[0]), axis.text(place)].filter(Boolean).join(': '),
    rows: isHistogram(frame)
      ? shown.map((series) => binRow(series, place))
      : frame.fields
          .slice(1)
          .filter((field) => field.type === FieldType.number && (colorOf(field) || !isHidden(field, shown)))
          .map((field) => row(field, place)),
  });
}

/** A count whose bars are not shown. */
function isHidden({ name }: Field, shown: Series[]): boolean {
  return name === shown[0].field.name;
}

interface GroupsProps {
  series: Array<Series & { color: string }>;
  scale: Scale;
  format: (value: number) => string;
  /** Of its part of the axis, how much a group takes. */
  share: number;
}

function Groups({ series, scale, format, share }: GroupsProps) {
  const styles = useStyles2(getStyles);
  const { x, y, left, right } = scale;
  const group = share * Math.min(160 * series.length, (right - left) / series[0].values.length);
  const width = Math.max(1, group / series.length - (group / series.length > 4 ? 1 : 0));
  // Counts above some bars only would look as if the others had none.
  const hasCounts = series.every(({ values }) =>
    values.every((value) => value === null || textWidth(format(value)) <= group / series.length)
  );
  return series[0].values.map((_, i) => (
    <g key={i} opacity={scale.place === undefined || scale.place === i ? 1 : 0.6}>
      {series.map(({ values, color }, s) => {
        const value = values[i] ?? 0;
        const from = x(i) - group / 2 + (group * s) / series.length;
        const text = format(value);
        return (
          <g key={s}>
            <rect
              fill={color}
              x={from}
              width={width}
              y={Math.min(y(value), y(0))}
              // A bar of something is seen, however little it is.
              height={Math.max(value ? 1 : 0, Math.abs(y(0) - y(value)))}
            />
            {hasCounts && values[i] !== null && (
              <text x={from + width / 2} y={y(Math.max(0, value)) - 5} textAnchor="middle" className={styles.count}>
                {text}
              </text>
            )}
          </g>
        );
      })}
    </g>
  ));
}

const getStyles = (theme: GrafanaTheme2) => ({
  count: css({
    fill: theme.colors.text.primary,
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
  }),
});
