import { screen } from '@testing-library/react';
import { choose, edit, enter } from './testing';

test('lifecycle', async () => {
  const { user, saved } = edit({ queryType: 'lifecycle', lifecycle: { event: '' } });
  expect(screen.getByRole('combobox', { name: 'Active by' })).toHaveValue('Any event');
  await choose(user, 'Active by', 'visit');
  await user.click(screen.getByRole('radio', { name: 'Week' }));
  await user.click(screen.getByRole('button', { name: 'Add filter to the event' }));
  await choose(user, 'Property of filter 1 of the event', 'device_type');
  await choose(user, 'Value of filter 1 of the event', 'mobile');
  expect(saved().lifecycle).toEqual({
    event: 'visit',
    interval: 'week',
    filters: [{ property: 'device_type', operator: '=', values: ['mobile'] }],
  });
});

test('stickiness; how many intervals matters to a rate only', async () => {
  const { user, saved } = edit({ queryType: 'stickiness', stickiness: { event: '*' } });
  expect(screen.queryByLabelText('Active in at least')).not.toBeInTheDocument();
  await choose(user, 'Answer as', 'Rate');
  await user.click(screen.getByRole('radio', { name: 'Month' }));
  await enter(user, 'Active in at least', '1001');
  expect(screen.getByText('Active in at least is 1001; use 1 to 1000.')).toBeVisible();
  await enter(user, 'Active in at least', '3');
  expect(saved().stickiness).toEqual({ event: '*', output: 'rate', interval: 'month', atLeast: 3 });
  await choose(user, 'Answer as', 'Table');
  expect(saved().stickiness).toEqual({ event: '*', interval: 'month', atLeast: 3 });
});
