import { question } from './question';
import type { Query } from './types.gen';

const steps = [{ event: 'visit' }, { event: 'pay_order', label: 'Payment' }];

test.each<[string, Query]>([
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
  ['', { queryType: 'funnel' }],
])('%s', (text, query) => {
  expect(question(query)).toBe(text);
});
