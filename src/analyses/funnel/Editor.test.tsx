import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import type { Funnel } from '../../types.gen';
import { choose, edit, enter, range, leave } from '../../components/testing';

const steps = [{ event: 'visit' }, { event: 'pay_order' }];
// The drag and drop of the steps reads the codes of keys, which userEvent does not give.
const space = { keyCode: 32 };
const arrowDown = { keyCode: 40 };
const editFunnel = (funnel: Partial<Funnel> = {}) => edit({ queryType: 'funnel', funnel: { steps, ...funnel } });

describe('steps', () => {
  test('are added, duplicated and removed', async () => {
    const { user, saved } = editFunnel();
    const events = () => saved().funnel?.steps.map(({ event }) => event);
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

  test('are dragged with the keyboard, which is read out', async () => {
    const { saved } = editFunnel();
    const handle = screen.getByRole('button', { name: 'Drag step 1' });
    expect(handle).toHaveAccessibleDescription(/Press space to lift/);
    fireEvent.keyDown(handle, space);
    expect(await screen.findByText('Lifted step 1.')).toBeInTheDocument();
    fireEvent.keyDown(handle, arrowDown);
    expect(await screen.findByText('Moved to position 2.')).toBeInTheDocument();
    fireEvent.keyDown(handle, space);
    expect(await screen.findByText('Dropped at position 2.')).toBeInTheDocument();
    expect(saved().funnel?.steps).toEqual([steps[1], steps[0]]);
  });

  test('have a label, and are optional between others', async () => {
    const middle = { event: 'cart' };
    const { user, saved } = editFunnel({ steps: [steps[0], middle, steps[1]] });
    expect(screen.getAllByRole('switch', { name: /is optional/ })).toHaveLength(1);
    await user.click(screen.getByRole('switch', { name: 'Step 2 is optional' }));
    await enter(user, 'Label of step 2', 'Cart');
    expect(saved().funnel?.steps[1]).toEqual({ event: 'cart', label: 'Cart', optional: true });

    await user.click(screen.getByRole('button', { name: 'Remove step 3' }));
    expect(screen.getByText(/^Optional is set on the first or last step/)).toBeVisible();
    await user.click(screen.getByRole('switch', { name: 'Step 2 is optional' }));
    await user.clear(screen.getByLabelText('Label of step 2'));
    await user.tab();
    expect(saved().funnel?.steps[1]).toEqual({ event: 'cart' });
    expect(screen.queryByRole('switch', { name: /is optional/ })).not.toBeInTheDocument();
  });

  test('have filters that take suggestions and fit their operator', async () => {
    const { user, saved, datasource } = editFunnel();
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

test('pickers tell how often', async () => {
  const { user } = editFunnel();
  await user.click(screen.getByRole('combobox', { name: 'Event of step 1' }));
  expect(await screen.findByText('1,200 events')).toBeVisible();
  await user.keyboard('{Escape}');
  await user.click(screen.getByRole('combobox', { name: 'Break down by' }));
  const [segments, column, property] = await screen.findAllByRole('option');
  expect(segments).toHaveTextContent('segmentGroups that the user is in');
  expect(column).toHaveTextContent(/^device_type$/);
  expect(property).toHaveTextContent('metadata.channel1,100 events');
});

test('window and breakdown', async () => {
  const { user, saved, runs } = editFunnel();
  await enter(user, 'Conversion window', '999');
  await choose(user, 'Unit of: Conversion window', 'days');
  expect(screen.getByText('Conversion window is 999d; the longest window is 366d.')).toBeVisible();
  await enter(user, 'Conversion window', '14');
  expect(screen.queryByLabelText('Value of')).not.toBeInTheDocument();
  await choose(user, 'Break down by', 'metadata.channel');
  await enter(user, 'Top values', '99');
  expect(screen.getByText('Top values is 99; use 1 to 50.')).toBeVisible();
  await enter(user, 'Top values', '3');
  await choose(user, 'Value of', 'The last step');
  const breakdown = { property: 'metadata.channel', limit: 3 };
  expect(saved().funnel).toEqual({ steps, window: '14d', breakdown, breakdownBy: 'last' });
  expect(runs).toHaveBeenCalled();
});

test('defaults are left out', async () => {
  const { user, saved } = editFunnel({
    window: '14h',
    breakdown: { property: 'metadata.channel', limit: 3 },
    breakdownBy: 'last',
  });
  await enter(user, 'Conversion window', '24');
  await enter(user, 'Top values', '5');
  await choose(user, 'Value of', 'The first step');
  expect(saved().funnel).toEqual({ steps, breakdown: { property: 'metadata.channel' } });
});

describe('outputs', () => {
  test('each has its own fields', async () => {
    const { user, saved } = editFunnel();
    expect(screen.queryByLabelText('Interval')).not.toBeInTheDocument();
    await choose(user, 'Answer as', 'Conversion over time');
    await choose(user, 'Interval', 'Week');
    expect(saved().funnel).toEqual({ steps, output: 'trend', interval: 'week' });
    await choose(user, 'Answer as', 'Time to convert');
    expect(screen.queryByLabelText('Interval')).not.toBeInTheDocument();
    await enter(user, 'Bins', '7');
    expect(saved().funnel).toMatchObject({ output: 'time_to_convert', bins: 7 });
    await choose(user, 'Answer as', 'Steps');
    expect(screen.queryByLabelText('Bins')).not.toBeInTheDocument();
    expect(saved().funnel?.output).toBeUndefined();
  });

  test('a list is of a step, a status and a value of the breakdown', async () => {
    const { user, saved } = editFunnel({ output: 'actors', breakdown: { property: 'device_type' } });
    await choose(user, 'Who', 'Dropped');
    await choose(user, 'Step', '2. pay_order');
    await enter(user, 'Value of the breakdown', 'mobile');
    expect(saved().funnel?.actors).toEqual({ status: 'dropped', step: 2, value: 'mobile' });
    await user.click(screen.getByRole('button', { name: 'Remove step 2' }));
    expect(screen.getByText('Step is 2; the funnel has steps 1 to 1.')).toBeVisible();
    await choose(user, 'Step', '1. visit');
    await choose(user, 'Who', 'Reached');
    await user.clear(screen.getByLabelText('Value of the breakdown'));
    await user.tab();
    expect(saved().funnel?.actors).toBeUndefined();
  });

  test('a field of another one is shown while it has a problem', async () => {
    const { user } = editFunnel({ bins: 500 });
    expect(await screen.findByText('Bins is 500; use 1 to 100.')).toBeVisible();
    await enter(user, 'Bins', '50');
    expect(screen.queryByLabelText('Bins')).not.toBeInTheDocument();
  });
});

describe('options', () => {
  test('are summed up, and open', async () => {
    const { user, saved } = editFunnel();
    expect(screen.getByText('In order · Users · Any start')).toBeVisible();
    expect(screen.queryByLabelText('Order')).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Options', expanded: false }));
    await choose(user, 'Order', 'Strict order');
    await user.click(screen.getByRole('radio', { name: 'Sessions' }));
    await choose(user, 'Start with', 'First start only');
    await user.click(screen.getByRole('switch', { name: 'Steps at the very same time' }));
    const options = { order: 'strict', actor: 'session', entry: 'first_start', equalTimes: true };
    expect(saved().funnel).toEqual({ steps, ...options });
    await user.click(screen.getByRole('button', { name: 'Options', expanded: true }));
    expect(screen.getByText('Strict order · Sessions · First start only · Steps at the very same time')).toBeVisible();
    expect(screen.queryByLabelText('Order')).not.toBeInTheDocument();
  });

  test('events between steps are excluded', async () => {
    const { user, saved } = editFunnel({
      steps: [steps[0], { event: 'cart', optional: true }, { event: 'a' }, steps[1]],
    });
    await user.click(screen.getByRole('button', { name: 'Options' }));
    await user.click(screen.getByRole('button', { name: 'Add exclusion' }));
    expect(screen.queryByText(/is empty/)).not.toBeInTheDocument();
    await leave(user, 'Excluded event 1');
    expect(screen.getByText('Excluded event 1 is empty; choose an event, or * for any.')).toBeVisible();
    await user.type(screen.getByRole('combobox', { name: 'Excluded event 1' }), 'refund{Enter}');
    await choose(user, 'First step of exclusion 1', '2. a');
    await choose(user, 'Last step of exclusion 1', '2. a');
    expect(screen.getByText(/^Between the steps lies between steps 2 and 2; use two different steps/)).toBeVisible();
    await choose(user, 'Last step of exclusion 1', '3. pay_order');
    expect(saved().funnel?.exclusions).toEqual([{ event: 'refund', from: 2 }]);
    expect(screen.getByText('In order · Users · Any start · 1 exclusion')).toBeVisible();
  });

  test('nothing is excluded in any order', async () => {
    const { user, saved } = editFunnel({ exclusions: [{ event: 'refund' }] });
    await user.click(screen.getByRole('button', { name: 'Options' }));
    await choose(user, 'Order', 'Any order');
    expect(screen.getByText(/^Between the steps is not possible in an unordered funnel/)).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Add exclusion' })).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Remove exclusion 1' }));
    expect(saved().funnel?.exclusions).toBeUndefined();
  });

  test('are open while one has a problem', async () => {
    editFunnel({ actor: 'team' as never });
    expect(await screen.findByText('Count is "team"; use user or session.')).toBeVisible();
  });
});

test('what is edited leaves the other options alone', async () => {
  const options: Partial<Funnel> = { window: '2d', actor: 'session', breakdownBy: 'last', bins: 7, equalTimes: true };
  const { user, saved } = editFunnel(options);
  await choose(user, 'Event of step 2', 'Any event');
  await choose(user, 'Answer as', 'Conversion rate');
  expect(saved().funnel).toEqual({ ...options, steps: [steps[0], { event: '*' }], output: 'conversion' });
});

test('steps are a list with names', () => {
  editFunnel();
  const list = within(screen.getByRole('list', { name: 'Steps' }));
  expect(list.getByRole('listitem', { name: 'step 2' })).toBeVisible();
});

test('what matches is offered before what was typed, and a new step waits for its event', async () => {
  const { user, saved } = edit({ queryType: 'funnel', funnel: { steps: [{ event: 'visit' }, { event: 'visit' }] } });
  await user.click(screen.getByRole('button', { name: 'Add step' }));
  expect(screen.getByRole('combobox', { name: 'Event of step 3' })).toHaveFocus();
  await user.keyboard('pay');
  await waitFor(() =>
    expect(screen.getAllByRole('option').map((option) => option.textContent)).toEqual([
      'pay_order90 events',
      'payAs typed',
    ])
  );
  await user.keyboard('{Enter}');
  expect(saved().funnel?.steps[2]).toEqual({ event: 'pay_order' });
});
