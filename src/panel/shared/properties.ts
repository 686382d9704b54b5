/** What an object says, flat: each name with the path to it, such as address.city, and its value as people read it. */
export function propertiesOf(value: unknown, path = ''): Array<[name: string, text: string]> {
  if (Array.isArray(value) && !value.some(isObject)) {
    return [[path, value.map(text).join(', ')]];
  }
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, inner]) => propertiesOf(inner, path ? `${path}.${name}` : name));
  }
  return [[path, text(value)]];
}

/** The same in a line. */
export function readable(value: unknown): string {
  return propertiesOf(value)
    .map(([name, said]) => (name ? `${name}: ${said}` : said))
    .join(', ');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  return value === null || value === undefined ? '–' : String(value);
}
