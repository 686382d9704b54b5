import { createTheme } from '@grafana/data';
import { colorOf, iconOf } from './kinds';

test.each([
  ['view_product', 'eye'],
  ['Page Viewed', 'eye'],
  ['add_to_cart', 'plus-square'],
  ['pay_order', 'credit-card'],
  ['payment_failed', 'exclamation-triangle'],
  ['$pageview', 'eye'],
  ['signUp', 'user'],
  ['search', 'search'],
  ['click', 'record-audio'],
  ['overview', undefined],
  ['', undefined],
])('%s has the icon %s', (event, icon) => {
  expect(iconOf(event)).toBe(icon);
});

test('a name has one color, whatever else there is, and only errors are red', () => {
  const theme = createTheme({ colors: { mode: 'light' } });
  const red = theme.visualization.getColorByName('red');
  expect(colorOf('server_error', theme)).toBe(red);
  expect(colorOf('visit', theme)).toBe(colorOf('visit', theme));
  const others = ['visit', 'search', 'view_product', 'pay_order', 'click', '页面', ''].map((name) =>
    colorOf(name, theme)
  );
  expect(others).not.toContain(red);
  expect(new Set(others).size).toBeGreaterThan(3);
});
