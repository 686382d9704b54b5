import { dateTime, type DataQueryRequest, type DataSourceInstanceSettings, type TimeRange } from '@grafana/data';
import { setBackendSrv, type BackendSrv, type BackendSrvRequest, type TemplateSrv } from '@grafana/runtime';
import { lastValueFrom, of } from 'rxjs';
import { DataSource } from './datasource';
import type { FootfallOptions, FootfallQuery } from './types';
import type { Filter } from './types.gen';

const variables: Record<string, unknown> = {
  event: 'visit',
  events: ['visit', "buy'); DROP TABLE"],
  channel: ['email', 'a,b', "it's"],
  device: 'mobile',
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
      paths: selector,
      anomalies: { ...selector, weeks: 5 },
      timeline: { ...selector, user: '$device', session: 's-$event', limit: 3 },
    };
    const start = { event: '*' };
    const applied = datasource.applyTemplateVariables(
      heatmap({
        ...query,
        funnel: { steps: [start, start], exclusions: [{ ...selector, from: 1, to: 2 }] },
        trend: { series: [{ ...selector, label: '$device' }], interval: 'week' },
        retention: { start, return: start, actors: { cohort: '$event', status: 'all' } },
      }),
      {}
    );
    expect(applied).toMatchObject({
      lifecycle: filled,
      stickiness: filled,
      paths: filled,
      anomalies: { ...filled, weeks: 5 },
      timeline: { ...filled, user: 'mobile', session: 's-visit', limit: 3 },
      funnel: { exclusions: [{ ...filled, from: 1, to: 2 }] },
      trend: { series: [{ ...filled, label: 'mobile' }], interval: 'week' },
      retention: { actors: { cohort: 'visit', status: 'all' } },
    });
  });

  test('properties and unknown variables stay as they are', () => {
    const filter: Filter = { property: 'metadata.$device', operator: '=', values: ['$unknown'] };
    expect(filters(filter)).toEqual([filter]);
  });
});

test('incomplete queries do not run', () => {
  expect(datasource.filterQuery(heatmap())).toBe(true);
  expect(datasource.filterQuery({ refId: 'A', queryType: 'funnel', funnel: { steps: [{ event: '' }] } })).toBe(false);
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
