import cases from '../pkg/model/testdata/validation_cases.json';
import type { Query } from './types.gen';
import { validate } from './validate';

// The back end finds the same, and all else that is wrong (pkg/model/validation_test.go).
test.each(cases)('$name', ({ query, problems = [] }) => {
  expect(validate(query as Query)).toEqual(problems.filter((problem) => 'isMissing' in problem));
});
