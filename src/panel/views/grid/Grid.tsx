import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ScrollContainer, useStyles2, useTheme2 } from '@grafana/ui';
import { t } from '../../../i18n';
import { useScale } from '../../shared/colors';
import { useFormat } from '../../shared/display';
import { useHint } from '../../shared/Hint';
import { Linked } from '../../shared/Linked';
import { ScaleLegend } from '../../shared/ScaleLegend';
import { textWidth } from '../../shared/text';
import { Unfit } from '../../shared/Unfit';
import type { ViewProps } from '../view';
import { greatestOf, heatOf, sumsOf, type Heat } from './heat';

const legendHeight = 28;
const titleHeight = 26;
const leastCell = { width: 6, height: 12 };
const gap = 2;
const rowHeight = 20;

/** Cells of two axes, the darker, the more; those of a breakdown one beneath the other, with one scale for all. */
export function Grid({ frames, width, height, timeZone }: ViewProps) {
  const formatX = useFormat(frames[0].fields[0]);
  const heats = frames.flatMap((frame) => heatOf(frame, timeZone, formatX) ?? []);
  const format = useFormat(frames[0].fields[frames[0].fields.length - 1]);
  if (heats.length === 0) {
    return <Unfit why={t('grid.unfit', 'This answer has no cells of two axes.')} />;
  }
  const shares = heats[0].field.config.unit === 'percentunit';
  const greatest = greatestOf(heats);
  const hasLegend = height >= 180;
  const room = height - (hasLegend ? legendHeight : 0);
  return (
    <div style={{ width, height }}>
      <ScrollContainer height={`${room}px`}>
        {heats.map((heat, i) => (
          <Cells
            key={i}
            heat={heat}
            width={width}
            height={room / heats.length}
            hasTitle={heats.length > 1}
            greatest={greatest}
            hue={shares ? 'dark-green' : 'dark-blue'}
            // The first period's share dwarfs the others: their root tells them apart.
            depth={(value) => (greatest ? (shares ? Math.sqrt(value / greatest) : value / greatest) : 0)}
          />
        ))}
      </ScrollContainer>
      {hasLegend && (
        <ScaleLegend
          hue={shares ? 'dark-green' : 'dark-blue'}
          from={format(0)}
          to={format(greatest)}
          height={legendHeight}
        />
      )}
    </div>
  );
}

interface CellsProps {
  heat: Heat;
  width: number;
  height: number;
  hasTitle: boolean;
  greatest: number;
  hue: string;
  depth: (value: number) => number;
}

function Cells({ heat, width, height, hasTitle, greatest, hue, depth }: CellsProps) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const color = useScale(hue);
  const format = useFormat(heat.field);
  const { over, hint } = useHint();
  const sums = heat.isAdditive ? sumsOf(heat) : undefined;
  const total = t('grid.total', 'total');
  const sides = sidesOf(heat, sums, format, total);
  const around = rowHeight * (sums ? 3 : 2) + (hasTitle ? titleHeight : 0) + 3 * gap;
  const cell = {
    width: Math.max(leastCell.width, (width - sides.left - sides.right) / heat.columns.length - gap),
    height: Math.max(leastCell.height, (height - around) / heat.rows.length - gap),
  };
  const hasNumbers = cell.height >= 15 && cell.width >= textWidth(format(greatest)) + 4;
  const hasSums = sums && Math.max(...sums.columns.map((sum) => textWidth(format(sum)))) + 4 <= cell.width;
  const every = Math.ceil((Math.max(...heat.columns.map(textWidth)) + 4) / (cell.width + gap));
  const nameOf = (row: number, column: number) =>
    `${heat.rowsName} ${heat.rows[row]}, ${heat.columnsName} ${heat.columns[column]}`;
  const valueText = (value: number | null) => format(value) || t('answer.no-value', 'no value');
  return (
    <div className={styles.heat}>
      {hasTitle && <h3 className={styles.title}>{heat.name}</h3>}
      <div className={styles.axis} style={{ paddingLeft: sides.left, paddingRight: sides.right }}>
        {heat.columnsName}
      </div>
      <table
        className={styles.grid}
        style={{ width: sides.left + heat.columns.length * (cell.width + gap) + sides.right }}
        aria-label={t('answer.grid', 'Grid of the answer')}
      >
        <colgroup>
          <col style={{ width: sides.left - gap }} />
          {heat.columns.map((_, i) => (
            <col key={i} style={{ width: cell.width + gap / 2 }} />
          ))}
          {sums && <col style={{ width: sides.right - gap / 2 }} />}
        </colgroup>
        <thead>
          <tr style={{ height: rowHeight }}>
            <td className={styles.corner}>{heat.rowsName}</td>
            {heat.columns.map((name, i) => (
              <th key={i} scope="col">
                <span className={i % every === 0 ? styles.name : styles.spoken}>{name}</span>
              </th>
            ))}
            {sums && (
              <th scope="col" className={styles.sum}>
                {total}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {heat.cells.map((row, j) => (
            <tr key={j} style={{ height: cell.height }}>
              <th scope="row" className={styles.row}>
                {heat.rows[j]}
              </th>
              {row.map((value, i) => {
                const background = value === null ? undefined : color(depth(value));
                return (
                  <td
                    key={i}
                    className={styles.cell}
                    style={
                      background ? { background, color: theme.colors.getContrastText(background, 4.5) } : undefined
                    }
                    {...over(() => ({ title: nameOf(j, i), rows: [[heat.name, valueText(value)]] }))}
                  >
                    {hasNumbers ? (
                      <Linked field={heat.field} row={i * heat.rows.length + j}>
                        {format(value)}
                      </Linked>
                    ) : (
                      <span className={styles.spoken}>{format(value)}</span>
                    )}
                  </td>
                );
              })}
              {sums && <td className={styles.sum}>{format(sums.rows[j])}</td>}
            </tr>
          ))}
        </tbody>
        {sums && (
          <tfoot>
            <tr style={{ height: rowHeight }}>
              <th scope="row" className={styles.row}>
                {total}
              </th>
              {sums.columns.map((sum, i) => (
                <td
                  key={i}
                  className={styles.foot}
                  {...over(() => ({ title: `${heat.columnsName} ${heat.columns[i]}`, rows: [[total, format(sum)]] }))}
                >
                  <span className={hasSums ? undefined : styles.spoken}>{format(sum)}</span>
                </td>
              ))}
              <td className={styles.sum}>{format(sums.all)}</td>
            </tr>
          </tfoot>
        )}
      </table>
      {hint}
    </div>
  );
}

/** How much room the names of the rows take, and their sums, in pixels. */
function sidesOf(
  heat: Heat,
  sums: ReturnType<typeof sumsOf> | undefined,
  format: (value: unknown) => string,
  total: string
) {
  const names = [heat.rowsName, ...heat.rows, ...(sums ? [total] : [])];
  return {
    left: Math.min(160, Math.max(...names.map(textWidth)) + 12),
    right: sums ? Math.max(textWidth(total), textWidth(format(sums.all))) + 12 : 0,
  };
}

const getStyles = (theme: GrafanaTheme2) => {
  const small = { fontSize: theme.typography.bodySmall.fontSize, fontVariantNumeric: 'tabular-nums' };
  const number = { ...small, color: theme.colors.text.secondary, padding: 0, whiteSpace: 'nowrap' as const };
  return {
    heat: css({ minWidth: 'min-content' }),
    title: css({ ...theme.typography.h6, height: titleHeight, margin: 0, lineHeight: `${titleHeight}px` }),
    axis: css({ ...small, height: rowHeight, textAlign: 'center', color: theme.colors.text.secondary }),
    grid: css({
      // The widths and heights are those that were reckoned, whatever stands in the cells.
      tableLayout: 'fixed',
      borderCollapse: 'separate',
      borderSpacing: gap / 2,
      lineHeight: 1,
      th: { ...number, fontWeight: 'normal', textAlign: 'center' },
    }),
    corner: css({ ...number, textAlign: 'left' }),
    name: css({ display: 'block', overflow: 'visible', whiteSpace: 'nowrap', width: 0, minWidth: '100%' }),
    row: css({
      '&&': {
        textAlign: 'right',
        paddingRight: theme.spacing(1),
        overflow: 'hidden',
        textOverflow: 'ellipsis',
      },
    }),
    cell: css({
      ...small,
      padding: 0,
      textAlign: 'center',
      borderRadius: 2,
      background: theme.colors.background.secondary,
    }),
    sum: css({ '&&': { textAlign: 'right' }, ...number, fontWeight: theme.typography.fontWeightMedium }),
    foot: css({ ...number, textAlign: 'center' }),
    /** For screen readers, where there is no room. */
    spoken: css({
      display: 'inline-block',
      verticalAlign: 'top',
      whiteSpace: 'nowrap',
      width: 1,
      height: 1,
      overflow: 'hidden',
      clipPath: 'inset(50%)',
    }),
  };
};
