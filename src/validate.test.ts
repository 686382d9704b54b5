import cases from '../pkg/model/testdata/validation_cases.json';
import type { Query } from './types.gen';
import { validate } from './validate';

// The same cases hold for the back end (pkg/model/validation_test.go), which reports the first problem only.
test.each(cases)('$name', ({ query, field, reason }) => {
  const [first] = validate(query as Query);
  expect(first && { field: first.field, reason: first.reason }).toEqual(field ? { field, reason } : undefined);
});

test('every problem is reported at its field', () => {
  const problems = validate({ queryType: 'funnel', funnel: { steps: [{ event: '' }, { event: '' }], window: '1' } });
  expect(problems.map((p) => p.field)).toEqual(['funnel.steps[0].event', 'funnel.steps[1].event', 'funnel.window']);
});

test('a number with a fraction is refused as the back end does', () => {
  const query = {
    queryType: 'heatmap',
    heatmap: { event: '*', breakdown: { property: 'user_id', limit: 1.5 } },
  } as const;
  expect(validate(query)).toEqual([
    { field: 'heatmap.breakdown.limit', reason: 'is a JSON number 1.5; use a whole number' },
  ]);
});

test('a template variable may stand for a number', () => {
  const query: Query = {
    queryType: 'heatmap',
    heatmap: { event: '*' },
    filters: [{ property: 'metadata.price', operator: '>', values: ['$price'] }],
  };
  expect(validate(query)).toHaveLength(1);
  expect(validate(query, (text) => text.startsWith('$'))).toEqual([]);
});
