import { cleanup, screen, waitFor, within } from '@testing-library/react';
import { analyses, panelTypes } from '../analyses';
import type { FootfallQuery } from '../types';
import type { Trend } from '../types.gen';
import { choose, edit, enter, leave } from './testing';

const funnel = { queryType: 'funnel' as const, funnel: { steps: [{ event: 'visit' }, { event: 'pay_order' }] } };

describe('the analysis', () => {
  test('is chosen out of nine, each with what it tells', async () => {
    const { user } = edit({ queryType: 'heatmap', heatmap: { event: '*' } });
    await user.click(screen.getByRole('combobox', { name: 'Analysis' }));
    const options = await screen.findAllByRole('option');
    expect(options.map((option) => option.textContent)).toEqual(
      expect.arrayContaining(['FunnelHow far users get, step by step'])
    );
    expect(options).toHaveLength(9);
  });

  test.each(['Retention', 'Trend', 'Heatmap', 'Paths', 'Lifecycle', 'Stickiness', 'Anomalies'])(
    '%s answers at once',
    async (analysis) => {
      const { user, runs, saved } = edit({ queryType: 'funnel', funnel: { steps: [] } });
      await choose(user, 'Analysis', analysis);
      expect(runs).toHaveBeenCalledTimes(1);
      expect(saved()).toMatchObject({ schemaVersion: 1, funnel: { steps: [] } });
      expect(screen.getByTestId('question')).toHaveTextContent(/\?$/);
    }
  );

  test('waits until it is complete, and stays for the way back', async () => {
    const { user, saved, runs } = edit({ queryType: 'heatmap', heatmap: { event: '*' } });
    await choose(user, 'Analysis', 'Funnel');
    expect(screen.queryByText(/is empty/)).not.toBeInTheDocument();
    await leave(user, 'Event of step 2');
    expect(screen.getAllByText('Event is empty; choose an event, or * for any.')).toHaveLength(1);
    expect(runs).not.toHaveBeenCalled();

    await choose(user, 'Event of step 1', 'visit');
    await user.type(screen.getByRole('combobox', { name: 'Event of step 2' }), 'refund{Enter}');
    expect(saved()).toMatchObject({
      queryType: 'funnel',
      funnel: { steps: [{ event: 'visit' }, { event: 'refund' }] },
      heatmap: { event: '*' },
    });
    expect(runs).toHaveBeenCalledTimes(1);
    expect(screen.getByTestId('question')).toHaveTextContent('How many users do visit, then refund');
  });
});

test('filters on every event, and the time zone', async () => {
  const { user, saved } = edit({ queryType: 'heatmap', heatmap: { event: '*' } });
  await user.click(screen.getByRole('button', { name: 'Add filter to every event' }));
  await choose(user, 'Property of filter 1 of every event', 'device_type');
  await choose(user, 'Operator of filter 1 of every event', 'is one of');
  await choose(user, 'Values of filter 1 of every event', 'mobile');
  await user.type(screen.getByLabelText('Time zone'), 'Asia/Tok');
  await user.click(await screen.findByRole('option', { name: 'Asia/Tokyo' }));
  expect(saved()).toMatchObject({
    filters: [{ property: 'device_type', operator: 'in', values: ['mobile'] }],
    timeZone: 'Asia/Tokyo',
  });
});

test('segments of users are a filter, compared by their own operators', async () => {
  const { user, saved, datasource } = edit({
    queryType: 'heatmap',
    heatmap: { event: '*' },
    filters: [{ property: 'device_type', operator: 'contains', values: ['mob'] }],
  });
  await choose(user, 'Property of filter 1 of every event', 'segment');
  expect(saved()).toMatchObject({ filters: [{ property: 'segment', operator: 'in', values: [] }] });
  jest.spyOn(datasource, 'values').mockResolvedValue([{ value: 'buyers', count: 1200 }]);
  await user.click(screen.getByRole('combobox', { name: 'Values of filter 1 of every event' }));
  expect(await screen.findByText('1,200 users')).toBeVisible();
  await user.click(screen.getByText('buyers'));
  expect(saved()).toMatchObject({ filters: [{ property: 'segment', operator: 'in', values: ['buyers'] }] });
});

test('funnels are broken down by segments of users, heatmaps are not', async () => {
  const { user, saved } = edit(funnel);
  await choose(user, 'Break down by', 'segment');
  expect(saved()).toMatchObject({ funnel: { breakdown: { property: 'segment' } } });
  cleanup();
  const heatmap = edit({ queryType: 'heatmap', heatmap: { event: '*' } });
  await heatmap.user.click(screen.getByRole('combobox', { name: 'Break down by' }));
  expect(await screen.findByRole('option', { name: /device_type/ })).toBeVisible();
  expect(screen.queryByRole('option', { name: /segment/ })).not.toBeInTheDocument();
});

test('the SQL is shown on demand, and its error too', async () => {
  const { user, statement } = edit(funnel);
  expect(statement).not.toHaveBeenCalled();
  await user.click(screen.getByRole('button', { name: 'Show SQL' }));
  const sql = await screen.findByTestId('sql');
  expect(within(sql).getByText('SELECT 1')).toBeVisible();
  expect(sql).toHaveTextContent('Source: raw events; nothing else has users.');

  statement.mockRejectedValue({ status: 400, data: { error: 'The database is not reachable' } });
  await user.click(screen.getByRole('button', { name: 'Duplicate step 1' }));
  expect(await screen.findByText('The database is not reachable')).toBeVisible();
});

test('what the back end refuses is not run; where it cannot be asked, the query runs, and its answer tells', async () => {
  const { user, runs, datasource } = edit({ queryType: 'stickiness', stickiness: { event: '*', output: 'rate' } });
  await enter(user, 'Active in at least', '1001');
  expect(await screen.findByText('Active in at least is 1001; use 1 to 1000.')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Show SQL' })).toBeVisible();
  expect(runs).not.toHaveBeenCalled();

  jest.spyOn(datasource, 'postResource').mockRejectedValue(new Error('no way there'));
  await enter(user, 'Active in at least', '1002');
  await waitFor(() => expect(runs).toHaveBeenCalledTimes(1));
  expect(screen.queryByText(/use 1 to 1000/)).not.toBeInTheDocument();
});

test('of several changes at once the last one runs, once', async () => {
  const { user, runs, datasource, saved } = edit({ queryType: 'lifecycle', lifecycle: { event: '*' } });
  const answers: Array<() => void> = [];
  jest
    .spyOn(datasource, 'postResource')
    .mockImplementation(() => new Promise((resolve) => answers.push(() => resolve([]))));
  await user.click(screen.getByRole('radio', { name: 'Week' }));
  await user.click(screen.getByRole('radio', { name: 'Month' }));
  expect(answers).toHaveLength(2);
  answers.reverse().forEach((answer) => answer());
  await waitFor(() => expect(runs).toHaveBeenCalledTimes(1));
  expect(saved().lifecycle).toEqual({ event: '*', interval: 'month' });
});

describe('a saved query', () => {
  test('of nothing is the default one', async () => {
    const { saved, runs } = edit({});
    expect(saved()).toEqual({ refId: 'A', schemaVersion: 1, queryType: 'trend', trend: { interval: 'auto' } });
    await waitFor(() => expect(runs).toHaveBeenCalledTimes(1));
  });

  test.each(panelTypes)('of a %s without more is begun', (queryType) => {
    const { saved } = edit({ queryType });
    const { fresh, initial } = analyses[queryType];
    expect(saved()).toEqual({ refId: 'A', schemaVersion: 1, queryType, [queryType]: { ...fresh, ...initial } });
  });

  test('without a version, and with less than the fields show, is left as it is', () => {
    const trend = { series: null, breakdown: null } as unknown as Trend;
    const { saved, runs } = edit({ queryType: 'trend', trend });
    expect(screen.getByRole('combobox', { name: 'Event of series 1' })).toHaveValue('Any event');
    expect(saved()).toEqual({ refId: 'A', queryType: 'trend', trend });
    expect(runs).not.toHaveBeenCalled();
  });

  test('of a later version is named, not broken', async () => {
    const { saved } = edit({ schemaVersion: 2, queryType: 'funnel' });
    expect(await screen.findByText(/schemaVersion is 2; this version of Footfall reads 1/)).toBeVisible();
    expect(screen.getByText(/funnel is missing: a query of type funnel needs it/)).toBeVisible();
    expect(saved()).toEqual({ refId: 'A', schemaVersion: 2, queryType: 'funnel' });
  });

  test('of an analysis that this version does not know is shown as it was saved, and stays', async () => {
    const forecast = { event: 'visit' };
    const unknown = { queryType: 'forecast', forecast } as unknown as FootfallQuery;
    const { user, saved, runs } = edit(unknown);
    expect(await screen.findByText(/queryType is "forecast"; use funnel, retention, heatmap/)).toBeVisible();
    expect(screen.getByText(/does not know queries of the type forecast/)).toBeVisible();
    expect(JSON.parse(screen.getByTestId('saved-query').textContent)).toEqual(unknown);
    expect(screen.getByTestId('question')).toBeEmptyDOMElement();

    await user.type(screen.getByLabelText('Time zone'), 'Asia/Tok');
    await user.click(await screen.findByRole('option', { name: 'Asia/Tokyo' }));
    expect(saved()).toEqual({ ...unknown, refId: 'A', timeZone: 'Asia/Tokyo' });
    expect(runs).not.toHaveBeenCalled();
    await choose(user, 'Analysis', 'Heatmap');
    expect(saved()).toMatchObject({ queryType: 'heatmap', forecast });
    expect(screen.queryByTestId('saved-query')).not.toBeInTheDocument();
  });
});
