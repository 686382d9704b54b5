import { useState } from 'react';

/**
 * The options as they were first, for as long as equal ones are given: where the chosen one becomes another object, a Combobox begins
 * anew, and what is being typed into it is lost.
 */
export function useSame<T>(options: T[]): T[] {
  const [same, setSame] = useState(options);
  if (JSON.stringify(same) === JSON.stringify(options)) {
    return same;
  }
  setSame(options);
  return options;
}
