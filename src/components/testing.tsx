import { dateTime } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import { configure, render, screen } from '@testing-library/react';
import userEvent, { PointerEventsCheckLevel } from '@testing-library/user-event';
import { execFileSync } from 'child_process';
import { useState } from 'react';
import { DataSource } from '../datasource';
import type { FootfallQuery } from '../types';
import { QueryEditor } from './QueryEditor';

// Whole editors are drawn again: on a busy machine that takes long.
configure({ asyncUtilTimeout: 10_000 });

export const range = { from: dateTime(0), to: dateTime(1), raw: { from: dateTime(0), to: dateTime(1) } };

/** Lets the back end's own code say what is wrong with a query; .config/jest/judge.js builds it. */
export function judge(datasource: DataSource) {
  jest.spyOn(datasource, 'postResource').mockImplementation(async (path, data) => {
    if (path !== 'problems') {
      throw new Error(`${path} is not there`);
    }
    return JSON.parse(execFileSync('.footfall/judge', { input: JSON.stringify(data.query), encoding: 'utf8' }));
  });
}

/** The editor in the hands of a user: what it changes comes back to it. */
export function edit(initial: Partial<FootfallQuery>) {
  const templates = { replace: (text = '') => text, containsTemplate: () => false };
  const datasource = new DataSource(
    { uid: 'x', type: 'footfall', jsonData: {} } as ConstructorParameters<typeof DataSource>[0],
    templates as unknown as TemplateSrv
  );
  jest.spyOn(datasource, 'events').mockResolvedValue([
    { name: 'visit', count: 1200 },
    { name: 'pay_order', count: 90 },
  ]);
  jest.spyOn(datasource, 'properties').mockResolvedValue([
    { name: 'device_type', count: 0 },
    { name: 'metadata.channel', count: 1100 },
  ]);
  jest.spyOn(datasource, 'values').mockResolvedValue([{ value: 'mobile', count: 7 }]);
  judge(datasource);
  const statement = jest.spyOn(datasource, 'statement').mockResolvedValue({
    sql: 'SELECT 1',
    comments: [],
    source: { id: 'plan.raw-events', text: 'raw events' },
    reason: { id: 'reason.of-a-test', text: 'nothing else has users' },
  });

  const runs = jest.fn();
  let query = { refId: 'A', ...initial } as FootfallQuery;
  function Host() {
    const [value, setValue] = useState(query);
    query = value;
    return <QueryEditor datasource={datasource} query={value} range={range} onChange={setValue} onRunQuery={runs} />;
  }
  render(<Host />);
  // Looking at each click whether styles let the pointer through takes most of a test's time.
  const user = userEvent.setup({ pointerEventsCheck: PointerEventsCheckLevel.Never });
  return { user, runs, statement, datasource, saved: () => query };
}

type User = ReturnType<typeof userEvent.setup>;

/** Chooses an option by how its text begins. */
export async function choose(user: User, field: string, option: string) {
  await user.click(screen.getByLabelText(field, { selector: 'input' }));
  const [first] = await screen.findAllByRole('option', { name: (name) => name.startsWith(option) });
  await user.click(first);
}

/** Replaces a field's text. */
export async function enter(user: User, field: string, text: string) {
  const input = screen.getByLabelText(field);
  await user.clear(input);
  await user.type(input, `${text}{Enter}`);
}

/** Goes into a field and on to the next one, as with the Tab key. */
export async function leave(user: User, field: string) {
  await user.click(screen.getByLabelText(field, { selector: 'input' }));
  await user.tab();
}
