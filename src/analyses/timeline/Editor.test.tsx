import { screen } from '@testing-library/react';
import { choose, edit, enter, range } from '../../components/testing';

test('waits for a user, and offers those of the data', async () => {
  const { user, saved, runs, datasource } = edit({ queryType: 'timeline', timeline: { event: '*' } });
  expect(screen.getByText('User is empty; enter a user_id, or a session_id as session.')).toBeVisible();
  expect(runs).not.toHaveBeenCalled();
  jest.spyOn(datasource, 'values').mockResolvedValue([{ value: 'ann', count: 7 }]);
  await choose(user, 'User', 'ann');
  expect(datasource.values).toHaveBeenCalledWith(range, '*', 'user_id', '');
  expect(runs).toHaveBeenCalledTimes(1);
  expect(saved().timeline).toEqual({ event: '*', user: 'ann' });
});

test('a session, an event, and the order', async () => {
  const { user, saved } = edit({ queryType: 'timeline', timeline: { event: '*' } });
  await user.type(screen.getByRole('combobox', { name: 'Session' }), 's1{Enter}');
  await choose(user, 'Event', 'pay_order');
  await user.click(screen.getByRole('radio', { name: 'Oldest' }));
  await enter(user, 'Events', '1001');
  expect(screen.getByText('Events is 1001; use 1 to 1000.')).toBeVisible();
  await enter(user, 'Events', '20');
  expect(saved().timeline).toEqual({ event: 'pay_order', session: 's1', order: 'oldest', limit: 20 });
});
