import type {
  DataQueryRequest,
  DataQueryResponse,
  DataSourceInstanceSettings,
  ScopedVars,
  TimeRange,
} from '@grafana/data';
import { DataSourceWithBackend, getTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import type { Observable } from 'rxjs';
import { defaultQuery } from './defaults';
import { question } from './question';
import { Expander } from './template';
import type { EventName, FootfallOptions, FootfallQuery, PropertyValue, Statement } from './types';
import { validate } from './validate';

export class DataSource extends DataSourceWithBackend<FootfallQuery, FootfallOptions> {
  constructor(
    settings: DataSourceInstanceSettings<FootfallOptions>,
    private readonly templates: TemplateSrv = getTemplateSrv()
  ) {
    super(settings);
  }

  getDefaultQuery(): Partial<FootfallQuery> {
    return defaultQuery;
  }

  /** What keeps a query from running; variables count as values that fit. */
  problems(query: FootfallQuery) {
    return validate(query, (text) => this.templates.containsTemplate(text));
  }

  filterQuery(query: FootfallQuery): boolean {
    return this.problems(query).length === 0;
  }

  getQueryDisplayText(query: FootfallQuery): string {
    return question(query);
  }

  query(request: DataQueryRequest<FootfallQuery>): Observable<DataQueryResponse> {
    const timeZone = ianaZone(request.timezone);
    return super.query({ ...request, targets: request.targets.map((target) => inZone(target, timeZone)) });
  }

  applyTemplateVariables(query: FootfallQuery, scopedVars: ScopedVars): FootfallQuery {
    const expander = new Expander(this.templates, scopedVars);
    // Queries below an expression do not pass through query(): there, the dashboard's zone comes from its variable.
    const [zone] = expander.texts('${__timezone}');
    return inZone(expander.query(query), zone.startsWith('$') ? '' : ianaZone(zone));
  }

  events(range: TimeRange): Promise<EventName[]> {
    return this.getResource('events', span(range));
  }

  properties(range: TimeRange, event: string): Promise<EventName[]> {
    return this.getResource('properties', { ...span(range), event });
  }

  values(range: TimeRange, event: string, property: string, search: string): Promise<PropertyValue[]> {
    return this.getResource('values', { ...span(range), event, property, search });
  }

  /** The statement that a query runs as, over the range and in the dashboard's zone. */
  statement(query: FootfallQuery, range: TimeRange, timeZone: string): Promise<Statement> {
    const complete = this.applyTemplateVariables(inZone(query, ianaZone(timeZone)), {});
    return this.postResource('sql', { query: complete, ...span(range) });
  }
}

function span(range: TimeRange) {
  return { from: range.from.valueOf(), to: range.to.valueOf() };
}

function inZone(query: FootfallQuery, timeZone: string): FootfallQuery {
  return query.timeZone ? query : { ...query, timeZone };
}

/** The IANA name of a zone as Grafana names it: 'browser', 'utc', or already a name. */
function ianaZone(zone = ''): string {
  if (zone === 'utc') {
    return 'UTC';
  }
  return zone === '' || zone === 'browser' ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
}
