/** How wide letters are that are much wider or narrower than the others; digits are all of one width. */
const widths: Array<[RegExp, number]> = [
  [/[\u2e80-\uffff]/, 12],
  [/[%@mwMW]/, 11],
  [/\d/, 8],
  [/[.,]/, 4],
];

/** How wide a text is at the size of small print, in pixels; rather too much than too little. A canvas would know, but not before fonts are there. */
export function textWidth(text: string): number {
  let width = 0;
  for (const letter of text) {
    width += widths.find(([letters]) => letters.test(letter))?.[1] ?? 7;
  }
  return width;
}

/** The text without its end where it is wider than that many pixels; empty where not even its beginning fits. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) {
    return text;
  }
  let kept = text;
  while (kept && textWidth(`${kept}…`) > width) {
    kept = [...kept].slice(0, -1).join('');
  }
  return kept.trimEnd() && `${kept.trimEnd()}…`;
}
