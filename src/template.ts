import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import { AnyEvent, type EventSelector, type Filter, type Operator } from './types.gen';

/** Puts the values of a dashboard's variables into a query. They only ever become whole values, never parts of a list. */
export class Expander {
  constructor(
    private readonly templates: TemplateSrv,
    private readonly scopedVars: ScopedVars
  ) {}

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

  filters(filters?: Filter[]): Filter[] | undefined {
    return filters?.map((filter) => {
      const values = filter.values?.flatMap((value) => this.texts(value));
      return { ...filter, operator: values && values.length > 1 ? plural(filter.operator) : filter.operator, values };
    });
  }

  /** A selector names one event; where a variable has several, it takes any event that is one of them. */
  selector<S extends EventSelector>(selector: S): S {
    const events = this.texts(selector.event);
    const filters = this.filters(selector.filters);
    return events.length === 1
      ? { ...selector, event: events[0], filters }
      : {
          ...selector,
          event: AnyEvent,
          filters: [...(filters ?? []), { property: 'event_type', operator: 'in', values: events }],
        };
  }

  label(label?: string): string | undefined {
    return label && this.texts(label).join(', ');
  }
}

/** The operator for several values where the one chosen takes a single one. */
function plural(operator: Operator): Operator {
  return operator === '=' ? 'in' : operator === '!=' ? 'notIn' : operator;
}
