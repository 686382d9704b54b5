import { screen, within } from '@testing-library/react';
import type { FootfallQuery } from '../types';
import { choose, edit } from './testing';

const funnel = { queryType: 'funnel' as const, funnel: { steps: [{ event: 'visit' }, { event: 'pay_order' }] } };

describe('funnel', () => {
  test('is built by choosing and typing', async () => {
    const { user, saved, runs } = edit({ queryType: 'heatmap', heatmap: { event: '*' } });
    await user.click(screen.getByRole('radio', { name: 'Funnel' }));
    expect(screen.getAllByText('Event is empty; choose an event, or * for any.')).toHaveLength(2);
    expect(runs).not.toHaveBeenCalled();

    await choose(user, 'Event of step 1', 'visit');
    await user.type(screen.getByRole('combobox', { name: 'Event of step 2' }), 'refund{Enter}');
    await user.type(screen.getByRole('textbox', { name: 'Label of step 2' }), 'Refund{Enter}');
    expect(saved()).toMatchObject({
      queryType: 'funnel',
      funnel: { steps: [{ event: 'visit' }, { event: 'refund', label: 'Refund' }], window: '24h' },
      heatmap: { event: '*' },
    });
    expect(runs).toHaveBeenCalledTimes(2);
    expect(screen.getByTestId('question')).toHaveTextContent('How many users do visit, then Refund');
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

test('a saved query that another version wrote is named, not broken', () => {
  edit({ schemaVersion: 2, queryType: 'funnel' });
  expect(screen.getByText('schemaVersion is 2; this version of Footfall reads 1.')).toBeVisible();
  expect(screen.getByText('funnel is missing: a query of type funnel needs it.')).toBeVisible();
});

describe('what the editor has no fields for', () => {
  test('an analysis is shown as it was saved, and stays', async () => {
    const trend = { series: [{ event: 'visit' }], value: 'users' as const };
    const { user, saved, runs } = edit({ queryType: 'trend', trend });
    expect(JSON.parse(screen.getByTestId('saved-query').textContent)).toEqual({ queryType: 'trend', trend });
    expect(screen.getByText(/A query of the type trend has no fields here/)).toBeVisible();
    expect(screen.getByTestId('question')).toHaveTextContent('How many users do visit, day by day?');
    screen.getAllByRole('radio').forEach((radio) => expect(radio).not.toBeChecked());

    await user.type(screen.getByLabelText('Time zone'), 'Asia/Tok');
    await user.click(await screen.findByRole('option', { name: 'Asia/Tokyo' }));
    expect(saved()).toMatchObject({ queryType: 'trend', trend, timeZone: 'Asia/Tokyo' });
    expect(runs).toHaveBeenCalledTimes(1);
    await user.click(screen.getByRole('radio', { name: 'Heatmap' }));
    expect(saved()).toMatchObject({ queryType: 'heatmap', trend });
    expect(screen.queryByTestId('saved-query')).not.toBeInTheDocument();
  });

  test('an analysis that this version does not know is named', () => {
    edit({ queryType: 'forecast' as FootfallQuery['queryType'] });
    expect(screen.getByText(/^queryType is "forecast"; use funnel, retention, heatmap/)).toBeVisible();
    expect(screen.getByTestId('question')).toBeEmptyDOMElement();
    expect(screen.getByTestId('saved-query')).toHaveTextContent('forecast');
  });
});
