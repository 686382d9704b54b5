import { screen } from '@testing-library/react';
import type { Heatmap } from '../../types.gen';
import { choose, edit, enter, leave } from '../../components/testing';

const editHeatmap = (heatmap: Partial<Heatmap> = {}) =>
  edit({ queryType: 'heatmap', heatmap: { event: 'visit', ...heatmap } });

test('event, count and dimensions of time', async () => {
  const { user, saved } = editHeatmap();
  await choose(user, 'Event', 'pay_order');
  await choose(user, 'Count', 'Events per user');
  await choose(user, 'Across', 'Weekday');
  expect(screen.getByText(/^Down is "weekday", the same as heatmap.x/)).toBeVisible();
  await choose(user, 'Down', 'Month');
  expect(saved().heatmap).toEqual({ event: 'pay_order', value: 'events_per_user', x: 'weekday', y: 'month' });
  await choose(user, 'Count', 'Events');
  await choose(user, 'Across', 'Hour of day');
  await choose(user, 'Down', 'Weekday');
  expect(saved().heatmap).toEqual({ event: 'pay_order' });
});

test('the values of a property', async () => {
  const { user, saved } = editHeatmap();
  await choose(user, 'Down', 'Values of a property');
  expect(screen.queryByText(/is empty/)).not.toBeInTheDocument();
  await leave(user, 'Down: property');
  expect(screen.getByText('Down: property is empty; choose a property.')).toBeVisible();
  await choose(user, 'Down: property', 'metadata.channel');
  await enter(user, 'Down: top values', '51');
  expect(screen.getByText('Down: top values is 51; use 1 to 50.')).toBeVisible();
  await enter(user, 'Down: top values', '4');
  expect(saved().heatmap).toEqual({ event: 'visit', y: 'property', yProperty: 'metadata.channel', yLimit: 4 });
  await choose(user, 'Down', 'Date');
  expect(saved().heatmap).toEqual({ event: 'visit', y: 'date' });
});

test('numbers of a property, by their number or their size', async () => {
  const { user, saved } = editHeatmap({ xProperty: 'metadata.x' });
  await choose(user, 'Across', 'Numbers of a property');
  expect(saved().heatmap).toMatchObject({ x: 'bins', xProperty: 'metadata.x', xBins: { min: 0, max: 100 } });
  await enter(user, 'Across: from', '200');
  expect(screen.getByText(/^Across: to is 100; use a number at least 0.001 greater than min/)).toBeVisible();
  await enter(user, 'Across: from', '-10');
  await enter(user, 'Across: to', '0');
  await enter(user, 'Across: number of bins', '5');
  expect(saved().heatmap?.xBins).toEqual({ min: -10, max: 0, count: 5 });
  await enter(user, 'Across: size of a bin', '20');
  expect(screen.getByText(/^Across: size of a bin is 20, which does not cut/)).toBeVisible();
  await enter(user, 'Across: size of a bin', '2');
  expect(saved().heatmap?.xBins).toEqual({ min: -10, max: 0, size: 2 });
});

test('two properties differ, and a breakdown makes a frame for each value', async () => {
  const property = { x: 'property' as const, xProperty: 'device_type' };
  const { user, saved } = editHeatmap({ ...property, y: 'property', yProperty: 'device_type' });
  expect(await screen.findByText(/^Down: property is "device_type", the same as heatmap.xProperty/)).toBeVisible();
  await choose(user, 'Down: property', 'metadata.channel');
  await choose(user, 'Break down by', 'device_type');
  expect(saved().heatmap).toMatchObject({ yProperty: 'metadata.channel', breakdown: { property: 'device_type' } });
});

test('what stands beside a page, where both axes are numbers', async () => {
  const bins = { min: 0, max: 100 };
  const { user, saved } = editHeatmap({ x: 'bins', xProperty: 'metadata.x', xBins: bins });
  expect(screen.queryByLabelText('Elements')).not.toBeInTheDocument();
  await choose(user, 'Down', 'Numbers of a property');
  await choose(user, 'Down: property', 'metadata.channel');
  await choose(user, 'Elements', 'device_type');
  expect(await screen.findByText(/^Elements is given, but the axes are no places on a page/)).toBeVisible();
  await enter(user, 'Top elements', '51');
  expect(await screen.findByText('Top elements is 51; use 1 to 50.')).toBeVisible();
  await enter(user, 'Top elements', '3');
  await choose(user, 'Scroll depth', 'metadata.channel');
  await choose(user, 'Scroll depth: event', 'pay_order');
  expect(saved().heatmap).toMatchObject({
    elements: { property: 'device_type', limit: 3 },
    scroll: { event: 'pay_order', property: 'metadata.channel' },
  });
  await choose(user, 'Down', 'Weekday');
  expect(screen.getByText(/^Scroll depth is given, but the axes are no places on a page/)).toBeVisible();
});

test('scroll depth is that of scroll events, unless another is chosen', async () => {
  const axis = { min: 0, max: 100 };
  const page: Partial<Heatmap> = {
    x: 'bins',
    xProperty: 'metadata.x',
    xBins: axis,
    y: 'bins',
    yProperty: 'metadata.y',
    yBins: axis,
  };
  const { user, saved } = editHeatmap(page);
  await choose(user, 'Scroll depth', 'metadata.channel');
  expect(saved().heatmap?.scroll).toEqual({ event: 'scroll', property: 'metadata.channel' });
  await choose(user, 'Break down by', 'device_type');
  expect(await screen.findByText(/^Scroll depth is given, and so is a breakdown/)).toBeVisible();
});
