/** The program of a browser, or undefined if there is none. */
export function find(): string | undefined;
