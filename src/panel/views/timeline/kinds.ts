import type { GrafanaTheme2, IconName } from '@grafana/data';

/** The kinds of events that people know by a picture, by the words in an event's name: of several, the first. */
const kinds: Array<[words: RegExp, icon: IconName]> = [
  [/^(error|exception|fail|failed|failure|crash)$/, 'exclamation-triangle'],
  [/^(pay|paid|payment|order|ordered|purchase|purchased|checkout|buy)$/, 'credit-card'],
  [/^(cart|basket|bag|wishlist)$/, 'plus-square'],
  [/^(signup|register|registered|registration|sign|subscribe|subscribed|identify)$/, 'user'],
  [/^(login|logon)$/, 'signin'],
  [/^(logout|logoff)$/, 'signout'],
  [/^(search|searched|query|filter)$/, 'search'],
  [/^(click|clicked|tap|tapped|press|pressed)$/, 'record-audio'],
  [/^(view|viewed|page|pageview|visit|visited|screen|open|opened)$/, 'eye'],
];

/** The icon of an event's kind; undefined for one of no known kind. */
export function iconOf(event: string): IconName | undefined {
  const words = event
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return kinds.find(([kind]) => words.some((word) => kind.test(word)))?.[1];
}

const hues = ['blue', 'green', 'orange', 'purple', 'yellow'];
const shades = ['', 'dark-', 'light-'];
const names = shades.flatMap((shade) => hues.map((hue) => shade + hue));

/** The color of an event: errors are red, and any other name has one and the same color wherever it is drawn. */
export function colorOf(event: string, { visualization }: GrafanaTheme2): string {
  if (iconOf(event) === 'exclamation-triangle') {
    return visualization.getColorByName('red');
  }
  let hash = 0;
  for (const character of event) {
    hash = (hash * 31 + character.codePointAt(0)!) % 0x7fffffff;
  }
  return visualization.getColorByName(names[hash % names.length]);
}
