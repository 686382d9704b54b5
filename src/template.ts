import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import { analyses, partsOf } from './analyses';
import type { PartOf } from './defaults';
import {
  AnyEvent,
  type Breakdown,
  type EventSelector,
  type Filter,
  type Operator,
  type Query,
  type QueryType,
} from './types.gen';

/** What a variable says when all its values are chosen, and it does not list them. */
const allValues = '$__all';

/** Puts the values of a dashboard's variables into a query. They only ever become whole values, never parts of a list. */
export class Expander {
  constructor(
    private readonly templates: TemplateSrv,
    private readonly scopedVars: ScopedVars
  ) {}

  /** The query with every selector, property, value, length of time and label filled in. */
  query<Q extends Query>(query: Q): Q {
    const parts = partsOf(query).map((type) => [type, this.part(query, type)]);
    return { ...query, filters: this.filters(query.filters), ...Object.fromEntries(parts) };
  }

  private part<T extends QueryType>(query: Query, type: T): PartOf<T> {
    return analyses[type].expand(this, query[type]!);
  }

  withProperty<S extends EventSelector & { property?: string }>(selector: S): S {
    return { ...this.selector(selector), property: this.joined(selector.property) };
  }

  labelled<S extends EventSelector & { label?: string }>(selector: S): S {
    return { ...this.selector(selector), label: this.joined(selector.label) };
  }

  breakdown(breakdown?: Breakdown): Breakdown | undefined {
    return breakdown && { ...breakdown, property: this.joined(breakdown.property) ?? '' };
  }

  /** The texts that a text with variables stands for: one for each value, or combination of values. */
  texts(text: string): string[] {
    const found: string[][] = [];
    const marked = this.templates.replace(text, this.scopedVars, (value: unknown) => {
      found.push([value].flat().map(String));
      return '\0';
    });
    return marked
      .split('\0')
      .reduce<string[]>(
        (texts, part, i) => (i === 0 ? [part] : texts.flatMap((t) => found[i - 1].map((value) => t + value + part))),
        []
      );
  }

  /** Filters that all values pass are left out. */
  private filters(filters?: Filter[]): Filter[] | undefined {
    return filters
      ?.map((filter) => {
        const values = filter.values?.flatMap((value) => this.texts(value));
        return {
          property: this.joined(filter.property) ?? '',
          operator: values && values.length > 1 ? plural(filter.operator) : filter.operator,
          values,
        };
      })
      .filter(({ values }) => !values?.includes(allValues));
  }

  /** A selector names one event; where a variable has several, it takes any event that is one of them. */
  selector<S extends EventSelector>(selector: S): S {
    const events = selector.event ? this.texts(selector.event) : [selector.event];
    const filters = this.filters(selector.filters);
    if (events.includes(allValues) || events.includes(AnyEvent)) {
      return { ...selector, event: AnyEvent, filters };
    }
    return events.length === 1
      ? { ...selector, event: events[0], filters }
      : {
          ...selector,
          event: AnyEvent,
          filters: [...(filters ?? []), { property: 'event_type', operator: 'in', values: events }],
        };
  }

  joined(text?: string): string | undefined {
    return text && this.texts(text).join(', ');
  }
}

/** The operator for several values where the one chosen takes a single one. */
function plural(operator: Operator): Operator {
  return operator === '=' ? 'in' : operator === '!=' ? 'notIn' : operator;
}
