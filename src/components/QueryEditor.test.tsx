import { cleanup, screen, within } from '@testing-library/react';
import type { FootfallQuery } from '../types';
import type { Funnel } from '../types.gen';
import { choose, edit, range } from './testing';

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

  test('steps are added, duplicated, moved and removed', async () => {
    const { user, saved } = edit(funnel);
    const events = () => saved().funnel?.steps.map(({ event }) => event);
    await user.click(screen.getByRole('button', { name: 'Move step 1 down' }));
    expect(events()).toEqual(['pay_order', 'visit']);
    await user.click(screen.getByRole('button', { name: 'Move step 2 up' }));
    await user.click(screen.getByRole('button', { name: 'Duplicate step 1' }));
    expect(events()).toEqual(['visit', 'visit', 'pay_order']);
    await user.click(screen.getByRole('button', { name: 'Add step' }));
    expect(events()).toEqual(['visit', 'visit', 'pay_order', '']);
    await user.click(screen.getByRole('button', { name: 'Remove step 4' }));
    await user.click(screen.getByRole('button', { name: 'Remove step 1' }));
    await user.click(screen.getByRole('button', { name: 'Remove step 1' }));
    expect(events()).toEqual(['pay_order']);
    expect(screen.getByText('The funnel has 1 steps; a funnel has 2 to 64.')).toBeVisible();
  });

  test('window, breakdown and output', async () => {
    const { user, saved, runs } = edit(funnel);
    const window = screen.getByLabelText('Conversion window');
    await user.clear(window);
    await user.type(window, '999{Enter}');
    await choose(user, 'Unit of: Conversion window', 'days');
    expect(screen.getByText('Conversion window is 999d; the longest window is 366d.')).toBeVisible();
    await user.clear(window);
    await user.type(window, '14');
    await user.tab();
    await choose(user, 'Break down by', 'metadata.channel');
    await user.clear(screen.getByLabelText('Top values'));
    await user.type(screen.getByLabelText('Top values'), '3{Enter}');
    await choose(user, 'Answer as', 'Conversion rate');
    expect(saved().funnel).toMatchObject({
      window: '14d',
      breakdown: { property: 'metadata.channel', limit: 3 },
      output: 'conversion',
    });
    expect(runs).toHaveBeenCalled();
  });

  test('a filter of a step takes suggestions and fits its operator', async () => {
    const { user, saved, datasource } = edit(funnel);
    await user.click(screen.getByRole('button', { name: 'Add filter to step 1' }));
    await choose(user, 'Property of filter 1 of step 1', 'device_type');
    await choose(user, 'Value of filter 1 of step 1', 'mobile');
    expect(datasource.values).toHaveBeenCalledWith(range, 'visit', 'device_type', '');
    expect(saved().funnel?.steps[0].filters).toEqual([{ property: 'device_type', operator: '=', values: ['mobile'] }]);

    await choose(user, 'Operator of filter 1 of step 1', '>');
    expect(screen.getByText(/Value is "mobile"; the operator > needs a number/)).toBeVisible();
    await choose(user, 'Operator of filter 1 of step 1', 'is not set');
    expect(saved().funnel?.steps[0].filters).toEqual([{ property: 'device_type', operator: 'isNotSet' }]);
    await user.click(screen.getByRole('button', { name: 'Remove filter 1 of step 1' }));
    expect(saved().funnel?.steps[0].filters).toBeUndefined();
  });
});

test('retention', async () => {
  const { user, saved } = edit({
    queryType: 'retention',
    retention: { start: { event: 'visit' }, return: { event: '*' } },
  });
  await choose(user, 'Return event', 'pay_order');
  await user.click(screen.getByRole('radio', { name: 'Every time' }));
  await user.click(screen.getByRole('radio', { name: 'Week' }));
  await user.click(screen.getByRole('radio', { name: 'Or later' }));
  await user.clear(screen.getByLabelText('Periods'));
  await user.type(screen.getByLabelText('Periods'), '12{Enter}');
  await choose(user, 'Answer as', 'Heatmap');
  expect(saved().retention).toEqual({
    start: { event: 'visit' },
    return: { event: 'pay_order' },
    cohorts: 'recurring',
    period: 'week',
    periods: 12,
    mode: 'on_or_after',
    output: 'heatmap',
  });
});

test('heatmap', async () => {
  const { user, saved } = edit({ queryType: 'heatmap', heatmap: { event: '*' } });
  await choose(user, 'Event', 'pay_order');
  await user.click(screen.getByRole('radio', { name: 'Users' }));
  await choose(user, 'Across', 'Weekday');
  expect(screen.getByText(/is "weekday", the same as heatmap.x/)).toBeVisible();
  await choose(user, 'Down', 'Hour of day');
  expect(saved().heatmap).toEqual({ event: 'pay_order', value: 'users', x: 'weekday', y: 'hour' });
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
  test('options stay when others are edited', async () => {
    const options: Partial<Funnel> = {
      window: '2d',
      actor: 'session',
      order: 'strict',
      exclusions: [{ event: 'refund', from: 1, to: 2 }],
      breakdown: { property: 'device_type' },
      breakdownBy: 'last',
      bins: 7,
    };
    const steps = [{ event: 'visit' }, { event: 'cart', optional: true }, { event: 'pay_order' }];
    const { user, saved } = edit({ queryType: 'funnel', funnel: { steps, ...options } });
    await choose(user, 'Event of step 2', 'Any event');
    await choose(user, 'Answer as', 'Time to convert');
    expect(saved().funnel).toEqual({
      ...options,
      steps: [steps[0], { event: '*', optional: true }, steps[2]],
      output: 'time_to_convert',
    });
  });

  test('options of a heatmap and a retention stay too', async () => {
    const bins = { x: 'bins' as const, xProperty: 'metadata.x', xBins: { min: 0, max: 9 }, value: 'sessions' as const };
    const { user, saved } = edit({ queryType: 'heatmap', heatmap: { event: '*', ...bins } });
    await choose(user, 'Event', 'pay_order');
    expect(saved().heatmap).toEqual({ event: 'pay_order', ...bins });

    const part = { start: { event: 'visit' }, return: { event: '*' }, brackets: ['1', '7'], column: '7' };
    cleanup();
    const retention = edit({ queryType: 'retention', retention: { ...part, period: 'hour' } });
    await choose(retention.user, 'Answer as', 'Rate');
    expect(retention.saved().retention).toEqual({ ...part, period: 'hour', output: 'rate' });
  });

  test('their problems are named, once', async () => {
    const { user } = edit({
      ...funnel,
      funnel: { ...funnel.funnel, exclusions: [{ event: 'refund', from: 1, to: 2 }], breakdownBy: 'first' },
    });
    await user.click(screen.getByRole('button', { name: 'Add step' }));
    expect(screen.getAllByText(/is empty; choose an event/)).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Remove step 3' }));
    await user.click(screen.getByRole('button', { name: 'Remove step 2' }));
    expect(
      screen.getByText(/^funnel.exclusions\[0\] lies between steps 1 and 2; use two different steps/)
    ).toBeVisible();
  });

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
