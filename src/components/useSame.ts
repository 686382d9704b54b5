import { useState } from 'react';

/**
 * The options as they were first, for as long as equal ones are given: a Combobox takes an equal option that is another object for
 * a new choice, and announces it; where that draws it anew, as in Explore, without end.
 */
export function useSame<T>(options: T[]): T[] {
  const [same, setSame] = useState(options);
  if (JSON.stringify(same) === JSON.stringify(options)) {
    return same;
  }
  setSame(options);
  return options;
}
