/** How wide a text is at the size of small print, in pixels; rather too much than too little. A canvas would know, but not before fonts are there. */
export function textWidth(text: string): number {
  let width = 0;
  for (const letter of text) {
    width +=
      letter > '\u2e7f' ? 12 : /[%@mwMW]/.test(letter) ? 11 : /[,.]/.test(letter) ? 4 : /\d/.test(letter) ? 7.6 : 7;
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
