import {
  dateTime,
  toDataFrame,
  type AdHocVariableFilter,
  type DataQueryRequest,
  type DataSourceInstanceSettings,
  type TimeRange,
} from '@grafana/data';
import { config, setBackendSrv, type BackendSrv, type BackendSrvRequest, type TemplateSrv } from '@grafana/runtime';
import { lastValueFrom, of } from 'rxjs';
import fullQueries from '../pkg/model/testdata/full_queries.json';
import { judge } from './components/testing';
import { withType } from './analyses/begin';
import { DataSource } from './datasource';
import { queryOfRow } from './links';
import type { FootfallOptions, FootfallQuery } from './types';
import type { Filter } from './types.gen';

const variables: Record<string, unknown> = {
  event: 'visit',
  events: ['visit', "buy'); DROP TABLE"],
  channel: ['email', 'a,b', "it's"],
  device: 'mobile',
  property: 'metadata.channel',
  window: '2h',
  everything: '$__all',
};

// As Grafana does: each variable is handed to the format function with its raw value, an unknown one is left alone.
const templates: Partial<TemplateSrv> = {
  replace: (text = '', _, format) =>
    text.replace(/\$\{?(\w+)\}?/g, (match, name) =>
      name in variables ? (format as (value: unknown) => string)(variables[name]) : match
    ),
  containsTemplate: (text) => /\$/.test(text ?? ''),
};

const range: TimeRange = { from: dateTime(1000), to: dateTime(2000), raw: { from: 'now-1h', to: 'now' } };
let sent: BackendSrvRequest[];
let datasource: DataSource;

beforeEach(() => {
  sent = [];
  setBackendSrv({
    fetch: (request: BackendSrvRequest) => {
      sent.push(request);
      return of({ data: { results: {} } });
    },
  } as unknown as BackendSrv);
  datasource = new DataSource(
    { uid: 'x', type: 'footfall', jsonData: {} } as DataSourceInstanceSettings<FootfallOptions>,
    templates as TemplateSrv
  );
});

function heatmap(parts: Partial<FootfallQuery> = {}): FootfallQuery {
  return { refId: 'A', queryType: 'heatmap', heatmap: { event: '*' }, ...parts };
}

function filters(...list: Filter[]) {
  return datasource.applyTemplateVariables(heatmap({ filters: list }), {}).filters;
}

describe('time zone', () => {
  async function zoneSent(timezone: string, query = heatmap()) {
    const request = { targets: [query], timezone, range, scopedVars: {} } as unknown as DataQueryRequest<FootfallQuery>;
    await lastValueFrom(datasource.query(request));
    return sent[0].data.queries[0].timeZone;
  }

  test('the dashboard gives its zone to a query without one', async () => {
    expect(await zoneSent('Asia/Tokyo')).toBe('Asia/Tokyo');
  });

  test('the query keeps its own', async () => {
    expect(await zoneSent('Asia/Tokyo', heatmap({ timeZone: 'Europe/Berlin' }))).toBe('Europe/Berlin');
  });

  test.each([
    ['utc', 'UTC'],
    ['browser', 'UTC'],
    ['', 'UTC'],
  ])('%j becomes an IANA name', async (timezone, name) => {
    // Tests run with TZ=UTC, which is the zone of the browser.
    expect(await zoneSent(timezone)).toBe(name);
  });

  test('a query below an expression takes it from the variable', () => {
    variables.__timezone = 'Asia/Tokyo';
    expect(datasource.interpolateVariablesInQueries([heatmap()], {})[0].timeZone).toBe('Asia/Tokyo');
    delete variables.__timezone;
  });
});

describe('template variables', () => {
  test('one with several values becomes several values of a list', () => {
    expect(filters({ property: 'metadata.channel', operator: 'in', values: ['ads', '$channel'] })).toEqual([
      { property: 'metadata.channel', operator: 'in', values: ['ads', 'email', 'a,b', "it's"] },
    ]);
  });

  test('= and != become lists where there are several values, and only there', () => {
    const on = { property: 'metadata.channel' };
    expect(
      filters(
        { ...on, operator: '=', values: ['$channel'] },
        { ...on, operator: '!=', values: ['$channel'] },
        { ...on, operator: '=', values: ['$device'] }
      )?.map(({ operator }) => operator)
    ).toEqual(['in', 'notIn', '=']);
  });

  test('text around a variable goes with each of its values', () => {
    expect(filters({ property: 'page_url', operator: 'in', values: ['/${channel}/$device'] })?.[0].values).toEqual([
      '/email/mobile',
      '/a,b/mobile',
      "/it's/mobile",
    ]);
  });

  test('an event with several values is any event that is one of them', () => {
    const query: FootfallQuery = {
      refId: 'A',
      queryType: 'funnel',
      funnel: { steps: [{ event: '$event', label: 'via $channel' }, { event: '$events' }] },
    };
    expect(datasource.applyTemplateVariables(query, {}).funnel?.steps).toEqual([
      { event: 'visit', label: "via email, via a,b, via it's" },
      {
        event: '*',
        filters: [{ property: 'event_type', operator: 'in', values: ['visit', "buy'); DROP TABLE"] }],
      },
    ]);
  });

  test('they are replaced in retention and heatmap too', () => {
    const event = { event: '$event' };
    const query = heatmap({ heatmap: event, retention: { start: event, return: event } });
    const { heatmap: h, retention: r } = datasource.applyTemplateVariables(query, {});
    expect([h?.event, r?.start.event, r?.return.event]).toEqual(['visit', 'visit', 'visit']);
  });

  test('they are replaced in every analysis', () => {
    const selector = {
      event: '$event',
      filters: [{ property: 'device_type', operator: '=' as const, values: ['$device'] }],
    };
    const filled = { event: 'visit', filters: [{ property: 'device_type', operator: '=', values: ['mobile'] }] };
    const query = {
      lifecycle: selector,
      stickiness: selector,
      paths: { ...selector, property: '$property', gap: '$window' },
      anomalies: { ...selector, weeks: 5, window: '$window' },
      annotations: { ...selector, mode: 'first_of' as const, property: '$property' },
      timeline: { ...selector, user: '$device', session: 's-$event', limit: 3 },
    };
    const start = { event: '*' };
    const by = { property: '$property', limit: 3 };
    const byChannel = { property: 'metadata.channel', limit: 3 };
    const applied = datasource.applyTemplateVariables(
      heatmap({
        ...query,
        heatmap: { ...selector, xProperty: '$property', yProperty: '$property', breakdown: by },
        funnel: {
          steps: [start, start],
          window: '$window',
          exclusions: [{ ...selector, from: 1, to: 2 }],
          breakdown: by,
          actors: { step: 2, value: '$device' },
        },
        trend: { series: [{ ...selector, label: '$device' }], interval: 'week', breakdown: by },
        retention: {
          start,
          return: start,
          breakdown: by,
          actors: { cohort: '$event', status: 'all', value: '$device' },
        },
      }),
      {}
    );
    expect(applied).toMatchObject({
      lifecycle: filled,
      stickiness: filled,
      paths: { ...filled, property: 'metadata.channel', gap: '2h' },
      anomalies: { ...filled, weeks: 5, window: '2h' },
      annotations: { ...filled, mode: 'first_of', property: 'metadata.channel' },
      heatmap: {
        ...filled,
        xProperty: 'metadata.channel',
        yProperty: 'metadata.channel',
        breakdown: byChannel,
      },
      timeline: { ...filled, user: 'mobile', session: 's-visit', limit: 3 },
      funnel: {
        window: '2h',
        exclusions: [{ ...filled, from: 1, to: 2 }],
        breakdown: byChannel,
        actors: { step: 2, value: 'mobile' },
      },
      trend: { series: [{ ...filled, label: 'mobile' }], interval: 'week', breakdown: byChannel },
      retention: { breakdown: byChannel, actors: { cohort: 'visit', status: 'all', value: 'mobile' } },
    });
  });

  test('no text of any analysis is left out', () => {
    const texts: string[] = [];
    const marked = (value: unknown, key = ''): unknown => {
      if (typeof value === 'string' && !closed.has(key)) {
        texts.push(value);
        return '$device';
      }
      if (Array.isArray(value)) {
        return value.map((item) => marked(item, key));
      }
      return value && typeof value === 'object'
        ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, marked(inner, name)]))
        : value;
    };
    for (const query of fullQueries) {
      const applied = datasource.applyTemplateVariables(marked(query) as FootfallQuery, {});
      expect(JSON.stringify(applied)).not.toContain('$device');
    }
    expect(texts.length).toBeGreaterThan(50);
  });

  test('unknown variables stay as they are', () => {
    const filter: Filter = { property: 'device_type', operator: '=', values: ['$unknown'] };
    expect(filters(filter)).toEqual([filter]);
  });

  test('all values, not listed, leave a filter out and are any event', () => {
    expect(
      filters(
        { property: 'device_type', operator: '=', values: ['$everything'] },
        { property: 'page_url', operator: '=', values: ['/'] }
      )
    ).toEqual([{ property: 'page_url', operator: '=', values: ['/'] }]);
    expect(datasource.applyTemplateVariables(heatmap({ heatmap: { event: '$everything' } }), {}).heatmap?.event).toBe(
      '*'
    );
  });

  test('several values where an operator takes one are a problem that the back end names', () => {
    expect(filters({ property: 'page_url', operator: 'contains', values: ['$channel'] })?.[0]).toEqual({
      property: 'page_url',
      operator: 'contains',
      values: ['email', 'a,b', "it's"],
    });
  });

  test('a property, a window and a number may be variables', async () => {
    judge(datasource);
    const by = { property: '$property' };
    const steps = [{ event: 'a' }, { event: 'b' }];
    const funnel = { steps, window: '$window', breakdown: by };
    const more: Filter = { property: 'metadata.price', operator: '>', values: ['1', '$device'] };
    const query: FootfallQuery = {
      refId: 'A',
      queryType: 'funnel',
      funnel,
      filters: [{ ...more, values: ['$device'] }],
    };
    expect(await datasource.problems(query)).toEqual([]);
    expect(await datasource.problems({ ...query, filters: [more] })).toMatchObject([{ field: 'filters[0].values' }]);
    const unknown = { ...funnel, window: '5 parsecs' };
    expect(await datasource.problems({ ...query, funnel: unknown })).toMatchObject([{ field: 'funnel.window' }]);
  });
});

/** Texts that are words of the query language, or fixed as such. */
const closed = new Set(
  'queryType timeZone operator actor order entry breakdownBy output interval status cohorts period windows mode x y value direction brackets column'.split(
    ' '
  )
);

describe('ad-hoc filters', () => {
  function applied(...list: AdHocVariableFilter[]) {
    const own: Filter[] = [{ property: 'page_url', operator: '=', values: ['/'] }];
    return datasource.applyTemplateVariables(heatmap({ filters: own }), {}, list).filters?.slice(1);
  }

  test.each([
    ['=', '='],
    ['!=', '!='],
    ['=~', 'matches'],
    ['<', '<'],
    ['>', '>'],
    // The back end refuses it by name.
    ['!~', '!~'],
  ])('%s', (operator, expected) => {
    expect(applied({ key: 'device_type', operator, value: '5' })).toEqual([
      { property: 'device_type', operator: expected, values: ['5'] },
    ]);
  });

  test.each([
    ['=|', 'in'],
    ['!=|', 'notIn'],
  ])('%s takes several values', (operator, expected) => {
    expect(applied({ key: 'device_type', operator, value: 'a', values: ['a', "b'"] })).toEqual([
      { property: 'device_type', operator: expected, values: ['a', "b'"] },
    ]);
    expect(applied({ key: 'device_type', operator, value: 'a' })?.[0].values).toEqual(['a']);
  });

  test('those that everything passes, and those without a key, are left out', () => {
    expect(
      applied(
        { key: 'device_type', operator: '=~', value: '.*' },
        { key: 'device_type', operator: '=|', value: '$__all', values: ['$__all'] },
        { key: '', operator: '=', value: '' }
      )
    ).toEqual([]);
  });

  test('keys are the properties, profiles and segments included, each once', async () => {
    jest.spyOn(datasource, 'properties').mockResolvedValue([
      { name: 'metadata.channel', count: 3 },
      { name: 'profile.segment', count: 0 },
    ]);
    const keys = await datasource.getTagKeys({ filters: [], timeRange: range });
    expect(keys).toContainEqual({ text: 'channel', value: 'metadata.channel' });
    expect(keys).toContainEqual({ text: 'profile.segment', value: 'profile.segment' });
    expect(keys).toContainEqual({ text: 'segment', value: 'segment' });
  });

  test('values are those of the event that another filter asks for, in the range', async () => {
    const values = jest.spyOn(datasource, 'values').mockResolvedValue([{ value: 'ads', count: 3 }]);
    const options = {
      key: 'metadata.channel',
      filters: [{ key: 'event_type', operator: '=', value: 'pay' }],
      timeRange: range,
    };
    expect(await datasource.getTagValues(options)).toEqual([{ text: 'ads', value: 'ads' }]);
    await datasource.getTagValues({ ...options, key: 'event_type' });
    expect(values.mock.calls).toEqual([
      [range, 'pay', 'metadata.channel', ''],
      [range, '*', 'event_type', ''],
    ]);
  });
});

describe('links', () => {
  test('a step that came as the text of a table is a number', async () => {
    const step = '2. pay' as unknown as number;
    const query: FootfallQuery = {
      refId: 'A',
      queryType: 'funnel',
      funnel: { steps: [{ event: 'visit' }, { event: 'pay' }], output: 'actors', actors: { step, status: 'dropped' } },
    };
    judge(datasource);
    expect(await datasource.problems(query)).toEqual([]);
    expect(datasource.applyTemplateVariables(query, {}).funnel?.actors).toMatchObject({ step: 2, status: 'dropped' });
  });

  /** The links of an answer, for who is logged in, in a panel. */
  async function linksFor(
    role: string,
    permissions: object,
    panelPluginId: string,
    jsonData: FootfallOptions = {},
    linked: object = {}
  ) {
    config.exploreEnabled = true;
    config.bootData = { user: { orgRole: role, permissions } } as typeof config.bootData;
    const response = {
      results: {
        A: {
          frames: [
            {
              schema: {
                fields: [
                  { name: 'users', type: 'number', config: { links: [{ title: 'x', internal: { query: linked } }] } },
                ],
              },
              data: { values: [[1]] },
            },
          ],
        },
      },
    };
    setBackendSrv({ fetch: () => of({ data: response }) } as unknown as BackendSrv);
    const settings = { uid: 'x', type: 'footfall', jsonData } as DataSourceInstanceSettings<FootfallOptions>;
    const request: unknown = { targets: [heatmap()], range, scopedVars: {}, panelPluginId };
    const answer = new DataSource(settings, templates as TemplateSrv).query(request as DataQueryRequest<FootfallQuery>);
    const { data } = await lastValueFrom(answer);
    return data[0].fields[0].config.links;
  }

  const explore = { 'datasources:explore': true };
  const ours = 'footfall-behavior-panel';
  const hidden = { hideUsersFromViewers: true };

  test('they open the range of the answer', async () => {
    const [link] = await linksFor('Editor', explore, 'table');
    expect(link.internal.range.raw).toEqual({ from: range.from, to: range.to });
  });

  test.each(['${device}', '$event', '$__all'])('a user who is called %s is looked for by that name', async (user) => {
    const [link] = await linksFor(
      'Editor',
      explore,
      ours,
      {},
      { queryType: 'timeline', timeline: { user: '${__data.fields.user_id}' } }
    );
    const frame = toDataFrame({ fields: [{ name: 'user_id', values: [user] }] });
    const query = queryOfRow(link, frame, 0)!;
    expect(datasource.applyTemplateVariables(query, {}).timeline).toEqual({ user });
  });

  test('a value of a link is no variable, nor does it stand for all', () => {
    const filters: FootfallQuery['filters'] = [
      { property: 'metadata.plan', operator: '=', values: ['$__all', '${device}'] },
    ];
    expect(datasource.applyTemplateVariables({ ...heatmap(), filters, isLiteral: true }, {}).filters).toEqual(filters);
  });

  test('whoever may not explore has none in the panels of Grafana, which lead to Explore', async () => {
    expect(await linksFor('Viewer', {}, 'table')).toBeUndefined();
    expect(await linksFor('Viewer', {}, ours)).toHaveLength(1);
    expect(await linksFor('Viewer', explore, 'table')).toHaveLength(1);
  });

  test('viewers from whom single users are hidden have none at all', async () => {
    expect(await linksFor('Viewer', explore, ours, hidden)).toBeUndefined();
    expect(await linksFor('', {}, ours, hidden)).toBeUndefined();
    expect(await linksFor('Editor', explore, ours, hidden)).toHaveLength(1);
    expect(await linksFor('Admin', explore, 'table', hidden)).toHaveLength(1);
  });
});

test('a query that nobody has touched does not run; a broken one runs into its error', () => {
  const funnel = (...events: string[]): FootfallQuery => ({
    refId: 'A',
    queryType: 'funnel',
    funnel: { steps: events.map((event) => ({ event })) },
  });
  expect(datasource.filterQuery(heatmap())).toBe(true);
  expect(datasource.filterQuery(withType(heatmap(), 'funnel'))).toBe(false);
  expect(datasource.filterQuery(withType(heatmap(), 'timeline'))).toBe(false);
  expect(datasource.filterQuery(funnel('visit'))).toBe(true);
  expect(datasource.filterQuery(funnel('visit', ''))).toBe(true);
  expect(datasource.isComplete(funnel('visit', ''))).toBe(false);
});

test('a new query is complete', () => {
  expect(datasource.filterQuery({ refId: 'A', ...datasource.getDefaultQuery() } as FootfallQuery)).toBe(true);
});

test('resources are asked for the time range', async () => {
  await datasource.events(range);
  await datasource.values(range, 'visit', 'device_type', 'mob');
  expect(sent.map(({ url, params }) => [url, params])).toEqual([
    ['/api/datasources/uid/x/resources/events', { from: 1000, to: 2000 }],
    [
      '/api/datasources/uid/x/resources/values',
      { from: 1000, to: 2000, event: 'visit', property: 'device_type', search: 'mob' },
    ],
  ]);
});

test('the SQL is that of the query as it runs', async () => {
  await datasource.statement(heatmap({ heatmap: { event: '$event' } }), range, 'Asia/Tokyo');
  expect(sent[0].data).toMatchObject({
    query: { timeZone: 'Asia/Tokyo', heatmap: { event: 'visit' } },
    from: 1000,
    to: 2000,
  });
});

test('links to the live page are asked for with the query as it ran: variables, ad-hoc filters, zone and range', async () => {
  const asked = {
    range,
    timezone: 'Asia/Tokyo',
    scopedVars: {},
    filters: [{ key: 'device_type', operator: '=', value: 'mobile' }],
  } as unknown as DataQueryRequest;
  await datasource.overlayLinks(heatmap({ heatmap: { event: '$event' } }), asked, 'heatmap', 'percent');
  expect(sent[0].url).toBe('/api/datasources/uid/x/resources/overlay');
  expect(sent[0].data).toMatchObject({
    query: {
      timeZone: 'Asia/Tokyo',
      heatmap: { event: 'visit' },
      filters: [{ property: 'device_type', operator: '=', values: ['mobile'] }],
    },
    from: 1000,
    to: 2000,
    part: 'heatmap',
    unit: 'percent',
  });
});
