import { LoadingState, type PanelData } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { DataSource } from '../datasource';
import type { FootfallQuery } from '../types';
import { QueryEditor } from './QueryEditor';
import { choose, edit, judge, leave, range } from './testing';

const empty = /is empty/;
const twoSteps = { steps: [{ event: 'visit' }, { event: 'pay_order' }] };
const add = (name: string) => screen.getByRole('button', { name });

test('a query that was saved broken says so at once', () => {
  edit({
    queryType: 'funnel',
    funnel: { steps: [{ event: 'visit' }, { event: '' }] },
    filters: [{ property: '', operator: '=' }],
  });
  expect(screen.getByText('Event is empty; choose an event, or * for any.')).toBeVisible();
  expect(screen.getByText('Property is empty; choose a property.')).toBeVisible();
  expect(screen.getByText('Value has 0 values; the operator = takes one.')).toBeVisible();
});

test('a new query says nothing', async () => {
  const { user } = edit({});
  await choose(user, 'Analysis', 'Funnel');
  expect(screen.queryByText(empty)).not.toBeInTheDocument();
  await choose(user, 'Analysis', 'Timeline');
  expect(screen.queryByText(empty)).not.toBeInTheDocument();
});

test('a new row says what it lacks when it is left, field by field, also with the keyboard', async () => {
  const { user } = edit({ queryType: 'funnel', funnel: twoSteps });
  await user.click(add('Add step'));
  expect(screen.queryByText(empty)).not.toBeInTheDocument();
  await user.click(add('Add filter to step 3')); // which takes the focus from the event
  expect(screen.getAllByText(empty)).toHaveLength(1);
  await choose(user, 'Property of filter 1 of step 3', 'device_type');
  expect(screen.queryByText(/has 0 values/)).not.toBeInTheDocument();
  await leave(user, 'Value of filter 1 of step 3');
  expect(screen.getByText('Value has 0 values; the operator = takes one.')).toBeVisible();
  await user.tab({ shift: true });
  await user.tab({ shift: true });
  expect(screen.queryByText('Property is empty; choose a property.')).not.toBeInTheDocument();
});

test('what was left empty goes with its row', async () => {
  const { user } = edit({ queryType: 'funnel', funnel: twoSteps });
  await user.click(add('Add filter to every event'));
  await leave(user, 'Property of filter 1 of every event');
  expect(screen.getByText('Property is empty; choose a property.')).toBeVisible();
  await user.click(add('Add filter to every event'));
  expect(screen.getAllByText('Property is empty; choose a property.')).toHaveLength(1);
  await user.click(add('Remove filter 1 of every event'));
  expect(screen.queryByText(empty)).not.toBeInTheDocument();
});

test('what is wrong, and not only missing, is said at once', async () => {
  const { user } = edit({ queryType: 'funnel', funnel: twoSteps });
  await user.click(add('Remove step 2'));
  expect(screen.getByText('The funnel has 1 steps; a funnel has 2 to 64.')).toBeVisible();
});

test('the focus that goes with the whole window has not left the field', async () => {
  const { user } = edit({ queryType: 'funnel', funnel: twoSteps });
  await user.click(add('Add step'));
  const field = screen.getByLabelText('Event of step 3', { selector: 'input' });
  act(() => field.focus());
  act(() => void field.dispatchEvent(new FocusEvent('focusout', { bubbles: true })));
  expect(screen.queryByText(empty)).not.toBeInTheDocument();
});

test('who tries to run the query reads all that it lacks; rows that come after that are new again', async () => {
  const datasource = new DataSource(
    { uid: 'x', type: 'footfall', jsonData: {} } as ConstructorParameters<typeof DataSource>[0],
    { replace: (text = '') => text, containsTemplate: () => false } as unknown as TemplateSrv
  );
  judge(datasource);
  jest.spyOn(datasource, 'events').mockResolvedValue([]);
  let run: (startTime: number) => void = () => {};
  function Host() {
    const [query, setQuery] = useState<FootfallQuery>({ refId: 'A', queryType: 'funnel', funnel: twoSteps });
    const [data, setData] = useState<PanelData>();
    run = (startTime) => {
      const request = { startTime } as PanelData['request'];
      setData({ state: LoadingState.Done, series: [], timeRange: range, request });
    };
    return (
      <QueryEditor
        datasource={datasource}
        query={query}
        range={range}
        data={data}
        onChange={setQuery}
        onRunQuery={() => {}}
      />
    );
  }
  render(<Host />);
  const user = userEvent.setup();
  const before = Date.now();
  await user.click(add('Add step'));
  act(() => run(before + 900)); // as Grafana does by itself
  expect(screen.queryByText(empty)).not.toBeInTheDocument();
  act(() => run(Date.now() + 5000));
  expect(screen.getByText('Event is empty; choose an event, or * for any.')).toBeVisible();
});
