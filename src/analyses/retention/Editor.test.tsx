import { screen } from '@testing-library/react';
import type { Retention } from '../../types.gen';
import { choose, edit, enter, leave } from '../../components/testing';

const events = { start: { event: 'visit' }, return: { event: '*' } };
const editRetention = (retention: Partial<Retention> = {}) =>
  edit({ queryType: 'retention', retention: { ...events, ...retention } });

test('events, cohorts and periods', async () => {
  const { user, saved } = editRetention();
  await choose(user, 'Return event', 'pay_order');
  await user.click(screen.getByRole('radio', { name: 'Every time' }));
  await user.click(screen.getByRole('radio', { name: 'Week' }));
  await user.click(screen.getByRole('radio', { name: 'Or later' }));
  await enter(user, 'Periods', '121');
  expect(screen.getByText('Periods is 121; use 1 to 120.')).toBeVisible();
  await enter(user, 'Periods', '12');
  const part = { start: { event: 'visit' }, return: { event: 'pay_order' } };
  expect(saved().retention).toEqual({
    ...part,
    cohorts: 'recurring',
    period: 'week',
    periods: 12,
    mode: 'on_or_after',
  });

  await user.click(screen.getByRole('radio', { name: 'First time' }));
  await user.click(screen.getByRole('radio', { name: 'Day' }));
  await user.click(screen.getByRole('radio', { name: 'In the period' }));
  await enter(user, 'Periods', '8');
  expect(saved().retention).toEqual(part);
});

test('breakdown', async () => {
  const { user, saved } = editRetention();
  await choose(user, 'Break down by', 'metadata.channel');
  await enter(user, 'Top values', '3');
  expect(saved().retention).toEqual({ ...events, breakdown: { property: 'metadata.channel', limit: 3 } });
});

test('options are summed up, and open', async () => {
  const { user, saved } = editRetention();
  expect(screen.getByText('Users · By the calendar · at least 1 return event')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Options', expanded: false }));
  await user.click(screen.getByRole('radio', { name: 'Sessions' }));
  await choose(user, 'Periods begin', 'At the start event');
  await enter(user, 'Return events, at least', '2');
  await enter(user, 'Brackets', '1, 7,8-30');
  expect(saved().retention).toEqual({
    ...events,
    actor: 'session',
    windows: 'rolling',
    minOccurrences: 2,
    brackets: ['1', '7', '8-30'],
  });
  expect(
    screen.getByText('Sessions · At the start event · at least 2 return events · brackets 1, 7, 8-30')
  ).toBeVisible();
  expect(screen.queryByLabelText('Periods')).not.toBeInTheDocument();
});

test('problems of options open them', async () => {
  const { user, saved } = editRetention({ brackets: ['7', '1'], windows: 'rolling', period: 'month' });
  expect(await screen.findByText(/^Brackets is "1", which begins no later than/)).toBeVisible();
  expect(screen.getByText(/^Periods begin is rolling, but months have no fixed length/)).toBeVisible();
  await user.clear(screen.getByLabelText('Brackets'));
  await user.tab();
  await choose(user, 'Periods begin', 'By the calendar');
  expect(saved().retention).toEqual({ ...events, period: 'month' });
  expect(screen.queryByLabelText('Brackets')).not.toBeInTheDocument();
});

test('a rate is of a column', async () => {
  const { user, saved } = editRetention({ brackets: ['1', '8-30'] });
  expect(screen.queryByLabelText('Bracket')).not.toBeInTheDocument();
  await choose(user, 'Answer as', 'Rate');
  await enter(user, 'Bracket', '9');
  expect(screen.getByText(/^Bracket is "9"; use one of the brackets/)).toBeVisible();
  await enter(user, 'Bracket', '8-30');
  expect(saved().retention).toEqual({ ...events, brackets: ['1', '8-30'], output: 'rate', column: '8-30' });
});

test('a list is of a cohort, a column, a status and a value of the breakdown', async () => {
  const { user, saved, runs } = editRetention({ breakdown: { property: 'device_type' } });
  await choose(user, 'Answer as', 'List');
  const missing = 'Cohort is missing: name the cohort whose actors to list.';
  expect(screen.queryByText(missing)).not.toBeInTheDocument();
  await leave(user, 'Cohort');
  expect(screen.getByText(missing)).toBeVisible();
  expect(runs).not.toHaveBeenCalled();
  await enter(user, 'Cohort', '2026-03-02');
  expect(runs).toHaveBeenCalled();
  await enter(user, 'After periods', '3');
  await choose(user, 'Who', 'Those who did not');
  await enter(user, 'Value of the breakdown', 'mobile');
  expect(saved().retention).toMatchObject({
    output: 'actors',
    column: '3',
    actors: { cohort: '2026-03-02', status: 'not_retained', value: 'mobile' },
  });
  await user.clear(screen.getByLabelText('Cohort'));
  await user.tab();
  expect(saved().retention?.actors).toBeUndefined();
});
