import { FieldType, toDataFrame } from '@grafana/data';
import { config } from '@grafana/runtime';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { answering, asked, golden, show } from '../testing';

/** The answer as a table: each of its numbers. */
const table = { options: { view: 'table' } } as const;

test('a number opens the list behind it, and a user of the list the timeline', async () => {
  answering(golden('funnel_actors'), golden('timeline_user'));
  const [steps] = golden('funnel_breakdown');
  await show([steps], table);
  const [row] = screen.getAllByRole('row').slice(1);
  const [users] = within(row).getAllByRole('button', { name: String(steps.fields[2].values[0]) });
  await userEvent.click(users);
  const list = await screen.findByRole('dialog', { name: /Who reached it/ });
  expect(asked).toMatchObject([
    {
      queryType: 'funnel',
      funnel: {
        output: 'actors',
        actors: { status: 'reached', step: steps.fields[1].values[0], value: steps.fields[0].values[0] },
      },
    },
  ]);
  const [user] = golden('funnel_actors')[0].fields[0].values;
  await userEvent.click(await within(list).findByRole('button', { name: user }));
  await screen.findByRole('dialog', { name: /Timeline/ });
  expect(asked[1]).toMatchObject({ queryType: 'timeline', timeline: { user } });
  expect(await screen.findByRole('list', { name: 'Sessions' })).toBeInTheDocument();
});

test('why there is no list is said', async () => {
  answering(new Error('The database cannot be reached'));
  await show(golden('anomalies_actor_count'), table);
  await userEvent.click(screen.getByRole('button', { name: '1' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('The database cannot be reached');
});

test('the mean of cohorts leads nowhere, nor do cells without anybody', async () => {
  const [frame] = golden('retention_table');
  await show([frame], table);
  const cells = (row: number) => screen.getAllByRole('row')[row + 1];
  expect(frame.fields[0].values[0]).toBe('weighted mean');
  expect(within(cells(0)).queryByRole('button')).toBeNull();
  expect(within(cells(1)).getAllByRole('button')).not.toHaveLength(0);
  expect(screen.queryByRole('button', { name: '0' })).toBeNull();
});

test('what the row says is text, whatever it looks like', async () => {
  answering(golden('timeline_user'));
  const frame = toDataFrame({
    refId: 'A',
    meta: { custom: { view: 'table' } },
    fields: [
      {
        name: 'user_id',
        type: FieldType.string,
        values: ['ann","x":"${__data.fields.other}'],
        config: {
          links: [
            {
              title: 'Timeline',
              internal: {
                datasourceUid: 'x',
                datasourceName: 'x',
                query: { refId: 'A', queryType: 'timeline', timeline: { user: '${__data.fields.user_id}' } },
              },
            },
          ],
        },
      },
      { name: 'other', values: ['ben'] },
    ],
  });
  await show([frame]);
  await userEvent.click(screen.getByRole('button', { name: /^ann/ }));
  await screen.findByRole('dialog', { name: /Timeline/ });
  expect(asked).toEqual([
    { refId: 'A', queryType: 'timeline', timeline: { user: 'ann","x":"${__data.fields.other}' } },
  ]);
});

test('a public dashboard has no lists', async () => {
  config.publicDashboardAccessToken = 'abc';
  await show(golden('funnel_breakdown'), table);
  const [, row] = screen.getAllByRole('row');
  expect(within(row).queryByRole('button')).toBeNull();
  config.publicDashboardAccessToken = '';
});

test.each([true, false])('Explore is offered to who may open it: %s', async (mayExplore) => {
  config.exploreEnabled = true;
  config.bootData = {
    user: { permissions: { 'datasources:explore': mayExplore } },
  } as unknown as typeof config.bootData;
  answering(golden('anomalies_actors'));
  await show(golden('anomalies_actor_count'), table);
  await userEvent.click(screen.getByRole('button', { name: '1' }));
  await screen.findByRole('dialog', { name: /Who is busy/ });
  expect(screen.queryAllByRole('link', { name: 'Open in Explore' })).toHaveLength(mayExplore ? 1 : 0);
});

test('Explore is asked what the drawer asks: no variable is filled into the values', async () => {
  config.exploreEnabled = true;
  config.bootData = { user: { permissions: { 'datasources:explore': true } } } as unknown as typeof config.bootData;
  answering(golden('timeline_user'));
  const user = 'ann ${filled} $filled';
  const query = { refId: 'A', queryType: 'timeline', timeline: { user: '${__data.fields.user_id}' } };
  const frame = toDataFrame({
    refId: 'A',
    meta: { custom: { view: 'table' } },
    fields: [
      {
        name: 'user_id',
        values: [user],
        config: { links: [{ title: 'Timeline', internal: { datasourceUid: 'x', datasourceName: 'x', query } }] },
      },
    ],
  });
  await show([frame], { replaceVariables: (text) => text.replace(/\$\{?filled\}?/g, 'ben') });
  await userEvent.click(screen.getByRole('button', { name: /^ann/ }));
  const link = await screen.findByRole('link', { name: 'Open in Explore' });
  const left = JSON.parse(new URL(link.getAttribute('href')!, 'http://x').searchParams.get('left')!);
  expect(left.queries[0]).toMatchObject({ timeline: { user } });
  expect(asked).toMatchObject([{ timeline: { user } }]);
});
