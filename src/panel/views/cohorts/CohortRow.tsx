import type { Field } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { memo, type ReactNode } from 'react';
import type { CohortCells } from '../../options';
import type { Format } from '../../shared/display';
import { Linked } from '../../shared/Linked';
import { countOf, namesOf, type CohortTable } from './cohorts';
import { sum, type Layout } from './layout';
import { placeAttributes } from './places';
import { getStyles, type CellStyles } from './styles';

export type Formats = Record<'share' | 'size', Format>;

interface Props {
  table: CohortTable;
  cells: CohortCells;
  layout: Layout;
  formats: Formats;
  cellStyles: CellStyles;
  full: number;
  /** The periods that are in sight: from, to (excluded). */
  columns: [from: number, to: number];
  row: number;
  /** Whether the row stays beneath the head. */
  isPinned?: boolean;
  /** The columns under the pointer and with the keyboard's focus, where they are in this row. */
  hovered?: number;
  focused?: number;
}

/** A cohort, or a mean, of which no number leads anywhere. Thousands of links would be slow: only the cells in use are some. */
export const CohortRow = memo(function CohortRow(props: Props) {
  const { table, layout, formats, row, isPinned, hovered, focused } = props;
  const styles = useStyles2(getStyles);
  const isMean = table.means.includes(row);
  const names = namesOf(table);
  const linked = (column: number, field: Field, text: string) =>
    (hovered === column || focused === column) && !isMean ? <Linked {...{ field, row }}>{text}</Linked> : text;
  return (
    <tr
      aria-rowindex={row + 2}
      className={isPinned ? styles.pinned : isMean ? styles.mean : undefined}
      style={{ height: layout.row }}
    >
      {names.map(({ field, text }, i) => (
        <th key={i} scope="row" className={styles.name} {...stay(layout, i)} title={text(field.values[row])}>
          {text(field.values[row])}
        </th>
      ))}
      <td
        className={styles.size}
        {...stay(layout, names.length)}
        tabIndex={focused === 0 ? 0 : -1}
        {...placeAttributes({ row, column: 0 })}
      >
        {linked(0, table.size, formats.size(table.size.values[row]))}
      </td>
      <Cells {...props} linked={linked} />
    </tr>
  );
});

function Cells({
  table,
  cells,
  layout,
  formats,
  cellStyles,
  full,
  columns: [from, to],
  row,
  focused,
  linked,
}: Props & { linked: (column: number, field: Field, text: string) => ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <Gap columns={from} />
      {table.periods.slice(from, to).map((period, i) => {
        const column = from + i + 1;
        const share = period.values[row];
        const count = cells === 'counts' ? countOf(table, period, row) : null;
        const isOpen = table.open[row].has(period.name);
        const text = count === null ? formats.share(share) : formats.size(count);
        return (
          <td
            key={column}
            className={isOpen ? styles.openCell : styles.cell}
            style={cellStyles(share === null ? null : share / full, isOpen)}
            aria-colindex={layout.left.length + column}
            tabIndex={focused === column ? 0 : -1}
            {...placeAttributes({ row, column })}
          >
            {text && linked(column, period, text)}
          </td>
        );
      })}
      <Gap columns={table.periods.length - to} />
    </>
  );
}

/** A column at the left stays there, where there is room. */
export function stay(layout: Layout, i: number) {
  return i < layout.sticky ? { 'data-stays': true, style: { left: sum(layout.left.slice(0, i)) } } : {};
}

/** The place of columns that are out of sight. */
export function Gap({ columns }: { columns: number }) {
  return columns > 0 && <td aria-hidden colSpan={columns} />;
}
