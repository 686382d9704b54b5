/** A cell: the row of the frame, and the column from 1 on; column 0 is the size of the cohort. */
export interface Place {
  row: number;
  column: number;
}

export function samePlace(a: Place | undefined, b: Place | undefined): boolean {
  return a?.row === b?.row && a?.column === b?.column;
}

/** What a cell carries so that it is found again. */
export function placeAttributes({ row, column }: Place) {
  return { 'data-place': `${row},${column}` };
}

/** The cell that an event happened in. */
export function placeOf(target: EventTarget): Place | undefined {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-place]') : null;
  const [row, column] = cell?.dataset.place?.split(',').map(Number) ?? [];
  return cell ? { row, column } : undefined;
}

export function cellAt(grid: Element | null, { row, column }: Place) {
  return grid?.querySelector<HTMLElement>(`tbody [data-place="${row},${column}"]`);
}

/** Where an arrow key leads from a cell; undefined for other keys, and at the edge. The rows are those of the frame, in order. */
export function nextPlace({ row, column }: Place, key: string, rows: number[], columns: number): Place | undefined {
  const steps: Record<string, [number, number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  const step = steps[key];
  const next = step && { row: rows[rows.indexOf(row) + step[0]], column: column + step[1] };
  return next && next.row !== undefined && next.column >= 0 && next.column <= columns ? next : undefined;
}
