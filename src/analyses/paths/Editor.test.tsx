import { screen } from '@testing-library/react';
import { choose, edit, enter } from '../../components/testing';

test('an event, the way from it, and its visit', async () => {
  const { user, saved } = edit({ queryType: 'paths', paths: { event: '*' } });
  await choose(user, 'Event', 'pay_order');
  await user.click(screen.getByRole('radio', { name: 'Before it' }));
  await enter(user, 'Steps', '11');
  expect(screen.getByText('Steps is 11; use 1 to 10.')).toBeVisible();
  await enter(user, 'Steps', '3');
  await enter(user, 'Longest pause', '10');
  expect(saved().paths).toEqual({ event: 'pay_order', direction: 'before', steps: 3, gap: '10m' });
  await user.click(screen.getByRole('radio', { name: 'Sessions' }));
  expect(screen.queryByLabelText('Longest pause')).not.toBeInTheDocument();
  expect(saved().paths).toEqual({ event: 'pay_order', direction: 'before', steps: 3, actor: 'session' });
});

test('what the steps are called by', async () => {
  const { user, saved } = edit({ queryType: 'paths', paths: { event: '*' } });
  await choose(user, 'Steps called by', 'metadata.channel');
  await user.click(screen.getByRole('switch', { name: 'Keep repeats apart' }));
  expect(saved().paths).toEqual({ event: '*', property: 'metadata.channel', keepRepeats: true });
  await user.click(screen.getByRole('switch', { name: 'Keep repeats apart' }));
  await user.type(screen.getByRole('combobox', { name: 'Steps called by' }), 'event_type{Enter}');
  expect(saved().paths).toEqual({ event: '*' });
});

test('a graph has nodes, a table paths', async () => {
  const { user, saved } = edit({ queryType: 'paths', paths: { event: '*' } });
  await enter(user, 'Nodes at each step', '9');
  await choose(user, 'Answer as', 'Table');
  expect(screen.queryByLabelText('Nodes at each step')).not.toBeInTheDocument();
  await enter(user, 'Paths', '50');
  expect(saved().paths).toEqual({ event: '*', nodes: 9, output: 'table', limit: 50 });
});
