import { createDataFrame, FieldType, type DataFrame } from '@grafana/data';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { barriers } from '../../axe';
import { answering, asked, golden, show } from '../../testing';
import { layOut, linesOf, through, type PlacedStop, type PlacedWay } from './layout';

const names = () => screen.getAllByRole('img').map((node) => node.getAttribute('aria-label'));
const bands = (container: HTMLElement) => [...container.querySelectorAll<SVGPathElement>('path[data-height]')];

/** A graph of edges: from, to and how many paths. The first part of an id is its step. */
function graph(edges: Array<[string, string, number]>, alone: string[] = []): DataFrame[] {
  const ids = [...new Set([...alone, ...edges.flatMap(([from, to]) => [from, to])])];
  const count = (id: string) => {
    const sum = (side: 0 | 1) => edges.filter((edge) => edge[side] === id).reduce((all, edge) => all + edge[2], 0);
    return Math.max(sum(0), sum(1), alone.length);
  };
  const column = (name: string, values: unknown[], more = {}) => ({ name, values, config: {}, ...more });
  return [
    createDataFrame({
      meta: { custom: { view: 'paths' } },
      fields: [
        column('id', ids),
        column('title', ids),
        column(
          'fixedx',
          ids.map((id) => 200 * parseInt(id, 10)),
          { type: FieldType.number }
        ),
        column('paths', ids.map(count), { type: FieldType.number }),
        column(
          'share',
          ids.map(() => 0.5),
          { type: FieldType.number, config: { unit: 'percentunit' } }
        ),
      ],
    }),
    createDataFrame({
      meta: { custom: { view: 'paths' } },
      fields: [
        column(
          'source',
          edges.map(([from]) => from)
        ),
        column(
          'target',
          edges.map(([, to]) => to)
        ),
        column(
          'paths',
          edges.map(([, , paths]) => paths),
          { type: FieldType.number }
        ),
        column(
          'share',
          edges.map(() => 0.5),
          { type: FieldType.number, config: { unit: 'percentunit' } }
        ),
      ],
    }),
  ];
}

test.each(['dark', 'light'] as const)('paths in %s are a graph of stops with their numbers', async (mode) => {
  const { container } = await show(golden('paths_graph'), { mode });
  expect(names()).toEqual([
    'view: 3 (100.0%)',
    'cart: 2 (66.7%)',
    '(end): 1 (33.3%)',
    'pay: 1 (33.3%)',
    '(end): 1 (33.3%)',
  ]);
  expect(screen.getByText('chosen event')).toBeVisible();
  expect(await barriers(container)).toEqual([]);
});

test('bands are as wide as the share of the paths that they are, and never less than a pixel', async () => {
  const { container } = await show(
    graph([
      ['0-1', '1-1', 1_000_000],
      ['0-1', '1-2', 250_000],
      ['0-1', '1-end', 1],
    ])
  );
  const [wide, narrow, least] = bands(container).map((band) => Number(band.getAttribute('data-height')));
  expect(wide / narrow).toBeCloseTo(4, 5);
  expect(least).toBe(1);
  expect(names()).toContain('1-1: 1,000,000 (50.0%)');
});

test('a stop leads to the paths that begin from it; the end leads nowhere', async () => {
  answering(golden('paths_graph'));
  await show(golden('paths_graph'));
  const links = screen.getAllByRole('button', { name: /^\w+: / });
  expect(links.map((link) => within(link).getByRole('img').getAttribute('aria-label'))).toEqual([
    'view: 3 (100.0%)',
    'cart: 2 (66.7%)',
    'pay: 1 (33.3%)',
  ]);
  await userEvent.click(links[1]);
  await screen.findByRole('dialog', { name: /Begin from it/ });
  expect(asked).toMatchObject([{ queryType: 'paths', paths: { event: 'cart', filters: [] } }]);
});

test('paths by a property begin from the events with its value', async () => {
  answering(golden('paths_graph'));
  const [nodes, edges] = golden('paths_graph_before');
  await show([nodes, edges]);
  const [link] = screen.getAllByRole('button', { name: /: / });
  await userEvent.click(link);
  await screen.findByRole('dialog', { name: /Begin from it/ });
  const [value] = within(link).getByRole('img').getAttribute('aria-label')!.split(': ');
  expect(asked).toMatchObject([
    {
      queryType: 'paths',
      paths: { event: '*', filters: [{ property: 'metadata.channel', operator: '=', values: [value] }] },
    },
  ]);
});

test('whoever looks at a stop sees what leads to it and on from it, and not the rest', async () => {
  const frames = graph([
    ['0-1', '1-1', 5],
    ['0-1', '1-2', 3],
    ['1-1', '2-1', 4],
    ['1-2', '2-2', 3],
    ['1-1', '2-end', 1],
  ]);
  const layout = layOut(frames, { width: 800, height: 300 });
  const stop = layout.stops.find(({ id }) => id === '1-1')!;
  const found = [...through(layout, stop)].map((thing) =>
    'source' in thing
      ? `${((thing as PlacedWay).source as PlacedStop).id} ${((thing as PlacedWay).target as PlacedStop).id}`
      : thing.id
  );
  expect(found.sort()).toEqual(['0-1', '0-1 1-1', '1-1', '1-1 2-1', '1-1 2-end', '2-1', '2-end']);

  const { container } = await show(frames);
  const looks = () => bands(container).map((band) => band.getAttribute('class'));
  expect(new Set(looks()).size).toBe(1);
  await userEvent.hover(bands(container)[1]);
  expect(screen.getByRole('tooltip')).toHaveTextContent('0-1 → 1-2');
  expect(new Set(looks()).size).toBe(2);
  expect(looks()[1]).toBe(looks()[3]);
  expect(looks()[0]).not.toBe(looks()[1]);
  await userEvent.unhover(bands(container)[1]);
  expect(new Set(looks()).size).toBe(1);
  await userEvent.tab();
  expect(new Set(looks()).size).toBe(1); // the first stop is on all ways
});

test.each([
  [300, 200],
  [900, 500],
  [1600, 900],
])('no text stands upon another in %d x %d, and very many stops have room', (width, height) => {
  const edges: Array<[string, string, number]> = [];
  for (let step = 1; step <= 4; step++) {
    for (let place = 1; place <= 52; place++) {
      edges.push([step === 1 ? '0-1' : `${step - 1}-${place}`, `${step}-${place}`, place === 1 ? 90_000 : 53 - place]);
    }
  }
  const layout = layOut(graph(edges), { width, height });
  expect(layout.width).toBeGreaterThanOrEqual(width);
  expect(layout.height).toBeGreaterThanOrEqual(height);
  const lines = linesOf(layout);
  for (let column = 0; column <= 4; column++) {
    let below = -Infinity;
    for (const stop of layout.stops.filter((other) => other.column === column).sort((a, b) => a.y0! - b.y0!)) {
      const [middle, tall] = [(stop.y0! + stop.y1!) / 2, 16 * lines.get(stop)!];
      expect(tall === 0 || middle - tall / 2 >= below).toBe(true);
      below = tall ? middle + tall / 2 : below;
      expect(stop.y1!).toBeLessThanOrEqual(layout.height);
    }
  }
});

test('a stop alone is drawn', async () => {
  await show(graph([], ['0-1']));
  expect(names()).toEqual(['0-1: 1 (50.0%)']);
});

test('an answer without paths says so', async () => {
  await show(golden('trend_events'), { options: { view: 'paths' } });
  expect(screen.getByText('This answer has no paths from event to event.')).toBeVisible();
});
