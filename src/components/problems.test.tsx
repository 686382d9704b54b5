import { screen, waitFor } from '@testing-library/react';
import cases from '../../pkg/model/testdata/validation_cases.json';
import { isEditable } from '../analyses';
import type { FootfallQuery } from '../types';
import { edit } from './testing';

interface Found {
  field: string;
  reason: string;
  isMissing?: boolean;
}

/** Those of a query that no field of the editor can hold. */
const general = ['queryType', 'schemaVersion'];

const broken = cases.flatMap(({ name, query, problems = [] }) =>
  isEditable(query.queryType) && problems.length ? [{ name, query, problems: problems as Found[] }] : []
);

test.each(broken)('$name: is said once, at its field', async ({ query, problems }) => {
  edit(query as Partial<FootfallQuery>);
  const firsts = problems.filter(({ field }, i) => problems.findIndex((other) => other.field === field) === i);
  for (const { field, reason } of firsts.filter(
    (problem) => !(problem.isMissing && problem.field === query.queryType)
  )) {
    await waitFor(() => expect(screen.getAllByText((text) => text.endsWith(`${reason}.`))).toHaveLength(1));
    expect({ field, isGeneral: Boolean(screen.queryByText(`${field} ${reason}.`)) }).toEqual({
      field,
      isGeneral: general.includes(field),
    });
  }
});
