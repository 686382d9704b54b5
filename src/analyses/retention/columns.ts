import type { Retention } from '../../types.gen';

/** The column of a rate or a list if the query names none: it depends on the other columns. */
export function defaultColumn({ brackets, periods }: Retention): string {
  return brackets?.[0] ?? (periods === 1 ? '0' : '1');
}
