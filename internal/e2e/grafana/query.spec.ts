import { expect, test, type PanelEditPage } from '@grafana/plugin-e2e';
import type { APIRequestContext, Page } from '@playwright/test';
import type { QueryType } from '../../../src/types.gen';
import { ask as askFor, datasource, range } from './ask';

// Each kind of query is built by clicking and typing in a table panel's editor. What the panel then shows is compared with the answer
// to another question, asked over HTTP.

const uid = 'footfall-editor-test';

let edit: PanelEditPage;

test.beforeEach(async ({ gotoPanelEditPage, request }) => {
  const panel = { id: 1, type: 'table', title: 'Answer', datasource, targets: [{ refId: 'A', datasource }] };
  const time = { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() };
  const dashboard = { uid, title: 'Editor', timezone: 'utc', time, panels: [panel] };
  await expect(await request.post('/api/dashboards/db', { data: { dashboard, overwrite: true } })).toBeOK();
  edit = await gotoPanelEditPage({ dashboard: { uid }, id: '1' });
});

test.afterAll(async ({ request }) => {
  await request.delete(`/api/dashboards/uid/${uid}`);
});

test('a new query answers at once: a trend, as high as a heatmap of the day', async ({ request }) => {
  const [days, , events] = await ask(request, 'heatmap', { event: '*', x: 'date', y: 'hour' });
  await expect.poll(() => shown(1)).toBe(sum(events.filter((_, i) => days[i] === days[0])));
});

test('a funnel begins with as many users as stickiness counts', async ({ page, request }) => {
  const [, users] = await ask(request, 'stickiness', { event: 'view_product' });
  await choose(page, 'Analysis', 'Funnel');
  await choose(page, 'Event of step 1', 'view_product');
  await choose(page, 'Event of step 2', 'pay_order');
  await expect(page.getByTestId('question')).toContainText('view_product, then pay_order, all within 24 hours');
  await expect(edit.panel.data.first()).toHaveText('1. view_product');
  expect(await shown(1)).toBe(sum(users));
});

test('a cohort is as large as a day has new users', async ({ page, request }) => {
  const [, fresh] = await ask(request, 'lifecycle', { event: '*' });
  await choose(page, 'Analysis', 'Retention');
  await expect(edit.panel.data.first()).toHaveText('weighted mean');
  await expect.poll(() => shown(1)).toBe(sum(fresh));
});

test('a heatmap moves with the time zone', async ({ page, request }) => {
  const [hours, weekdays, events] = await ask(request, 'heatmap', { event: '*' });
  await choose(page, 'Analysis', 'Heatmap');
  await expect.poll(() => shown(2)).toBe(events[0]);
  await choose(page, 'Time zone', 'Asia/Tokyo');
  // Midnight in Tokyo is 15:00 in UTC, the day before.
  const before = hours.findIndex((hour, i) => hour === 15 && weekdays[i] === 6);
  await expect.poll(() => shown(2)).toBe(events[before]);
  expect(events[before]).not.toBe(events[0]);
});

test('a lifecycle begins with users of whom nobody is new to a trend', async ({ page, request }) => {
  const [, users] = await ask(request, 'trend', { series: [{ event: '*' }], value: 'users' });
  await choose(page, 'Analysis', 'Lifecycle');
  await expect(edit.panel.fieldNames).toContainText(['new', 'returning', 'resurrecting', 'dormant']);
  await expect.poll(async () => (await shown(1)) + (await shown(2)) + (await shown(3))).toBe(users[0]);
});

test('stickiness has the users that begin a funnel', async ({ page, request }) => {
  const [, users] = await ask(request, 'funnel', { steps: [{ event: 'view_product' }, { event: 'pay_order' }] });
  await choose(page, 'Analysis', 'Stickiness');
  await choose(page, 'Active by', 'view_product');
  await expect(page.getByTestId('question')).toContainText('view_product');
  await expect.poll(() => shown(3)).toBe(users[0]);
});

test('paths begin as often as their event happens', async ({ page, request }) => {
  const [, events] = await ask(request, 'trend', { series: [{ event: 'pay_order' }] });
  await choose(page, 'Analysis', 'Paths');
  await choose(page, 'Event', 'pay_order');
  await page.getByText('Keep repeats apart').click();
  await expect(edit.panel.data.nth(1)).toHaveText('pay_order');
  await expect.poll(() => shown(2)).toBe(sum(events));
});

test('a timeline has as many events as a trend counts of the user', async ({ page, request }) => {
  await choose(page, 'Analysis', 'Timeline');
  await page.getByRole('combobox', { name: 'User', exact: true }).click();
  await page.getByRole('option').first().click();
  await page.getByLabel('Events', { exact: true }).fill('1000');
  await page.getByLabel('Events', { exact: true }).press('Enter');
  const user = await page.getByRole('combobox', { name: 'User', exact: true }).inputValue();
  const filters = [{ property: 'user_id', operator: '=', values: [user] }];
  const [, events] = await ask(request, 'trend', { series: [{ event: '*', filters }] });
  expect(sum(events)).toBeGreaterThan(0);
  await expect.poll(() => rows()).toBe(sum(events));
});

test('busy users are as many as are counted', async ({ page, request }) => {
  const [count] = await ask(request, 'anomalies', { event: '*', moreThan: 12, output: 'actor_count' });
  await choose(page, 'Analysis', 'Anomalies');
  await page.getByLabel('More events than').fill('12');
  await page.getByLabel('More events than').press('Enter');
  expect(count[0]).toBeGreaterThan(0);
  await expect.poll(() => rows()).toBe(count[0]);
});

test('a query that is broken does not run and says why, until it is mended', async ({ page }) => {
  await choose(page, 'Analysis', 'Funnel');
  await page.getByRole('combobox', { name: 'Event of step 1', exact: true }).focus();
  await page.keyboard.press('Tab');
  await expect(page.getByText('Event is empty; choose an event, or * for any.').first()).toBeVisible();
  await choose(page, 'Event of step 1', 'visit');
  await choose(page, 'Event of step 2', 'pay_order');
  await expect(page.getByText('Event is empty')).toBeHidden();
  await expect(edit.panel.data.first()).toHaveText('1. visit');
});

test('a filter that the server refuses is shown at the panel with its reason', async ({ page }) => {
  await page.getByRole('button', { name: 'Add filter to every event' }).click();
  await choose(page, 'Property of filter 1 of every event', 'device_type');
  await choose(page, 'Operator of filter 1 of every event', 'matches');
  await choose(page, 'Value of filter 1 of every event', '([');
  await edit.panel.getErrorIcon().hover();
  await expect(page.getByRole('tooltip')).toContainText('regular expression');
});

test('Explore asks the same questions', async ({ page }) => {
  const texts = { from: String(range.from), to: String(range.to) };
  const panes = { left: { datasource: datasource.uid, queries: [{ refId: 'A', datasource }], range: texts } };
  await page.goto(`/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}`);
  await choose(page, 'Analysis', 'Retention');
  await expect(page.getByRole('gridcell', { name: 'weighted mean' })).toBeVisible();
});

/** The values of the fields of a query's first frame, in UTC. */
async function ask(request: APIRequestContext, queryType: QueryType, part: object): Promise<number[][]> {
  const [frame] = await askFor(request, { queryType, [queryType]: part });
  return frame.data.values as number[][];
}

/** The number in a cell of the first row, counted from 0; NaN where there is none. */
async function shown(column: number): Promise<number> {
  const cells = await edit.panel.data.allInnerTexts();
  return Number((cells[column] ?? 'none').replaceAll(',', ''));
}

/** How many rows the table has, seen or not. */
async function rows(): Promise<number> {
  const grid = edit.panel.locator.getByRole('grid');
  return Number(await grid.getAttribute('aria-rowcount')) - 1;
}

function sum(values: number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** Types into a picker and takes the entry of that name, whether suggested or the text itself. */
async function choose(page: Page, field: string, text: string) {
  const input = page.getByRole('combobox', { name: field, exact: true });
  await input.click();
  await input.fill(text);
  await page.getByRole('option', { name: text }).first().click();
}
