import { useStyles2, useTheme2 } from '@grafana/ui';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { t } from '../../../i18n';
import type { CohortCells } from '../../options';
import { formatsOf } from '../../shared/display';
import { CohortRow, type Formats } from './CohortRow';
import { namesOf, titleOf, type CohortTable } from './cohorts';
import { Head } from './Head';
import { useCellHint } from './hint';
import { layOut, sum, useSight } from './layout';
import { cellAt, nextPlace, placeOf, type Place } from './places';
import { getStyles, useCellStyles } from './styles';

interface Props {
  table: CohortTable;
  cells: CohortCells;
  /** The color of a cell, by its share of the full color's share. */
  colorOf: (depth: number) => string;
  full: number;
  width: number;
  height: number;
}

/** The cells of all cohorts. The names, the periods and the mean stay in sight; only what is in sight is drawn. */
export function Triangle({ table, cells, colorOf, full, width, height }: Props) {
  const styles = useStyles2(getStyles);
  const grid = useRef<HTMLTableElement>(null);
  const { cohort, size, periods, means } = table;
  const theme = useTheme2();
  const formats = useMemo(() => formatsOf({ share: periods[0], size }, theme), [periods, size, theme]);
  // The first mean stands in the head alone.
  const rows = useMemo(() => [...cohort.values.keys()].filter((row) => row !== means[0]), [cohort, means]);
  const texts = useTexts(table, cells, formats);
  const layout = useMemo(
    () => layOut({ ...texts, rows: rows.length, columns: periods.length }, width, height),
    [texts, rows, periods, width, height]
  );
  const { sight, onScroll } = useSight(layout, width, height, rows.length, periods.length);
  const [focused, setFocused] = useState<Place>({ row: rows[0], column: 0 });
  const { hovered, hint, handlers } = useCellHint(table, formats);
  const onKeyDown = (event: KeyboardEvent) => {
    const place = placeOf(event.target);
    const next = place && nextPlace(place, event.key, rows, periods.length);
    if (next) {
      event.preventDefault();
      cellAt(grid.current, next)?.focus();
    } else if (event.key === 'Enter' && event.target instanceof HTMLTableCellElement) {
      event.target.querySelector<HTMLElement>('a, button')?.click();
    }
  };
  const cellStyles = useCellStyles(colorOf);
  const shared = { table, cells, layout, formats, cellStyles, full, columns: sight.columns };
  const mean = means.filter((row) => row <= (rows[sight.top] ?? 0)).pop();
  const columnOf = (place: Place | undefined, row: number) => (place?.row === row ? place.column : undefined);
  return (
    <div
      className={styles.room}
      style={{ width, height, scrollPadding: `${layout.head}px 0 0 ${sum(layout.left.slice(0, layout.sticky))}px` }}
      onScroll={onScroll}
    >
      <table
        ref={grid}
        role="grid"
        className={styles.grid}
        style={{ width: sum(layout.left) + layout.cell * periods.length, ['--row' as string]: `${layout.row}px` }}
        aria-label={t('view.cohorts', 'Cohorts')}
        aria-rowcount={cohort.values.length + 1}
        aria-colcount={layout.left.length + periods.length}
        onFocus={(event) => setFocused((last) => placeOf(event.target) ?? last)}
        onKeyDown={onKeyDown}
        {...handlers}
      >
        <colgroup>
          {[...layout.left, ...periods.map(() => layout.cell)].map((column, i) => (
            <col key={i} style={{ width: column }} />
          ))}
        </colgroup>
        <thead>
          <Head table={table} layout={layout} columns={sight.columns} />
          {mean !== undefined && <CohortRow {...shared} row={mean} isPinned hovered={columnOf(hovered, mean)} />}
        </thead>
        <tbody>
          <tr aria-hidden style={{ height: sight.rows[0] * layout.row }} />
          {rows.slice(...sight.rows).map((row) => (
            <CohortRow
              key={row}
              {...shared}
              row={row}
              hovered={columnOf(hovered, row)}
              focused={columnOf(focused, row)}
            />
          ))}
          <tr aria-hidden style={{ height: (rows.length - sight.rows[1]) * layout.row }} />
        </tbody>
      </table>
      {hint}
    </div>
  );
}

/** The texts that the columns must have room for. */
function useTexts(table: CohortTable, cells: CohortCells, formats: Formats) {
  return useMemo(() => {
    const { size, periods } = table;
    const largest = formats.size(size.values.reduce((a, b) => Math.max(a, b), 0));
    const names = namesOf(table).map(({ field, text }) => [titleOf(table, field), ...field.values.map(text)]);
    return {
      left: [...names, [titleOf(table, size), largest]],
      cells: [titleOf(table, periods[periods.length - 1]), cells === 'rates' ? formats.share(1) : largest],
    };
  }, [table, cells, formats]);
}
