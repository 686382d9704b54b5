import { css, cx } from '@emotion/css';
import type { DataFrame, GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import { useMemo, useState } from 'react';
import { t } from '../../../i18n';
import { Linked } from '../../shared/Linked';
import { columnsOf, sortRows, type Column, type Sorting } from './columns';

interface Props {
  frame: DataFrame;
  timeZone: string;
  /** The first row in sight, and how many fit. */
  first: number;
  count: number;
}

/** In pixels, also of the head. */
export const rowHeight = 28;
/** So few rows are all drawn, so that all can be selected and copied; of more, those in sight and as many before and after them. */
const drawnWhole = 300;

/** A frame as a table that is sorted by a click on its head. */
export function FrameTable({ frame, timeZone, first, count }: Props) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const [sorting, setSorting] = useState<Sorting>();
  const columns = useMemo(() => columnsOf(frame, theme, timeZone), [frame, theme, timeZone]);
  const rows = useMemo(() => sortRows(columns, frame.length, sorting), [columns, frame, sorting]);
  const isWhole = rows.length <= drawnWhole;
  const from = isWhole ? 0 : Math.min(Math.max(first - count, 0), rows.length);
  const to = isWhole ? rows.length : Math.min(Math.max(first + 2 * count, 0), rows.length);
  return (
    <table
      className={styles.table}
      aria-label={t('answer.table-of', 'Table of the answer')}
      aria-rowcount={rows.length + 1}
    >
      <colgroup>
        {columns.map(({ width }, i) => (
          <col key={i} style={{ width: `calc(${width}ch + ${theme.spacing(2)})` }} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {columns.map((column, i) => (
            <Head
              key={i}
              column={column}
              sorting={sorting?.column === i ? sorting : undefined}
              onClick={() => setSorting(nextSorting(columns, i, sorting))}
            />
          ))}
        </tr>
      </thead>
      <tbody>
        <Space rows={from} />
        {rows.slice(from, to).map((row, i) => (
          <tr key={row} aria-rowindex={from + i + 2}>
            {columns.map((column, j) => (
              <Cell key={j} column={column} row={row} />
            ))}
          </tr>
        ))}
        <Space rows={rows.length - to} />
      </tbody>
    </table>
  );
}

interface HeadProps {
  column: Column;
  sorting?: Sorting;
  onClick: () => void;
}

function Head({ column: { title, isNumber }, sorting, onClick }: HeadProps) {
  const styles = useStyles2(getStyles);
  const direction = sorting && (sorting.isDescending ? 'descending' : 'ascending');
  return (
    <th scope="col" className={cx(isNumber && styles.number)} aria-sort={direction}>
      <button type="button" className={styles.sort} title={title} onClick={onClick}>
        {title}
        {sorting && <Icon name={sorting.isDescending ? 'arrow-down' : 'arrow-up'} size="sm" />}
      </button>
    </th>
  );
}

function Cell({ column: { field, isNumber, textOf }, row }: { column: Column; row: number }) {
  const styles = useStyles2(getStyles);
  const text = textOf(row);
  return (
    <td className={cx(isNumber && styles.number)} title={isNumber ? undefined : text}>
      <Linked field={field} row={row}>
        {text}
      </Linked>
    </td>
  );
}

/** The room of rows that are not drawn. */
function Space({ rows }: { rows: number }) {
  return rows > 0 && <tr aria-hidden style={{ height: rows * rowHeight }} />;
}

/** The largest number first, and any other column from its first value; then the other way round; then as the answer has it. */
function nextSorting(columns: Column[], column: number, current?: Sorting): Sorting | undefined {
  const isDescending = columns[column].isNumber;
  if (current?.column !== column) {
    return { column, isDescending };
  }
  return current.isDescending === isDescending ? { column, isDescending: !isDescending } : undefined;
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    width: '100%',
    tableLayout: 'fixed',
    borderCollapse: 'separate',
    borderSpacing: 0,
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
    'tr > *': {
      height: rowHeight,
      padding: theme.spacing(0, 1),
      overflow: 'hidden',
      textAlign: 'left',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
    },
    th: {
      position: 'sticky',
      top: 0,
      background: theme.components.panel.background,
      boxShadow: `inset 0 -1px ${theme.colors.border.medium}`,
    },
    td: { boxShadow: `inset 0 -1px ${theme.colors.border.weak}` },
    'tbody tr:hover td': { background: theme.colors.action.hover },
  }),
  number: css({ '&&&': { textAlign: 'right' } }),
  sort: css({
    maxWidth: '100%',
    padding: 0,
    overflow: 'hidden',
    border: 'none',
    background: 'none',
    color: theme.colors.text.secondary,
    fontWeight: theme.typography.fontWeightMedium,
    textOverflow: 'ellipsis',
    '&:hover': { color: theme.colors.text.primary },
  }),
});
