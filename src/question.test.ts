import { initPluginTranslations } from '@grafana/i18n';
import i18next from 'i18next';
import fullQueries from '../pkg/model/testdata/full_queries.json';
import zhHans from './locales/zh-Hans/footfall-behavior-datasource.json';
import { question } from './question';
import type { Query } from './types.gen';

const steps = [{ event: 'visit' }, { event: 'pay_order', label: 'Payment' }];

const cases: Array<[string, Query]> = [
  ['How many users do visit, then Payment, all within 24 hours?', { queryType: 'funnel', funnel: { steps } }],
  [
    'What share of the users who do visit go on to do Payment within 1 day, by channel?',
    {
      queryType: 'funnel',
      funnel: { steps, window: '1d', output: 'conversion', breakdown: { property: 'metadata.channel' } },
    },
  ],
  [
    'Of the users who do visit for the first time in a week, what share do any event n weeks later?',
    { queryType: 'retention', retention: { start: { event: 'visit' }, return: { event: '*' }, period: 'week' } },
  ],
  [
    'Of the users who do visit on a day, what share do visit n or more days later?',
    {
      queryType: 'retention',
      retention: { start: { event: 'visit' }, return: { event: 'visit' }, cohorts: 'recurring', mode: 'on_or_after' },
    },
  ],
  [
    'How often does visit (device_type is one of mobile, tablet) happen, by hour of day and weekday?',
    {
      queryType: 'heatmap',
      heatmap: { event: 'visit', filters: [{ property: 'device_type', operator: 'in', values: ['mobile', 'tablet'] }] },
    },
  ],
  [
    'How many users do any event, by date and hour of day? Counting only events where user_id is set and price > 5.',
    {
      queryType: 'heatmap',
      heatmap: { event: '*', x: 'date', y: 'hour', value: 'users' },
      filters: [
        { property: 'user_id', operator: 'isSet' },
        { property: 'metadata.price', operator: '>', values: ['5'] },
      ],
    },
  ],
  [
    'How many sessions do visit, then optionally cart, then Payment, all within 24 hours, with no other step in between, with 2 exclusions, counted from the first start only, by profile.segment of the last step?',
    {
      queryType: 'funnel',
      funnel: {
        steps: [steps[0], { event: 'cart', optional: true }, steps[1]],
        actor: 'session',
        order: 'strict',
        entry: 'first_start',
        exclusions: [{ event: 'refund' }, { event: 'call' }],
        breakdown: { property: 'profile.segment' },
        breakdownBy: 'last',
      },
    },
  ],
  [
    'How many users do visit and Payment in any order, all within 24 hours?',
    { queryType: 'funnel', funnel: { steps, order: 'unordered' } },
  ],
  [
    'What share of the users who do one of visit, Payment do them all, in any order, within 24 hours?',
    { queryType: 'funnel', funnel: { steps, order: 'unordered', output: 'conversion' } },
  ],
  [
    'What share of the users who do visit go on to do Payment within 24 hours, with 1 exclusion, week by week?',
    { queryType: 'funnel', funnel: { steps, output: 'trend', interval: 'week', exclusions: [{ event: 'refund' }] } },
  ],
  [
    'How long do users take to do visit, then Payment, all within 24 hours?',
    { queryType: 'funnel', funnel: { steps, output: 'time_to_convert' } },
  ],
  [
    'Which users drop off after step 1 of visit, then Payment, all within 24 hours?',
    { queryType: 'funnel', funnel: { steps, output: 'actors', actors: { status: 'dropped' } } },
  ],
  [
    'Of the sessions who do visit for the first time in an hour, what share do any event at least 3 times 1, 7 and 8-30 hours later, in rolling windows, by channel?',
    {
      queryType: 'retention',
      retention: {
        start: { event: 'visit' },
        return: { event: '*' },
        actor: 'session',
        period: 'hour',
        brackets: ['1', '7', '8-30'],
        windows: 'rolling',
        minOccurrences: 3,
        breakdown: { property: 'metadata.channel' },
      },
    },
  ],
  [
    'Of the users who do visit for the first time on a day, what share do any event 1, 7 and 30 days later or after that?',
    {
      queryType: 'retention',
      retention: { start: { event: 'visit' }, return: { event: '*' }, output: 'classic', mode: 'on_or_after' },
    },
  ],
  [
    'Of the users who do visit for the first time on a day, what share do any event 1 day later?',
    { queryType: 'retention', retention: { start: { event: 'visit' }, return: { event: '*' }, output: 'rate' } },
  ],
  [
    'Which of the users who do visit for the first time in the cohort 2026-03-02 do not do any event 7 days later?',
    {
      queryType: 'retention',
      retention: {
        start: { event: 'visit' },
        return: { event: '*' },
        output: 'actors',
        column: '7',
        actors: { cohort: '2026-03-02', status: 'not_retained' },
      },
    },
  ],
  [
    'Which are the users who do visit in the cohort 2026-03?',
    {
      queryType: 'retention',
      retention: {
        start: { event: 'visit' },
        return: { event: '*' },
        cohorts: 'recurring',
        output: 'actors',
        actors: { cohort: '2026-03', status: 'all' },
      },
    },
  ],
  [
    'How often does any event happen per user, by bins of x and page_url, for each device_type?',
    {
      queryType: 'heatmap',
      heatmap: {
        event: '',
        value: 'events_per_user',
        x: 'bins',
        xProperty: 'metadata.x',
        y: 'property',
        yProperty: 'page_url',
        breakdown: { property: 'device_type' },
      },
    },
  ],
  [
    'How many sessions do visit, by month and weekday?',
    { queryType: 'heatmap', heatmap: { event: 'visit', value: 'sessions', x: 'month' } },
  ],
  ['How often does any event happen, day by day?', { queryType: 'trend', trend: {} }],
  [
    'How often do visit and Payment happen, hour by hour, by device_type?',
    { queryType: 'trend', trend: { series: steps, interval: 'hour', breakdown: { property: 'device_type' } } },
  ],
  [
    'How many users do visit, and how many Payment, day by day?',
    { queryType: 'trend', trend: { series: steps, value: 'users' } },
  ],
  [
    'How many users do visit, counted over 30 days, month by month?',
    { queryType: 'trend', trend: { series: [steps[0]], value: 'users_30_days', interval: 'month' } },
  ],
  [
    'How many users are new, returning, resurrecting or dormant by any event, week by week?',
    { queryType: 'lifecycle', lifecycle: { event: '', interval: 'week' } },
  ],
  ['On how many days do users do visit?', { queryType: 'stickiness', stickiness: { event: 'visit' } }],
  [
    'What share of the users who do any event do so in at least 3 weeks?',
    { queryType: 'stickiness', stickiness: { event: '*', interval: 'week', output: 'rate', atLeast: 3 } },
  ],
  [
    'What do users do in the 4 steps after visit, with pauses of at most 30 minutes?',
    { queryType: 'paths', paths: { event: 'visit' } },
  ],
  [
    'What do sessions do in the 1 step before visit, by page_url, repeats apart?',
    {
      queryType: 'paths',
      paths: {
        event: 'visit',
        direction: 'before',
        steps: 1,
        actor: 'session',
        property: 'page_url',
        keepRepeats: true,
      },
    },
  ],
  ['What does user ann do, newest first?', { queryType: 'timeline', timeline: { event: '*', user: 'ann' } }],
  [
    'When does user ann in session s1 do visit, oldest first?',
    { queryType: 'timeline', timeline: { event: 'visit', user: 'ann', session: 's1', order: 'oldest' } },
  ],
  ['What does session s1 do, newest first?', { queryType: 'timeline', timeline: { event: '*', session: 's1' } }],
  [
    'Which users do any event more than 60 times within 1 minute?',
    { queryType: 'anomalies', anomalies: { event: '*' } },
  ],
  [
    'How many sessions do visit more than 1 time within 2 hours?',
    {
      queryType: 'anomalies',
      anomalies: { event: 'visit', output: 'actor_count', actor: 'session', moreThan: 1, window: '2h' },
    },
  ],
  [
    'When do unusually many or few users do visit, by more than 3.5 deviations, day by day, compared with the 8 weeks before?',
    {
      queryType: 'anomalies',
      anomalies: { event: 'visit', output: 'buckets', value: 'users', interval: 'day', weeks: 8 },
    },
  ],
  [
    'How unusual is the number of events of any event in the last quarter hour, compared with the 4 weeks before?',
    { queryType: 'anomalies', anomalies: { event: '*', output: 'bucket_score', interval: '15m' } },
  ],
  ['', { queryType: 'unknown' } as unknown as Query],
  ['', { queryType: 'funnel' }],
];

test.each(cases)('%s', (text, query) => {
  expect(question(query)).toBe(text);
});

test('names are no patterns', () => {
  const event = '$t(other) {{event}} <b>$&';
  expect(question({ queryType: 'trend', trend: { series: [{ event }] } })).toBe(
    `How often does ${event} happen, day by day?`
  );
});

test.each(fullQueries)('every analysis has a sentence: $queryType', (query) => {
  expect(question(query as Query)).toMatch(/^[A-Z][^?]*\?( Counting only events where .*\.)?$/);
});

describe('in Chinese', () => {
  beforeAll(async () => {
    await initPluginTranslations('footfall');
    i18next.addResourceBundle('zh-Hans', 'footfall', zhHans);
    await i18next.changeLanguage('zh-Hans');
  });
  afterAll(() => i18next.changeLanguage('en-US'));

  const queries = [...cases.map(([, query]) => query), ...(fullQueries as Query[])];
  test.each(queries.filter((query) => query[query.queryType]))('%j', (query) => {
    const text = names(query).reduce((rest, name) => rest.replaceAll(name, ''), question(query));
    // Of the retention of all periods, n is the number.
    expect(text.replace('n ', '')).toMatch(/^[^a-zA-Z{}]+？(只统计[^a-zA-Z{}]+的事件。)?$/);
  });

  test.each<[string, Query]>([
    [
      '有多少用户在 24 小时内完成“visit”再到“cart”（可选）再到“Payment”，步骤之间没有其他步骤，按“channel”细分？',
      {
        queryType: 'funnel',
        funnel: {
          steps: [steps[0], { event: 'cart', optional: true }, steps[1]],
          order: 'strict',
          breakdown: { property: 'metadata.channel' },
        },
      },
    ],
    [
      '在某一天首次触发“visit”的用户中，有多大比例在 1、7 和 30 天后触发任意事件？只统计 “device_type” 属于 mobile、tablet 的事件。',
      {
        queryType: 'retention',
        retention: { start: { event: 'visit' }, return: { event: '*' }, output: 'classic' },
        filters: [{ property: 'device_type', operator: 'in', values: ['mobile', 'tablet'] }],
      },
    ],
  ])('%s', (text, query) => expect(question(query)).toBe(text));
});

/** What users named in a query, the longest first. */
function names(query: object): string[] {
  const found: string[] = [];
  JSON.stringify(query, (key, value) => {
    if (
      /^(event|label|\w*[pP]roperty|values|\d+|user|session|cohort|columns?)$/.test(key) &&
      typeof value === 'string'
    ) {
      found.push(value, value.replace(/^metadata\./, ''));
    }
    return value;
  });
  return found.sort((a, b) => b.length - a.length).filter((name) => !['', '*'].includes(name));
}
