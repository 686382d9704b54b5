import { screen } from '@testing-library/react';
import { choose, edit, enter, leave } from '../../components/testing';

test('series are added, called and removed', async () => {
  const { user, saved, runs } = edit({ queryType: 'trend', trend: {} });
  await user.click(screen.getByRole('button', { name: 'Add series' }));
  expect(screen.queryByText(/is empty/)).not.toBeInTheDocument();
  await leave(user, 'Event of series 2');
  expect(screen.getByText('Event is empty; choose an event, or * for any.')).toBeVisible();
  expect(runs).not.toHaveBeenCalled();
  await choose(user, 'Event of series 2', 'visit');
  await choose(user, 'Event of series 1', 'visit');
  expect(screen.getByText(/^Label makes it "visit", as trend.series\[0\] is called/)).toBeVisible();
  await enter(user, 'Label of series 2', 'Mobile');
  await user.click(screen.getByRole('button', { name: 'Add filter to series 2' }));
  await choose(user, 'Property of filter 1 of series 2', 'device_type');
  await choose(user, 'Value of filter 1 of series 2', 'mobile');
  expect(saved().trend?.series).toEqual([
    { event: 'visit' },
    { event: 'visit', label: 'Mobile', filters: [{ property: 'device_type', operator: '=', values: ['mobile'] }] },
  ]);
  await user.click(screen.getByRole('button', { name: 'Remove series 2' }));
  await choose(user, 'Event of series 1', 'Any event');
  expect(saved().trend).toEqual({});
});

test('what is counted, and by what', async () => {
  const { user, saved } = edit({ queryType: 'trend', trend: {} });
  await user.click(screen.getByRole('radio', { name: 'Hour' }));
  expect(saved().trend).toEqual({ interval: 'hour' });
  await choose(user, 'Count', 'Users of 7 days');
  expect(screen.queryByRole('radio', { name: 'Hour' })).not.toBeInTheDocument();
  await user.click(screen.getByRole('radio', { name: 'Week' }));
  await choose(user, 'Break down by', 'device_type');
  await enter(user, 'Top values', '99');
  expect(screen.getByText('Top values is 99; use 1 to 50.')).toBeVisible();
  await enter(user, 'Top values', '3');
  expect(saved().trend).toEqual({
    value: 'users_7_days',
    interval: 'week',
    breakdown: { property: 'device_type', limit: 3 },
  });
  await choose(user, 'Count', 'Events');
  await user.click(screen.getByRole('radio', { name: 'Day' }));
  expect(saved().trend).toEqual({ breakdown: { property: 'device_type', limit: 3 } });
});
