import {
  AnyEvent,
  Columns,
  CohortsValues,
  DimensionValues,
  FunnelOutputValues,
  HeatmapValueValues,
  MaxBreakdownLimit,
  MaxFilters,
  MaxFilterValues,
  MaxPeriods,
  MaxPropertyParts,
  MaxSteps,
  MaxTextLength,
  NumberPattern,
  PeriodValues,
  RetentionModeValues,
  RetentionOutputValues,
  SchemaVersion,
  type Breakdown,
  type EventSelector,
  type Filter,
  type Funnel,
  type Heatmap,
  type Query,
  type Retention,
} from './types.gen';

/** A part of a query that cannot run as it stands: the field as a path into the JSON, and what to do about it. */
export interface Problem {
  field: string;
  reason: string;
}

/** Tells whether a text holds a template variable, whose value is known only when the query runs. */
export type IsTemplate = (text: string) => boolean;

/**
 * Everything that keeps a query from running, in the order in which the back end (pkg/model) looks for it and in its
 * words, so that each message can stand at its field while the query is written.
 */
export function validate(query: Query, isTemplate: IsTemplate = () => false): Problem[] {
  const validator = new Validator(isTemplate);
  validator.query(query);
  return validator.problems;
}

const numeric = ['<', '<=', '>', '>='];
const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };
const maxWindowSeconds = 366 * 86400;

class Validator {
  readonly problems: Problem[] = [];

  constructor(private readonly isTemplate: IsTemplate) {}

  query(q: Query) {
    const version = q.schemaVersion || SchemaVersion;
    this.check(
      version === SchemaVersion,
      'schemaVersion',
      `is ${version}; this version of Footfall reads ${SchemaVersion}`
    );
    this.timeZone(q.timeZone);
    this.filters('filters', q.filters);
    const part = q[q.queryType];
    if (!['funnel', 'retention', 'heatmap'].includes(q.queryType)) {
      this.add('queryType', `is ${quote(q.queryType)}; use funnel, retention or heatmap`);
    } else if (!part) {
      this.add(q.queryType, `is missing: a query of type ${q.queryType} needs it`);
    } else if (q.queryType === 'funnel') {
      this.funnel(q.funnel!);
    } else if (q.queryType === 'retention') {
      this.retention(q.retention!);
    } else {
      this.heatmap(q.heatmap!);
    }
  }

  private funnel(f: Funnel) {
    const steps = f.steps ?? [];
    const count = steps.length;
    this.check(count >= 2 && count <= MaxSteps, 'funnel.steps', `has ${count} steps; a funnel has 2 to ${MaxSteps}`);
    steps.forEach((step, i) => {
      this.selector(`funnel.steps[${i}]`, step);
      this.text(`funnel.steps[${i}].label`, step.label ?? '');
    });
    this.window(f.window || '24h');
    this.oneOf('funnel.output', f.output, FunnelOutputValues, 'steps or conversion');
    this.breakdown(f.breakdown);
  }

  private window(window: string) {
    const parts = /^\+?(\d{1,10})([smhdw])$/.exec(window);
    const count = Number(parts?.[1]);
    if (!parts || count < 1 || count > 2 ** 31 - 1) {
      this.add('funnel.window', `is ${quote(window)}; write a number and a unit, such as 30m, 24h or 14d`);
    } else if (count * unitSeconds[parts[2]] > maxWindowSeconds) {
      this.add('funnel.window', `is ${window}; the longest window is 366d`);
    }
  }

  private breakdown(b?: Breakdown) {
    if (!b) {
      return;
    }
    const limit = b.limit || 5;
    this.check(
      limit >= 1 && limit <= MaxBreakdownLimit,
      'funnel.breakdown.limit',
      `is ${limit}; use 1 to ${MaxBreakdownLimit}`
    );
    this.property('funnel.breakdown.property', b.property);
  }

  private retention(r: Retention) {
    this.selector('retention.start', r.start);
    this.selector('retention.return', r.return);
    this.oneOf('retention.cohorts', r.cohorts, CohortsValues, 'first_time or recurring');
    this.oneOf('retention.period', r.period, PeriodValues, 'day, week or month');
    const periods = r.periods || 8;
    this.check(periods >= 1 && periods <= MaxPeriods, 'retention.periods', `is ${periods}; use 1 to ${MaxPeriods}`);
    this.oneOf('retention.mode', r.mode, RetentionModeValues, 'on or on_or_after');
    this.oneOf('retention.output', r.output, RetentionOutputValues, 'table, heatmap or long');
  }

  private heatmap(h: Heatmap) {
    const x = h.x || 'hour';
    const y = h.y || 'weekday';
    this.selector('heatmap', { ...h, event: h.event || AnyEvent });
    this.oneOf('heatmap.x', x, DimensionValues, 'hour, weekday or date');
    this.oneOf('heatmap.y', y, DimensionValues, 'hour, weekday or date');
    this.check(x !== y, 'heatmap.y', `is ${quote(y)}, the same as heatmap.x; choose two different dimensions`);
    this.oneOf('heatmap.value', h.value, HeatmapValueValues, 'events or users');
  }

  private selector(field: string, s?: EventSelector) {
    if (!s?.event) {
      this.add(`${field}.event`, 'is empty; choose an event, or * for any');
    } else {
      this.text(`${field}.event`, s.event);
    }
    this.filters(`${field}.filters`, s?.filters);
  }

  private filters(field: string, filters: Filter[] = []) {
    this.check(filters.length <= MaxFilters, field, `has ${filters.length} filters; at most ${MaxFilters} are allowed`);
    filters.forEach((filter, i) => this.filter(`${field}[${i}]`, filter));
  }

  private filter(field: string, { property, operator, values = [] }: Filter) {
    this.property(`${field}.property`, property);
    this.valueCount(field, operator, values.length);
    values.forEach((value, i) => {
      const at = `${field}.values[${i}]`;
      this.text(at, value);
      this.check(
        !numeric.includes(operator) || this.isTemplate(value) || new RegExp(NumberPattern).test(value),
        at,
        `is ${quote(value)}; the operator ${operator} needs a number such as 12.5`
      );
    });
  }

  private valueCount(field: string, operator: string, count: number) {
    const at = `${field}.values`;
    switch (operator) {
      case 'in':
      case 'notIn':
        this.check(
          count >= 1 && count <= MaxFilterValues,
          at,
          `has ${count} values; the operator ${operator} takes 1 to ${MaxFilterValues}`
        );
        return;
      case 'isSet':
      case 'isNotSet':
        this.check(count === 0, at, `has ${count} values; the operator ${operator} takes none`);
        return;
      case '=':
      case '!=':
      case 'contains':
      case 'matches':
      case '<':
      case '<=':
      case '>':
      case '>=':
        this.check(count === 1, at, `has ${count} values; the operator ${operator} takes one`);
        return;
      default:
        this.add(
          `${field}.operator`,
          `is ${quote(operator)}; use =, !=, in, notIn, contains, matches, <, <=, >, >=, isSet or isNotSet`
        );
    }
  }

  private property(field: string, name: string) {
    if (!name) {
      this.add(field, 'is empty; choose a property');
      return;
    }
    const path = /^metadata\.([^]*)$/.exec(name)?.[1];
    if (this.text(field, name) || Columns.some((column) => column === name)) {
      return;
    }
    if (path === undefined) {
      this.add(field, `is ${quote(name)}; use ${Columns.join(', ')}, or metadata.NAME`);
      return;
    }
    // A backslash takes the dot or the backslash after it into the name.
    const names = path.match(/(\\[^]|[^.])+/g) ?? [];
    const dots = path.replace(/\\[^]/g, '').split('.').length - 1;
    this.check(
      names.length === dots + 1 && names.length <= MaxPropertyParts,
      field,
      `is ${quote(name)}; a path has 1 to ${MaxPropertyParts} names, none of them empty`
    );
  }

  private timeZone(zone?: string) {
    if (!zone) {
      return;
    }
    if (zone.toLowerCase() === 'local') {
      this.add('timeZone', `is ${quote(zone)}; use an IANA name such as Europe/Berlin or UTC`);
      return;
    }
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
    } catch {
      this.add(
        'timeZone',
        `is ${quote(zone)}, which is not a known time zone; use an IANA name such as Europe/Berlin or UTC`
      );
    }
  }

  /** Reports whether the text has a problem. */
  private text(field: string, text: string): boolean {
    const bytes = new TextEncoder().encode(text).length;
    if (bytes > MaxTextLength) {
      this.add(field, `has ${bytes} bytes; at most ${MaxTextLength} are allowed`);
      return true;
    }
    if (text.includes('\0')) {
      this.add(field, 'contains a NUL character; remove it');
      return true;
    }
    return false;
  }

  private oneOf(field: string, value: string | undefined, allowed: readonly string[], names: string) {
    this.check(!value || allowed.includes(value), field, `is ${quote(value)}; use ${names}`);
  }

  private check(ok: boolean, field: string, reason: string) {
    if (!ok) {
      this.add(field, reason);
    }
  }

  private add(field: string, reason: string) {
    this.problems.push({ field, reason });
  }
}

function quote(text = ''): string {
  return JSON.stringify(text);
}
