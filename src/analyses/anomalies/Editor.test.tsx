import { screen } from '@testing-library/react';
import { choose, edit, enter } from '../../components/testing';

test('busy users', async () => {
  const { user, saved } = edit({ queryType: 'anomalies', anomalies: { event: '*' } });
  await choose(user, 'Event', 'visit');
  await user.click(screen.getByRole('radio', { name: 'Sessions' }));
  await enter(user, 'More events than', '20');
  await enter(user, 'Within', '9999');
  expect(screen.getByText('Within is 9999m; the longest window is 24h.')).toBeVisible();
  await enter(user, 'Within', '5');
  await enter(user, 'List at most', '10');
  const busy = { event: 'visit', actor: 'session', moreThan: 20, window: '5m', limit: 10 };
  expect(saved().anomalies).toEqual(busy);
  await choose(user, 'Find', 'Number of busy users');
  expect(screen.queryByLabelText('List at most')).not.toBeInTheDocument();
  expect(saved().anomalies).toEqual({ ...busy, output: 'actor_count' });
});

test('unusual times', async () => {
  const { user, saved } = edit({ queryType: 'anomalies', anomalies: { event: '*' } });
  await choose(user, 'Find', 'Unusual times');
  expect(screen.queryByLabelText('More events than')).not.toBeInTheDocument();
  await user.click(screen.getByRole('radio', { name: 'Users' }));
  await user.click(screen.getByRole('radio', { name: '15 minutes' }));
  await enter(user, 'Weeks to compare with', '2');
  expect(screen.getByText('Weeks to compare with is 2; use 3 to 12.')).toBeVisible();
  await enter(user, 'Weeks to compare with', '8');
  await enter(user, 'Usual within deviations', '2.5');
  expect(saved().anomalies).toEqual({
    event: '*',
    output: 'buckets',
    value: 'users',
    interval: '15m',
    weeks: 8,
    deviations: 2.5,
  });
  await choose(user, 'Find', 'How unusual it is now');
  expect(screen.queryByLabelText('Usual within deviations')).not.toBeInTheDocument();
});
