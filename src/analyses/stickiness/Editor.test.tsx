import { screen } from '@testing-library/react';
import { choose, edit, enter } from '../../components/testing';

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
