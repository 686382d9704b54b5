import { screen } from '@testing-library/react';
import { choose, edit } from '../../components/testing';

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
