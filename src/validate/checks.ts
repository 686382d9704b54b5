import { t } from '../i18n';
import { enumerate } from '../question/words';
import {
  Columns,
  MaxBreakdownLimit,
  MaxFilters,
  MaxFilterValues,
  MaxPropertyParts,
  MaxTextLength,
  NumberPattern,
  OperatorValues,
  type Breakdown,
  type EventSelector,
  type Filter,
  ProfileColumns,
} from '../types.gen';

/** A part of a query that cannot run as it stands: the field as a path into the JSON, and what to do about it. */
export interface Problem {
  field: string;
  reason: string;
  /** Whether nothing is there yet, as in a new query. */
  isMissing?: boolean;
}

/** Tells whether a text holds a template variable, whose value is known only when the query runs. */
export type IsTemplate = (text: string) => boolean;

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };
const jsonPaths = ['metadata.', 'profile.traits.', 'profile.scores.'];
const numeric = ['<', '<=', '>', '>='];

/** The checks that several analyses share. What they find is added to the problems. */
export class Checks {
  readonly problems: Problem[] = [];

  constructor(private readonly isTemplate: IsTemplate) {}

  add(field: string, reason: string) {
    this.problems.push({ field, reason });
  }

  /** Something that a query needs is not there yet. */
  missing(field: string, reason: string) {
    this.problems.push({ field, reason, isMissing: true });
  }

  check(ok: boolean, field: string, reason: string) {
    if (!ok) {
      this.add(field, reason);
    }
  }

  oneOf(field: string, value: string, words: readonly string[]) {
    this.check(
      words.includes(value),
      field,
      t('problem.not-one-of', 'is {{value}}; use {{words}}', { value: quote(value), words: listed(words) })
    );
  }

  /** A whole number from least to most. */
  count(field: string, value: number, least: number, most: number) {
    if (!Number.isInteger(value)) {
      this.add(field, t('problem.fraction', 'is a JSON number {{value}}; use a whole number', { value }));
      return;
    }
    this.check(value >= least && value <= most, field, outOfRange(value, least, most));
  }

  /** Reports whether the text is fine. */
  text(field: string, text = ''): boolean {
    const bytes = new TextEncoder().encode(text).length;
    if (bytes > MaxTextLength) {
      this.add(
        field,
        t('problem.too-long', 'has {{bytes}} bytes; at most {{most}} are allowed', { bytes, most: MaxTextLength })
      );
      return false;
    }
    this.check(!text.includes('\0'), field, t('problem.nul', 'contains a NUL character; remove it'));
    return !text.includes('\0');
  }

  /** A length of time, at most the longest, which is one too. */
  window(field: string, window: string, longest: string) {
    if (this.isTemplate(window)) {
      return;
    }
    const length = seconds(window);
    if (length === undefined) {
      this.add(
        field,
        t('problem.no-window', 'is {{window}}; write a number and a unit, such as 30m, 24h or 14d', {
          window: quote(window),
        })
      );
      return;
    }
    this.check(
      length <= seconds(longest)!,
      field,
      t('problem.long-window', 'is {{window}}; the longest window is {{longest}}', { window, longest })
    );
  }

  breakdown(field: string, breakdown?: Breakdown) {
    if (breakdown) {
      this.count(`${field}.limit`, breakdown.limit || 5, 1, MaxBreakdownLimit);
      this.property(`${field}.property`, breakdown.property);
    }
  }

  /** A row of a breakdown, where there is one. */
  row(field: string, value?: string, breakdown?: Breakdown) {
    if (value === undefined) {
      return;
    }
    if (breakdown) {
      this.text(field, value);
    } else {
      this.add(
        field,
        t('problem.row-without-breakdown', 'is given, but there is no breakdown; remove it, or choose a breakdown')
      );
    }
  }

  selector(field: string, s?: EventSelector) {
    if (s?.event) {
      this.text(`${field}.event`, s.event);
    } else {
      this.missing(`${field}.event`, t('problem.no-event', 'is empty; choose an event, or * for any'));
    }
    this.filters(`${field}.filters`, s?.filters);
  }

  filters(field: string, filters?: Filter[]) {
    const list = filters ?? [];
    this.check(
      list.length <= MaxFilters,
      field,
      t('problem.many-filters', 'has {{number}} filters; at most {{most}} are allowed', {
        number: list.length,
        most: MaxFilters,
      })
    );
    list.forEach((filter, i) => this.filter(`${field}[${i}]`, filter));
  }

  property(field: string, name?: string) {
    if (!name) {
      this.missing(field, t('problem.no-property', 'is empty; choose a property'));
      return;
    }
    if (!this.text(field, name) || isColumn(name) || this.isTemplate(name)) {
      return;
    }
    const prefix = jsonPaths.find((start) => name.startsWith(start));
    this.check(
      prefix !== undefined,
      field,
      t(
        'problem.unknown-property',
        'is {{name}}; use {{columns}}, metadata.NAME, profile.NAME, profile.traits.NAME or profile.scores.NAME',
        { name: quote(name), columns: enumerate(Columns) }
      )
    );
    this.check(
      prefix === undefined || isPath(name.slice(prefix.length)),
      field,
      t('problem.no-path', 'is {{name}}; a path has 1 to {{most}} names, none of them empty', {
        name: quote(name),
        most: MaxPropertyParts,
      })
    );
  }

  private filter(field: string, filter: Filter) {
    const { property, operator } = filter;
    const values = filter.values ?? [];
    this.property(`${field}.property`, property);
    this.valueCount(field, operator, values.length);
    values.forEach((value, i) => {
      const at = `${field}.values[${i}]`;
      this.text(at, value);
      this.check(
        !numeric.includes(operator) || this.isTemplate(value) || new RegExp(NumberPattern).test(value),
        at,
        t('problem.no-number', 'is {{value}}; the operator {{operator}} needs a number such as 12.5', {
          value: quote(value),
          operator,
        })
      );
    });
  }

  private valueCount(field: string, operator: string, count: number) {
    const values = { number: count, operator, most: MaxFilterValues };
    const wrong = (reason: string) =>
      count ? this.add(`${field}.values`, reason) : this.missing(`${field}.values`, reason);
    if (operator === 'in' || operator === 'notIn') {
      if (count < 1 || count > MaxFilterValues) {
        wrong(t('problem.values-some', 'has {{number}} values; the operator {{operator}} takes 1 to {{most}}', values));
      }
    } else if (operator === 'isSet' || operator === 'isNotSet') {
      if (count > 0) {
        wrong(t('problem.values-none', 'has {{number}} values; the operator {{operator}} takes none', values));
      }
    } else if (OperatorValues.some((known) => known === operator)) {
      if (count !== 1) {
        wrong(t('problem.values-one', 'has {{number}} values; the operator {{operator}} takes one', values));
      }
    } else {
      this.oneOf(`${field}.operator`, operator, OperatorValues);
    }
  }
}

/** The length of a window such as 24h; undefined where it is none. */
function seconds(window: string): number | undefined {
  const parts = /^\+?(\d+)([smhdw])$/.exec(window);
  const count = Number(parts?.[1]);
  return parts && count >= 1 && count < 2 ** 31 ? count * unitSeconds[parts[2]] : undefined;
}

function isColumn(name: string): boolean {
  return Columns.some((column) => column === name) || ProfileColumns.some((column) => `profile.${column}` === name);
}

/** Reports whether a path into JSON has few enough names, none of them empty. */
function isPath(path: string): boolean {
  // A backslash takes the dot or the backslash after it into the name.
  const names = path.match(/(\\[^]|[^.])+/g) ?? [];
  const dots = path.replace(/\\[^]/g, '').split('.').length - 1;
  return names.length === dots + 1 && names.length <= MaxPropertyParts;
}

/** The longest part of a wrong value that a reason shows, in bytes. */
const maxShown = 200;

export function quote(text = ''): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= maxShown) {
    return JSON.stringify(text);
  }
  // The cut may go through a character, which then is left out.
  const start = new TextDecoder().decode(bytes.slice(0, maxShown)).replace(/\ufffd$/, '');
  return JSON.stringify(`${start}…`);
}

export function outOfRange(value: number, least: number, most: number): string {
  return t('problem.out-of-range', 'is {{value}}; use {{least}} to {{most}}', { value, least, most });
}

/** "a, b or c". */
function listed(words: readonly string[]): string {
  return t('problem.list-or', '{{before}} or {{last}}', {
    before: enumerate(words.slice(0, -1)),
    last: words[words.length - 1],
  });
}
