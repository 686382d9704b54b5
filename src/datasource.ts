import {
  getDefaultTimeRange,
  type AdHocVariableFilter,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceGetTagKeysOptions,
  type DataSourceGetTagValuesOptions,
  type DataSourceInstanceSettings,
  type MetricFindValue,
  type ScopedVars,
  type TimeRange,
} from '@grafana/data';
import { DataSourceWithBackend, getTemplateSrv, type TemplateSrv } from '@grafana/runtime';
import { map, type Observable } from 'rxjs';
import { adHocFilters } from './adhoc';
import { isUntouched, newQuery } from './analyses/begin';
import type { Problem } from './checks';
import { AnnotationEditor, newAnnotations } from './components/AnnotationEditor';
import { atRange, isEditor, mayExplore, withNumbers, withoutLinks } from './links';
import type { ToldProblem } from './problems';
import { question } from './question';
import type { PageUnit } from './panel/options';
import panelJson from './panel/plugin.json';
import { errorInLanguage, inLanguage, isSaid, sayText } from './said';
import { propertyText } from './question/words';
import { Expander } from './template';
import type {
  Arrival,
  EventName,
  FootfallOptions,
  FootfallQuery,
  OverlayLinks,
  PropertyValue,
  Statement,
} from './types';
import { AnyEvent, SegmentProperty } from './types.gen';
import { validate } from './validate';
import { Variables } from './variables';

export class DataSource extends DataSourceWithBackend<FootfallQuery, FootfallOptions> {
  constructor(
    settings: DataSourceInstanceSettings<FootfallOptions>,
    private readonly templates: TemplateSrv = getTemplateSrv()
  ) {
    super(settings);
    this.hidesUsers = settings.jsonData.hideUsersFromViewers ?? false;
    this.variables = new Variables(this);
    this.annotations = { QueryEditor: AnnotationEditor, getDefaultQuery: () => newAnnotations };
  }

  getDefaultQuery(): Partial<FootfallQuery> {
    return newQuery;
  }

  /** What is missing in a query; the back end is not asked. */
  missing(query: FootfallQuery): Problem[] {
    return validate(withNumbers(query));
  }

  /**
   * Reports whether the query is run. One that lacks something is run as well, so that its panel says what: only one that nobody has touched is
   * not asked yet. The editor runs no query that lacks something.
   */
  filterQuery(query: FootfallQuery): boolean {
    return this.isComplete(query) || !isUntouched(query);
  }

  isComplete(query: FootfallQuery): boolean {
    return this.missing(query).length === 0;
  }

  /**
   * What is wrong with a query, apart from what is missing, according to the back end. Variables count as valid values. If the back end
   * cannot be asked, the list is empty: then the answer to the query says why.
   */
  problems(query: FootfallQuery): Promise<ToldProblem[]> {
    const asked = withNumbers(query);
    const text = JSON.stringify(asked);
    if (text !== this.judged?.text) {
      const problems = this.postResource<ToldProblem[]>('problems', { query: asked }, { showErrorAlert: false })
        .then((all) => all.filter(({ field, isMissing }) => !isMissing && !this.isVariable(asked, field)))
        .catch(() => []);
      this.judged = { text, problems };
    }
    return this.judged.problems;
  }

  /** Whether the back end lists single users to editors only. */
  private readonly hidesUsers: boolean;

  /** The last query that was checked: an editor asks about it twice, to show the problems and to run it if there are none. */
  private judged?: { text: string; problems: Promise<ToldProblem[]> };

  /** Reports whether a field's value is known only when the query runs. */
  private isVariable(query: FootfallQuery, field: string): boolean {
    const value = valueAt(query, field);
    return typeof value === 'string' && this.templates.containsTemplate(value);
  }

  getQueryDisplayText(query: FootfallQuery): string {
    return question(withNumbers(query));
  }

  query(request: DataQueryRequest<FootfallQuery>): Observable<DataQueryResponse> {
    const timeZone = ianaZone(request.timezone);
    return super
      .query({ ...request, targets: request.targets.map((target) => inZone(target, timeZone)) })
      .pipe(map((response) => inLanguageOf(response, (frame) => this.linkFrame(frame, request))));
  }

  /** The frame with links that open its own time; without them where they would lead to a refusal. The Footfall panel needs no Explore. */
  private linkFrame(frame: DataFrame, { range, panelPluginId }: DataQueryRequest<FootfallQuery>): DataFrame {
    const mayList = !this.hidesUsers || isEditor();
    return mayList && (panelPluginId === panelJson.id || mayExplore()) ? atRange(frame, range) : withoutLinks(frame);
  }

  applyTemplateVariables(
    { isLiteral, ...query }: FootfallQuery,
    scopedVars: ScopedVars,
    adHoc: AdHocVariableFilter[] = []
  ): FootfallQuery {
    const expander = this.expander(scopedVars);
    // Queries below an expression do not pass through query(): there, the dashboard's zone comes from its variable.
    const [zone] = expander.texts('${__timezone}');
    const asked = withNumbers(query);
    const filled = inZone(isLiteral ? asked : expander.query(asked), zone.startsWith('$') ? '' : ianaZone(zone));
    const filters = adHocFilters(adHoc);
    return filters.length ? { ...filled, filters: [...(filled.filters ?? []), ...filters] } : filled;
  }

  expander(scopedVars: ScopedVars): Expander {
    return new Expander(this.templates, scopedVars);
  }

  /** The properties by which a dashboard's ad-hoc filters can filter. */
  async getTagKeys({ timeRange, filters }: DataSourceGetTagKeysOptions<FootfallQuery>): Promise<MetricFindValue[]> {
    const found = await this.properties(timeRange ?? getDefaultTimeRange(), eventOf(filters));
    return [...found.map(({ name }) => name), SegmentProperty].map((name) => ({
      text: propertyText(name),
      value: name,
    }));
  }

  /** The values of such a property, in the event that another filter asks for, if one does. */
  async getTagValues(options: DataSourceGetTagValuesOptions<FootfallQuery>): Promise<MetricFindValue[]> {
    const { key, timeRange, filters } = options;
    const event = key === 'event_type' ? AnyEvent : eventOf(filters);
    const found = await this.values(timeRange ?? getDefaultTimeRange(), event, key, '');
    return found.map(({ value }) => ({ text: value, value }));
  }

  /** Tests the connection; Save & test shows the message. */
  async callHealthCheck() {
    const result = await super.callHealthCheck();
    const said: unknown = result?.details?.said;
    return isSaid(said) ? { ...result, message: sayText(said) } : result;
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

  /** How many events there are, for who waits for the first one. */
  arrived(): Promise<Arrival> {
    return this.getResource('arrived', undefined, { showErrorAlert: false });
  }

  /** Links to the live page with what a frame of the answer to the request shows; the frame is the one with the name. */
  overlayLinks(query: FootfallQuery, asked: DataQueryRequest, part: string, unit: PageUnit): Promise<OverlayLinks> {
    const { range, timezone, scopedVars, filters } = asked;
    const filled = this.applyTemplateVariables(inZone(query, ianaZone(timezone)), scopedVars, filters);
    return this.postResource('overlay', { query: filled, ...span(range), part, unit }, { showErrorAlert: false });
  }

  /** The public key by which sites check such links; empty if there is none. */
  async overlayKey(): Promise<string> {
    return (await this.getResource('overlay', undefined, { showErrorAlert: false })).publicKey;
  }

  /** The SQL that a query runs, over the range and in the dashboard's zone. */
  statement(query: FootfallQuery, range: TimeRange, timeZone: string): Promise<Statement> {
    const complete = this.applyTemplateVariables(inZone(query, ianaZone(timeZone)), {});
    return this.postResource('sql', { query: complete, ...span(range) });
  }
}

/** The answer as people read it, with the links that they may follow. */
function inLanguageOf(response: DataQueryResponse, linkFrame: (frame: DataFrame) => DataFrame): DataQueryResponse {
  const { data, errors } = response;
  /* eslint-disable @typescript-eslint/no-deprecated -- Grafana still sets error, and shows it */
  return {
    ...response,
    data: data.map((frame) => inLanguage(linkFrame(frame))),
    ...(response.error && { error: errorInLanguage(response.error, data) }),
    ...(errors && { errors: errors.map((each) => errorInLanguage(each, data)) }),
  };
  /* eslint-enable @typescript-eslint/no-deprecated */
}

/** The value at a path such as filters[0].values[1]; undefined if there is none. */
export function valueAt(query: object, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter(Boolean)
    .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], query);
}

/** The event that ad-hoc filters ask for. */
function eventOf(filters: AdHocVariableFilter[] = []): string {
  return filters.find(({ key, operator }) => key === 'event_type' && operator === '=')?.value ?? AnyEvent;
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
