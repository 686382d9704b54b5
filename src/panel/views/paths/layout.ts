import type { DataFrame } from '@grafana/data';
import { sankey, type SankeyLink, type SankeyNode } from 'd3-sankey';

/** What is at a step of paths: those whose event there has one label. */
export interface Stop {
  id: string;
  /** The row of the frame of nodes. */
  row: number;
  title: string;
  paths: number;
  /** From 0, from left to right in the order of time. */
  column: number;
  /** How many events lie between it and the chosen one, which is at step 0. */
  step: number;
  /** Nothing comes after it, or before it where paths lead up to the chosen event. */
  isEnd: boolean;
  /** Labels that share the stop, or none. */
  isRest: boolean;
}

export interface Way {
  row: number;
  paths: number;
}

export type PlacedStop = SankeyNode<Stop, Way>;
export type PlacedWay = SankeyLink<Stop, Way>;

export interface Layout {
  width: number;
  height: number;
  stops: PlacedStop[];
  ways: PlacedWay[];
  /** How far a label may reach, from the left edge of its stop. */
  labelRoom: number;
}

export const stopWidth = 10;
const leastColumn = 110;
const leastStop = 3;
/** A label needs that much from one stop to the next. */
const lineHeight = 16;
const edge = 8;
export const headHeight = 20;

/** Whether the frames are nodes and the edges between them. */
export function isGraph([nodes, edges]: DataFrame[]): boolean {
  const has = (frame: DataFrame | undefined, names: string[]) =>
    names.every((name) => frame?.fields.some((field) => field.name === name));
  return has(nodes, ['id', 'title', 'fixedx', 'paths']) && (!edges || has(edges, ['source', 'target', 'paths']));
}

/** Places the stops in columns, as high as the paths through them, and the ways between them. It is larger than the room where it does not fit. */
export function layOut([nodes, edges]: DataFrame[], room: { width: number; height: number }): Layout {
  const stops = stopsOf(nodes);
  const columns = Math.max(...stops.map(({ column }) => column)) + 1;
  const inColumn = Array.from({ length: columns }, (_, i) => stops.filter(({ column }) => column === i).length);
  const width = Math.max(room.width, columns * leastColumn);
  const most = Math.max(...inColumn);
  const height = Math.max(room.height, most * (lineHeight + leastStop) + 2 * edge + headHeight);
  const labelRoom = width / columns;
  const place = sankey<Stop, Way>()
    .nodeId(({ id }) => id)
    .nodeAlign((stop) => (stop as unknown as Stop).column)
    .nodeSort((a, b) => Number(a.isEnd) - Number(b.isEnd) || a.row - b.row)
    .nodeWidth(stopWidth)
    .nodePadding(Math.min(28, Math.max(lineHeight, (height - headHeight - 2 * edge) / most / 4)))
    .extent([
      [1, headHeight + edge],
      [width - labelRoom + stopWidth, height - edge],
    ]);
  const ways = edges ? waysOf(edges) : [];
  if (stops.length === 1) {
    return { width, height, labelRoom, ways: [], stops: stops.map((stop) => ({ ...stop, ...alone(height) })) };
  }
  const { nodes: placed, links } = place({
    nodes: stops.map((stop) => ({ ...stop, fixedValue: stop.paths })),
    links: ways,
  });
  return { width, height, labelRoom, stops: placed, ways: links };
}

/** Where a stop without ways stands, which d3-sankey cannot place. */
function alone(height: number) {
  return { x0: 1, x1: 1 + stopWidth, y0: headHeight + edge, y1: height - edge };
}

function stopsOf(frame: DataFrame): Stop[] {
  const values = (name: string) => frame.fields.find((field) => field.name === name)?.values ?? [];
  const places = [...new Set<number>(values('fixedx'))].sort((a, b) => a - b);
  return values('id').map((id: string, row) => ({
    id,
    row,
    title: values('title')[row],
    paths: values('paths')[row],
    column: places.indexOf(values('fixedx')[row]),
    step: parseInt(id, 10),
    isEnd: id.endsWith('-end'),
    isRest: /-(other|none)$/.test(id),
  }));
}

function waysOf(frame: DataFrame) {
  const values = (name: string) => frame.fields.find((field) => field.name === name)!.values;
  return values('source').map((source: string, row) => ({
    source,
    target: values('target')[row] as string,
    value: values('paths')[row] as number,
    paths: values('paths')[row] as number,
    row,
  }));
}

/** How high a way is where it leaves a stop, in pixels. */
export const wayHeight = (way: PlacedWay) => Math.max(1, way.width!);

/**
 * The area of a way. A line as wide as the way, which d3-sankey has, bulges out of its place where a wide way is steep: the edges are moved
 * up and down here, not across.
 */
export function wayArea(way: PlacedWay): string {
  const [left, right] = [(way.source as PlacedStop).x1!, (way.target as PlacedStop).x0!];
  const middle = (left + right) / 2;
  const half = wayHeight(way) / 2;
  const [from, to] = [way.y0!, way.y1!];
  return (
    `M${left},${from - half}C${middle},${from - half} ${middle},${to - half} ${right},${to - half}` +
    `V${to + half}C${middle},${to + half} ${middle},${from + half} ${left},${from + half}Z`
  );
}

/** The stops and ways that paths through something can take: all that lead to it and all that lead on from it. */
export function through(layout: Layout, thing: PlacedStop | PlacedWay): Set<PlacedStop | PlacedWay> {
  const found = new Set<PlacedStop | PlacedWay>([thing]);
  const isWay = (it: PlacedStop | PlacedWay): it is PlacedWay => 'source' in it;
  const follow = (it: PlacedStop | PlacedWay, next: (it: PlacedStop | PlacedWay) => Array<PlacedStop | PlacedWay>) =>
    next(it).forEach((other) => {
      if (!found.has(other)) {
        found.add(other);
        follow(other, next);
      }
    });
  follow(thing, (it) => (isWay(it) ? [it.target as PlacedStop] : (it.sourceLinks ?? [])));
  follow(thing, (it) => (isWay(it) ? [it.source as PlacedStop] : (it.targetLinks ?? [])));
  return found;
}

/** What is written beside each stop: two lines, one, or nothing, so that no text stands upon another. */
export function linesOf({ stops }: Layout): Map<PlacedStop, 0 | 1 | 2> {
  const lines = new Map<PlacedStop, 0 | 1 | 2>();
  const free: number[] = []; // how far down each column is written on
  for (const stop of [...stops].sort((a, b) => a.y0! - b.y0!)) {
    const count = stop.y1! - stop.y0! >= 2 * lineHeight ? 2 : 1;
    const top = (stop.y0! + stop.y1!) / 2 - (count * lineHeight) / 2;
    const fits = top >= (free[stop.column] ?? -Infinity);
    lines.set(stop, fits ? count : 0);
    if (fits) {
      free[stop.column] = top + count * lineHeight;
    }
  }
  return lines;
}
