import cases from '../pkg/model/testdata/validation_cases.json';
import type { Query } from './types.gen';
import { validate } from './validate';

// The same cases hold for the back end (pkg/model/validation_test.go), which reports the first problem only.
test.each(cases)('$name', ({ query, field, reason }) => {
  const [first] = validate(query as Query);
  expect(first).toEqual(field ? { field, reason } : undefined);
});

test('every problem is reported at its field', () => {
  const problems = validate({ queryType: 'funnel', funnel: { steps: [{ event: '' }, { event: '' }], window: '1' } });
  expect(problems.map((p) => p.field)).toEqual(['funnel.steps[0].event', 'funnel.steps[1].event', 'funnel.window']);
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
