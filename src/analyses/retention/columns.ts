import type { Retention } from '../../types.gen';

/** The column that a rate or a list is about where the query names none: it depends on the others. */
export function defaultColumn({ brackets, periods }: Retention): string {
  return brackets?.[0] ?? (periods === 1 ? '0' : '1');
}
