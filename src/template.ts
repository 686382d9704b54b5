import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import {
  AnyEvent,
  type Anomalies,
  type Breakdown,
  type EventSelector,
  type Filter,
  type Funnel,
  type Heatmap,
  type Operator,
  type Query,
  type Retention,
  type Timeline,
  type Trend,
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
    const { funnel, retention, heatmap, trend, lifecycle, stickiness, paths, timeline, anomalies, annotations } = query;
    return {
      ...query,
      filters: this.filters(query.filters),
      funnel: funnel && this.funnel(funnel),
      retention: retention && this.retention(retention),
      heatmap: heatmap && this.heatmap(heatmap),
      trend: trend && this.trend(trend),
      lifecycle: lifecycle && this.selector(lifecycle),
      stickiness: stickiness && this.selector(stickiness),
      paths: paths && { ...this.withProperty(paths), gap: this.joined(paths.gap) },
      timeline: timeline && this.timeline(timeline),
      anomalies: anomalies && this.anomalies(anomalies),
      annotations: annotations && this.withProperty(annotations),
    };
  }

  private funnel(funnel: Funnel): Funnel {
    return {
      ...funnel,
      steps: funnel.steps.map((step) => this.labelled(step)),
      window: this.joined(funnel.window),
      exclusions: funnel.exclusions?.map((exclusion) => this.selector(exclusion)),
      breakdown: this.breakdown(funnel.breakdown),
      actors: funnel.actors && { ...funnel.actors, value: this.joined(funnel.actors.value) },
    };
  }

  private retention(retention: Retention): Retention {
    const { start, return: back, actors } = retention;
    return {
      ...retention,
      start: this.selector(start),
      return: this.selector(back),
      breakdown: this.breakdown(retention.breakdown),
      actors: actors && { ...actors, cohort: this.joined(actors.cohort) ?? '', value: this.joined(actors.value) },
    };
  }

  private heatmap(heatmap: Heatmap): Heatmap {
    return {
      ...this.selector(heatmap),
      xProperty: this.joined(heatmap.xProperty),
      yProperty: this.joined(heatmap.yProperty),
      breakdown: this.breakdown(heatmap.breakdown),
    };
  }

  private trend(trend: Trend): Trend {
    return {
      ...trend,
      series: trend.series?.map((series) => this.labelled(series)),
      breakdown: this.breakdown(trend.breakdown),
    };
  }

  private timeline(timeline: Timeline): Timeline {
    return {
      ...this.selector(timeline),
      user: this.joined(timeline.user),
      session: this.joined(timeline.session),
    };
  }

  private anomalies(anomalies: Anomalies): Anomalies {
    return { ...this.selector(anomalies), window: this.joined(anomalies.window) };
  }

  private withProperty<S extends EventSelector & { property?: string }>(selector: S): S {
    return { ...this.selector(selector), property: this.joined(selector.property) };
  }

  private labelled<S extends EventSelector & { label?: string }>(selector: S): S {
    return { ...this.selector(selector), label: this.joined(selector.label) };
  }

  private breakdown(breakdown?: Breakdown): Breakdown | undefined {
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
  private selector<S extends EventSelector>(selector: S): S {
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

  private joined(text?: string): string | undefined {
    return text && this.texts(text).join(', ');
  }
}

/** The operator for several values where the one chosen takes a single one. */
function plural(operator: Operator): Operator {
  return operator === '=' ? 'in' : operator === '!=' ? 'notIn' : operator;
}
