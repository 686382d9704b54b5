import { useState } from 'react';

/** Keys for the rows of a list without keys: they stay with a row that moves, and so does the focus in it. */
export function useKeys(length: number) {
  const [keys, setKeys] = useState(() => countUp(length));
  if (keys.length !== length) {
    setKeys(countUp(length));
  }
  return {
    keys,
    insert: (at: number) => setKeys([...keys.slice(0, at), Math.max(-1, ...keys) + 1, ...keys.slice(at)]),
    remove: (at: number) => setKeys(keys.filter((_, i) => i !== at)),
    move: (from: number, to: number) => setKeys(moveItem(keys, from, to)),
  };
}

/** The list with one of its entries in another place. */
export function moveItem<T>(list: T[], from: number, to: number): T[] {
  const rest = list.filter((_, i) => i !== from);
  return [...rest.slice(0, to), list[from], ...rest.slice(to)];
}

function countUp(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
