import { useState } from 'react';

/**
 * The first options, as long as equal ones are given: if the chosen option becomes another object, a Combobox starts again, and what is
 * being typed into it is lost.
 */
export function useSame<T>(options: T[]): T[] {
  const [same, setSame] = useState(options);
  if (JSON.stringify(same) === JSON.stringify(options)) {
    return same;
  }
  setSame(options);
  return options;
}
