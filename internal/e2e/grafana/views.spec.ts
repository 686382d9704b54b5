import { expect, test } from '@grafana/plugin-e2e';
import type { APIRequestContext, Locator } from '@playwright/test';
import type { Query } from '../../../src/types.gen';
import { ask, column, datasource, range, type Frame } from './ask';

// What each view draws of an answer in a panel of Grafana, read from the picture, and compared with what the data source answers over HTTP.

const uid = 'footfall-views-test';

interface Case {
  query: Query;
  check: (panel: Locator, frames: Frame[]) => Promise<void>;
}

const steps = ['visit', 'add_to_cart', 'pay_order'].map((event) => ({ event }));
const percent = { min: 0, max: 100, count: 10 };

const cases: Record<string, Case> = {
  'a funnel: users, and their shares': {
    query: { queryType: 'funnel', funnel: { steps } },
    check: async (panel, [frame]) => {
      const users = column<number>(frame, 'users');
      const items = panel.getByRole('list', { name: 'Funnel' }).getByRole('listitem');
      await expect(items).toHaveCount(users.length);
      await expect(panel.locator('strong')).toHaveText(users.map(written));
      for (const [i, share] of column<number>(frame, 'share_of_first').entries()) {
        await expect(items.nth(i)).toContainText(percentText(share));
      }
      for (const share of column<number>(frame, 'share_of_previous').slice(1)) {
        await expect(panel.getByRole('list', { name: 'Funnel' })).toContainText(percentText(share));
      }
    },
  },
  'cohorts: sizes, and the rate of each period': {
    query: {
      queryType: 'retention',
      retention: { start: { event: 'visit' }, return: { event: 'visit' }, periods: 5 },
    },
    check: async (panel, [frame]) => {
      const grid = panel.getByRole('grid', { name: 'Cohorts' });
      await expect(grid.getByRole('rowheader').first()).toHaveText('weighted mean');
      const names = column<string>(frame, 'cohort');
      const rows = grid.getByRole('row');
      const drawn = await rows.evaluateAll((all) =>
        all.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent?.trim() ?? ''))
      );
      const known = drawn.filter(([name]) => names.includes(name));
      expect(known.length).toBeGreaterThan(5);
      for (const [name, size, ...cells] of known) {
        const row = names.indexOf(name);
        expect([name, size]).toEqual([name, written(column<number>(frame, 'users')[row])]);
        const rates = [0, 1, 2, 3, 4].map((period) => column<number | null>(frame, `day ${period}`)[row]);
        rates.forEach((rate, i) => expect(asShare(cells[i]), `${name}, day ${i}`).toBeCloseTo(rate ?? NaN, 2));
      }
    },
  },
  'paths: how often each event came in each step, and the share': {
    query: { queryType: 'paths', paths: { event: 'visit', steps: 2, nodes: 3 } },
    check: async (panel, [nodes]) => {
      const [titles, paths, shares] = ['title', 'paths', 'share'].map((name) => column<never>(nodes, name));
      expect(titles.length).toBeGreaterThan(5);
      const names = titles.map((title, i) => `${title}: ${written(paths[i])} (${percentText(shares[i])})`);
      const stops = panel.getByRole('group', { name: 'Graph of the answer' }).getByRole('img');
      await expect(stops).toHaveCount(names.length);
      const drawn = await stops.evaluateAll((all) => all.map((stop) => stop.getAttribute('aria-label')));
      expect(drawn.sort()).toEqual(names.sort());
    },
  },
  'hours and weekdays: each cell, and the totals': {
    query: { queryType: 'heatmap', heatmap: { event: '*', x: 'hour', y: 'weekday' } },
    check: async (panel, [frame]) => {
      const rows = panel.getByRole('table', { name: 'Grid of the answer' }).locator('tbody tr');
      await expect(rows).toHaveCount(7);
      const [x, y, events] = ['x', 'y', 'events'].map((name) => column<number>(frame, name));
      const drawn = await rows.evaluateAll((all) =>
        all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent?.trim() ?? ''))
      );
      const cells = new Map(events.map((count, i) => [`${x[i]} ${y[i]}`, count]));
      drawn.forEach((row, weekday) => {
        const counts = Array.from({ length: 24 }, (_, hour) => cells.get(`${hour} ${weekday}`)!);
        expect(row).toEqual([...counts, sum(counts)].map(written));
      });
      await expect(panel.getByRole('table', { name: 'Grid of the answer' })).toContainText(written(sum(events)));
    },
  },
  'clicks: what was clicked, and how far down users came': {
    query: {
      queryType: 'heatmap',
      heatmap: {
        event: 'click',
        x: 'bins',
        xProperty: 'metadata.x',
        xBins: percent,
        y: 'bins',
        yProperty: 'metadata.y',
        yBins: percent,
        elements: { property: 'metadata.element', limit: 4 },
        scroll: { event: 'scroll', property: 'metadata.depth' },
      },
    },
    check: async (panel, [cells, elements, scroll]) => {
      const rows = panel.getByRole('table', { name: 'Elements of the page' }).locator('tbody tr');
      const [events, users] = ['events', 'users'].map((name) => column<number>(elements, name));
      expect(sum(events)).toBe(sum(column<number>(cells, 'events')));
      await expect(rows.locator('td:nth-child(2)')).toHaveText(events.map(written));
      await expect(rows.locator('td:nth-child(3)')).toHaveText(column<number>(elements, 'share').map(percentText));
      await expect(rows.locator('td:nth-child(4)')).toHaveText(users.map(written));
      const half = column<number>(scroll, 'share').filter((share) => share >= 0.5);
      const depths = panel.getByRole('group', { name: 'How far down users came' });
      await expect(depths).toContainText(percentText(half[half.length - 1]));
    },
  },
  'a lifecycle: who came, stayed and left in each period': {
    query: { queryType: 'lifecycle', lifecycle: { event: '*' } },
    check: async (panel, [frame]) => {
      const [, ...counts] = frame.data.values as number[][];
      await lookAlong(panel, counts[0].length, (place) =>
        ['new', 'returning', 'resurrecting', 'dormant'].map((status, i) => `${status}: ${written(counts[i][place])}`)
      );
    },
  },
  'stickiness: how many were active in so many weeks': {
    query: { queryType: 'stickiness', stickiness: { event: 'visit', interval: 'week' } },
    check: async (panel, [frame]) => {
      const [users, shares] = ['users', 'share'].map((name) => column<number>(frame, name));
      await expect(panel.locator('figure svg')).toContainText(written(users[0]));
      await lookAlong(panel, users.length, (place) => [
        `weeks: ${place + 1}`,
        `users: ${written(users[place])}`,
        `share: ${percentText(shares[place])}`,
      ]);
    },
  },
  'anomalies: what was counted, what is usual, and how many are not': {
    query: { queryType: 'anomalies', anomalies: { event: '*', interval: 'day', output: 'buckets' } },
    check: async (panel, [frame]) => {
      const [, events] = frame.data.values as number[][];
      await lookAlong(panel, events.length, (place) => [`events: ${written(events[place])}`]);
      const found = column<boolean | null>(frame, 'anomaly').filter((isOne) => isOne === true);
      await expect(panel.getByRole('figure')).toContainText(`anomalies: ${found.length}`);
    },
  },
  'trends: every point of each line': {
    query: { queryType: 'trend', trend: { series: [{ event: 'visit' }, { event: 'pay_order' }], interval: 'day' } },
    check: async (panel, [frame]) => {
      const [, visits, orders] = frame.data.values as number[][];
      await lookAlong(panel, visits.length, (place) => [
        `visit: ${written(visits[place])}`,
        `pay_order: ${written(orders[place])}`,
      ]);
    },
  },
  'numbers: the conversion of each device': {
    query: {
      queryType: 'funnel',
      funnel: { steps, output: 'conversion', breakdown: { property: 'device_type' } },
    },
    check: async (panel, [frame]) => {
      // Grafana gives every panel thresholds, green and red.
      const colors = await panel
        .getByRole('listitem')
        .first()
        .evaluate((tile) =>
          [...tile.querySelectorAll('*')]
            .filter((each) => each.children.length === 0 && each.textContent)
            .map((each) => getComputedStyle(each).color)
        );
      expect(new Set(colors).size, colors.join()).toBe(1);
      const rates = column<number>(frame, 'conversion_rate');
      const devices = column<string>(frame, 'breakdown');
      await expect(panel.getByRole('listitem')).toHaveText(
        devices.map((device, i) => new RegExp(`${device}.*${percentText(rates[i]).replace('.', '\\.')}`))
      );
    },
  },
};

for (const [title, { query, check }] of Object.entries(cases)) {
  test(title, async ({ gotoDashboardPage, request }) => {
    await makeDashboard(request, query);
    const dashboard = await gotoDashboardPage({ uid });
    await check(dashboard.getPanelByTitle('Answer').locator, await ask(request, query));
  });
}

test('a timeline: the events of a user, by session', async ({ gotoDashboardPage, request }) => {
  const [busy] = await ask(request, {
    queryType: 'anomalies',
    anomalies: { event: '*', moreThan: 12, output: 'actors' },
  });
  const [user] = column<string>(busy, 'user_id');
  const query: Query = { queryType: 'timeline', timeline: { event: '*', user, limit: 1000 } };
  await makeDashboard(request, query);
  const panel = (await gotoDashboardPage({ uid })).getPanelByTitle('Answer').locator;
  const [frame] = await ask(request, query);
  const sessions = column<string>(frame, 'session');
  const facts = panel.locator('dl').first();
  await expect(facts).toContainText(`Events${written(sessions.length)}`);
  await expect(facts).toContainText(`Sessions${written(new Set(sessions).size)}`);
  const counts = await panel.getByText(/^[\d,]+ events?$/).allTextContents();
  expect(sum(counts.map((text) => Number(text.replace(/\D/g, ''))))).toBe(sessions.length);
});

test.afterAll(async ({ request }) => {
  await request.delete(`/api/dashboards/uid/${uid}`);
});

/** Makes the dashboard, with one Footfall panel. */
async function makeDashboard(request: APIRequestContext, query: Query) {
  const panel = {
    id: 1,
    type: 'footfall-behavior-panel',
    title: 'Answer',
    gridPos: { x: 0, y: 0, w: 24, h: 20 },
    datasource,
    targets: [{ refId: 'A', datasource, timeZone: 'UTC', ...query }],
  };
  const time = { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() };
  const dashboard = { uid, title: 'Views', timezone: 'utc', time, panels: [panel] };
  await expect(await request.post('/api/dashboards/db', { data: { dashboard, overwrite: true } })).toBeOK();
}

/** Looks along a chart's axis with the arrow keys, and compares what is said of the first, second and last place. */
async function lookAlong(panel: Locator, places: number, textsOf: (place: number) => string[]) {
  const slider = panel.getByRole('slider', { name: 'Place along the axis' });
  await expect(slider).toHaveAttribute('aria-valuemax', String(places - 1));
  await slider.focus();
  for (const [key, place] of [
    ['Home', 0],
    ['ArrowRight', 1],
    ['End', places - 1],
  ] as const) {
    await slider.press(key);
    await expect(slider).toHaveAttribute('aria-valuenow', String(place));
    const said = (await slider.getAttribute('aria-valuetext')) ?? '';
    for (const text of textsOf(place)) {
      expect(`, ${said},`, `place ${place}`).toContain(`, ${text},`);
    }
  }
}

function written(count: number): string {
  return count.toLocaleString('en-US');
}

function percentText(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function asShare(text: string): number {
  return text === '' ? NaN : Number(text.replace('%', '')) / 100;
}

function sum(values: number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
