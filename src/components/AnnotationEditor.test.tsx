import { dateTime, type DataSourceInstanceSettings } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { DataSource } from '../datasource';
import type { FootfallOptions, FootfallQuery } from '../types';
import { choose, enter, judge, leave } from './testing';

const range = { from: dateTime(0), to: dateTime(1), raw: { from: dateTime(0), to: dateTime(1) } };

test('releases are marked by choosing an event and a property', async () => {
  const user = userEvent.setup();
  const datasource = new DataSource(
    { uid: 'x', type: 'footfall', jsonData: {} } as DataSourceInstanceSettings<FootfallOptions>,
    { replace: (text = '') => text, containsTemplate: () => false } as unknown as TemplateSrv
  );
  judge(datasource);
  jest.spyOn(datasource, 'events').mockResolvedValue([{ name: 'app_open', count: 9 }]);
  jest.spyOn(datasource, 'properties').mockResolvedValue([{ name: 'metadata.app_version', count: 9 }]);
  const { QueryEditor, getDefaultQuery } = datasource.annotations!;
  let saved = { refId: 'Anno', ...getDefaultQuery!() } as FootfallQuery;
  function Host() {
    const [query, setQuery] = useState(saved);
    saved = query;
    const Editor = QueryEditor!;
    return <Editor datasource={datasource} query={query} range={range} onChange={setQuery} onRunQuery={jest.fn()} />;
  }
  render(<Host />);
  expect(datasource.filterQuery(saved)).toBe(false);
  await choose(user, 'Event', 'app_open');
  await user.click(screen.getByRole('radio', { name: 'First of each value' }));
  expect(screen.queryByText(/is empty/)).not.toBeInTheDocument();
  await leave(user, 'Property');
  expect(screen.getByText('Property is empty; choose a property.')).toBeInTheDocument();
  await choose(user, 'Property', 'metadata.app_version');
  await enter(user, 'Limit', '20');
  expect(saved).toEqual({
    refId: 'Anno',
    queryType: 'annotations',
    annotations: { event: 'app_open', mode: 'first_of', property: 'metadata.app_version', limit: 20 },
  });
  expect(datasource.filterQuery(saved)).toBe(true);
  expect(screen.getByTestId('question')).toHaveTextContent(
    'When did app_open first happen with each value of app_version?'
  );
});
