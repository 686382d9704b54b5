import { defaults } from './defaults.gen';
import type { Query, QueryType } from './types.gen';

/** The part of a query that is about one analysis. */
export type PartOf<T extends QueryType> = NonNullable<Query[T]>;

/** Such a part with its defaults filled in. */
export type Filled<T extends QueryType> = PartOf<T> &
  Required<Pick<PartOf<T>, keyof PartOf<T> & keyof (typeof defaults)[T]>>;

/** The part with its defaults in place of empty values. */
export function withDefaults<T extends QueryType>(type: T, part: PartOf<T>): Filled<T> {
  const said = Object.fromEntries(Object.entries(part).filter(([, value]) => value));
  return { ...defaults[type], ...said } as unknown as Filled<T>;
}

/** The default at the path of a field, such as funnel.window; undefined if there is none. */
export function defaultOf(path: string): string | number | undefined {
  const objects: Record<string, Record<string, string | number> | undefined> = defaults;
  const dot = path.lastIndexOf('.');
  return objects[path.slice(0, dot)]?.[path.slice(dot + 1)];
}
