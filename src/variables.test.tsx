import { dateTime, type DataQueryRequest, type DataSourceInstanceSettings } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { lastValueFrom } from 'rxjs';
import { VariableEditor } from './components/VariableEditor';
import { choose, leave } from './components/testing';
import { DataSource } from './datasource';
import type { FootfallOptions } from './types';
import { Variables, type VariableQuery } from './variables';

const range = { from: dateTime(0), to: dateTime(1), raw: { from: dateTime(0), to: dateTime(1) } };
let datasource: DataSource;

beforeEach(() => {
  const templates: Partial<TemplateSrv> = {
    replace: (text = '', _, format) =>
      text.replace('$event', () => (format as (value: unknown) => string)(['visit', 'pay'])),
    containsTemplate: (text = '') => text.includes('$'),
  };
  datasource = new DataSource(
    { uid: 'x', type: 'footfall', jsonData: {} } as DataSourceInstanceSettings<FootfallOptions>,
    templates as TemplateSrv
  );
  jest.spyOn(datasource, 'events').mockResolvedValue([{ name: 'visit', count: 9 }]);
  jest.spyOn(datasource, 'properties').mockResolvedValue([{ name: 'metadata.channel', count: 3 }]);
  jest.spyOn(datasource, 'values').mockImplementation((_range, _event, property) =>
    Promise.resolve(
      property === 'profile.tags'
        ? [
            { value: 'vip,beta', count: 2 },
            { value: 'beta', count: 1 },
          ]
        : [{ value: `a ${property}`, count: 1 }]
    )
  );
});

async function listed(query: Partial<VariableQuery>) {
  const request = { targets: [{ refId: 'A', ...query }], range } as DataQueryRequest<VariableQuery>;
  const { data } = await lastValueFrom(new Variables(datasource).query(request));
  return data.map(({ text }: { text: string }) => text);
}

test.each<[Partial<VariableQuery>, string[]]>([
  [{ kind: 'events' }, ['visit']],
  [{ kind: 'properties', event: 'visit' }, ['metadata.channel']],
  [{ kind: 'values', property: 'metadata.channel' }, ['a metadata.channel']],
  [{ kind: 'values' }, []],
  [{ kind: 'segments' }, ['a segment']],
  [{ kind: 'tags' }, ['beta', 'vip']],
])('%j lists %j', async (query, values) => {
  expect(await listed(query)).toEqual(values);
});

test('values are of the event, the first one of a variable, in the range, and contain the text', async () => {
  await listed({ kind: 'values', event: '$event', property: 'page_url', search: '/shop' });
  await listed({ kind: 'values', property: 'page_url' });
  expect(jest.mocked(datasource.values).mock.calls).toEqual([
    [range, 'visit', 'page_url', '/shop'],
    [range, '*', 'page_url', ''],
  ]);
});

test('a variable is made by choosing', async () => {
  const user = userEvent.setup();
  let saved = '' as unknown as VariableQuery; // as Grafana has it of a new variable
  function Host() {
    const [query, setQuery] = useState(saved);
    saved = query;
    return (
      <VariableEditor datasource={datasource} query={query} range={range} onChange={setQuery} onRunQuery={jest.fn()} />
    );
  }
  render(<Host />);
  await choose(user, 'List', 'Values of a property');
  expect(screen.queryByText(/is empty/)).not.toBeInTheDocument();
  await leave(user, 'Property');
  expect(screen.getByText('Property is empty; choose a property.')).toBeInTheDocument();
  await choose(user, 'Event', 'visit');
  await choose(user, 'Property', 'metadata.channel');
  await user.type(screen.getByRole('textbox'), 'ads{Enter}');
  expect(saved).toEqual({
    refId: 'Variable',
    kind: 'values',
    event: 'visit',
    property: 'metadata.channel',
    search: 'ads',
  });
});
