import { expect, test, type Locator, type Page } from '@playwright/test';

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  await expect(answer(page)).toHaveAttribute('data-current', 'true');
  await expect(answer(page)).toHaveAttribute('aria-busy', 'false');
});

test('a funnel is built by clicking and typing, and answers in numbers', async ({ page }) => {
  await ask(page, 'Heatmap');
  await ask(page, 'Funnel');
  const editors = page.getByRole('list', { name: 'Steps' }).getByRole('listitem');
  while ((await editors.count()) > 2) {
    await page.getByRole('button', { name: 'Remove step 3' }).click();
  }
  await choose(page, 'Event of step 1', 'visit');
  await choose(page, 'Event of step 2', 'add_to_cart');
  await page.getByRole('button', { name: 'Add step' }).click();
  await expect(page.getByRole('combobox', { name: 'Event of step 3' })).toBeFocused();
  await expect(page.getByText(/is empty/)).toBeHidden();
  await page.keyboard.press('Tab');
  await expect(page.getByText('Event is empty; choose an event, or * for any.')).toBeVisible();
  await choose(page, 'Event of step 3', 'pay_order');
  await page.getByRole('textbox', { name: 'Label of step 3' }).fill('Paid');
  await page.getByRole('textbox', { name: 'Label of step 3' }).press('Enter');
  await clearBreakdown(page);

  await expect(page.getByTestId('question')).toContainText('visit, then add_to_cart, then Paid');
  const steps = page.getByRole('list', { name: 'Funnel' }).getByRole('listitem');
  await expect(steps).toHaveCount(3);
  await expect(steps.nth(2)).toContainText('3. Paid');
  const users = (await steps.allInnerTexts()).map(count);
  expect(users[2]).toBeGreaterThan(0);
  expect(users[1]).toBeGreaterThan(users[2]);
  expect(users[0]).toBeGreaterThan(users[1]);
});

test('a filter narrows a funnel, with suggestions from the data', async ({ page }) => {
  await ask(page, 'Funnel');
  await clearBreakdown(page);
  const first = page.getByRole('list', { name: 'Funnel' }).getByRole('listitem').first();
  await expect(first).toContainText('went on');
  const everyone = count(await first.innerText());

  await page.getByRole('button', { name: 'Add filter to step 1' }).click();
  await choose(page, 'Property of filter 1 of step 1', 'device_type');
  await choose(page, 'Value of filter 1 of step 1', 'mobile');
  await expect(page.getByTestId('question')).toContainText('(device_type = mobile)');
  await expect.poll(async () => count(await first.innerText())).toBeLessThan(everyone);
});

test('a heatmap moves with the time zone', async ({ page }) => {
  await ask(page, 'Heatmap');
  const grid = page.getByRole('table', { name: 'Grid of the answer' });
  await expect(grid.getByRole('row')).toHaveCount(9); // hours, seven days and the total
  const before = await grid.innerText();
  const counted = await total(grid);
  await choose(page, 'Time zone of the dashboard', 'Asia/Tokyo');
  await expect.poll(() => grid.innerText()).not.toBe(before);
  await expect(answer(page)).toHaveAttribute('aria-busy', 'false');
  expect(counted).toBeGreaterThan(10_000);
  expect(await total(grid)).toBe(counted);
});

test('a retention matrix has a row for each cohort and the mean of all', async ({ page }) => {
  await ask(page, 'Retention');
  const rows = page.getByRole('grid', { name: 'Cohorts' }).getByRole('row');
  await expect(rows.nth(1)).toContainText('weighted mean');
  await expect(rows.nth(3)).toContainText('%');
});

test('a trend adds up to what a heatmap counts, in any zone', async ({ page }) => {
  await ask(page, 'Heatmap');
  await choose(page, 'Event', 'pay_order');
  await expect(page.getByTestId('question')).toContainText('pay_order');
  await settled(page);
  const counted = await total(page.getByRole('table', { name: 'Grid of the answer' }));
  expect(counted).toBeGreaterThan(50);

  await ask(page, 'Trend');
  await choose(page, 'Event of series 1', 'pay_order');
  await expect(chart(page)).toBeVisible();
  await expect.poll(async () => sum(await numbers(page, 1))).toBe(counted);
  await choose(page, 'Time zone of the dashboard', 'Asia/Tokyo');
  await settled(page);
  expect(sum(await numbers(page, 1))).toBe(counted);

  await page.getByRole('button', { name: 'Add series' }).click();
  await expect(page.getByText(/is empty/)).toBeHidden();
  await page.getByRole('button', { name: 'Run query' }).click({ delay: 1100 });
  await expect(page.getByText('Event is empty; choose an event, or * for any.')).toBeVisible();
  await choose(page, 'Event of series 2', 'checkout_start');
  await expect.poll(async () => sum(await numbers(page, 2))).toBeGreaterThan(counted);
  expect(sum(await numbers(page, 1))).toBe(counted);
});

test('a lifecycle splits the users that a trend counts', async ({ page }) => {
  await ask(page, 'Trend');
  await choose(page, 'Count', 'Users');
  await expect(page.getByTestId('question')).toContainText('How many users');
  await settled(page);
  const users = await numbers(page, 1);
  expect(sum(users)).toBeGreaterThan(1000);
  await ask(page, 'Lifecycle');
  await expect(chart(page)).toContainText('resurrecting');
  const [fresh, returning, resurrecting] = [await numbers(page, 1), await numbers(page, 2), await numbers(page, 3)];
  // A day that the range begins in is counted whole here, and in part there.
  expect(fresh.map((n, i) => n + returning[i] + resurrecting[i]).slice(1)).toEqual(users.slice(1));
});

test('a rate of stickiness is the one in its table', async ({ page }) => {
  await ask(page, 'Stickiness');
  await expect(chart(page)).toBeVisible();
  const users = await numbers(page, 1);
  const atLeast = await numbers(page, 3);
  expect(atLeast[0]).toBe(sum(users));
  const share = (await column(page, 4))[2];
  await choose(page, 'Answer as', 'Rate');
  await page.getByLabel('Active in at least').fill('3');
  await page.getByLabel('Active in at least').press('Enter');
  await expect(answer(page).getByRole('list', { name: 'Numbers' }).locator('span')).toHaveText(share);
});

test('paths begin as often as their event happens', async ({ page }) => {
  await ask(page, 'Trend');
  await choose(page, 'Event of series 1', 'pay_order');
  await expect(page.getByTestId('question')).toContainText('pay_order');
  await settled(page);
  const happened = sum(await numbers(page, 1));
  await ask(page, 'Paths');
  await choose(page, 'Event', 'pay_order');
  await page.getByText('Keep repeats apart').click();
  await page.getByRole('radio', { name: 'Before it' }).check();
  await expect(page.getByTestId('question')).toContainText('before pay_order');
  await settled(page);
  const graph = page.getByRole('group', { name: 'Graph of the answer' });
  await expect(graph.getByRole('img', { name: `pay_order: ${happened.toLocaleString('en')} (100` })).toBeVisible();
  await choose(page, 'Answer as', 'Table');
  await expect(table(page).getByRole('row').nth(1)).toContainText('→ pay_order');
});

test('a timeline asks for a user, and has as many events as a trend counts of the user', async ({ page }) => {
  await choose(page, 'Analysis', 'Timeline');
  const question = page.getByTestId('question');
  const picker = page.getByRole('combobox', { name: 'User', exact: true });
  await expect(picker).toBeVisible();
  await expect(page.getByText(/^User is empty/)).toBeHidden();
  await picker.focus();
  await page.keyboard.press('Tab');
  await expect(page.getByText(/^User is empty/)).toBeVisible();
  await picker.click();
  const first = page.getByRole('option').first();
  await expect(first).toContainText('events');
  await first.click();
  await page.getByLabel('Events', { exact: true }).fill('1000');
  await page.getByLabel('Events', { exact: true }).press('Enter');
  const user = await picker.inputValue();
  await expect(question).toContainText(user);
  await settled(page);
  const counted = answer(page).getByRole('definition').nth(4);
  await expect(counted).toBeVisible();
  const events = numberOf(await counted.innerText());
  expect(events).toBeGreaterThan(0);
  await answer(page).getByRole('button', { name: 'Show as a table' }).click();
  expect(await rowCount(table(page))).toBe(events);

  await ask(page, 'Trend');
  await page.getByRole('button', { name: 'Add filter to every event' }).click();
  await choose(page, 'Property of filter 1 of every event', 'user_id');
  await choose(page, 'Value of filter 1 of every event', user);
  await expect.poll(async () => sum(await numbers(page, 1))).toBe(events);
});

test('busy users are as many as are counted, however long it takes to check a changed question', async ({ page }) => {
  await page.route('**/problems', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await route.continue();
  });
  await ask(page, 'Anomalies');
  await page.getByLabel('More events than').fill('5');
  await page.getByLabel('More events than').press('Enter');
  await page.getByLabel('List at most').fill('1000');
  await page.getByLabel('List at most').press('Enter');
  await expect(page.getByTestId('question')).toContainText('more than 5 times');
  await settled(page);
  await expect(table(page)).toBeVisible();
  const listed = await rowCount(table(page));
  expect(listed).toBeGreaterThan(0);
  await choose(page, 'Find', 'Number of busy users');
  await expect(answer(page).getByRole('list', { name: 'Numbers' }).locator('span')).toHaveText(
    listed.toLocaleString('en')
  );
  await choose(page, 'Find', 'Unusual times');
  await expect(chart(page)).toContainText('expected');
});

test('a number leads to the list of as many users, and a user to the timeline', async ({ page }) => {
  await ask(page, 'Funnel');
  await clearBreakdown(page);
  await answer(page).getByRole('button', { name: 'Show as a table' }).click();
  const last = table(page).getByRole('row').last();
  const users = last.getByRole('button').first();
  const reached = numberOf(await users.innerText());
  expect(reached).toBeGreaterThan(10);
  await users.click();
  const list = page.getByRole('dialog', { name: 'Who reached it' }).getByRole('table');
  expect(await rowCount(list)).toBe(reached);
  const [user] = await list.locator('tbody button').first().allInnerTexts();
  await list.locator('tbody button').first().click();
  const timeline = page.getByRole('dialog', { name: 'Timeline' });
  await expect(timeline.getByRole('definition').first()).toHaveText(user);
  await expect(timeline.getByRole('list', { name: 'Sessions' })).toBeVisible();
});

test('a broken query says what is wrong, and runs again when it is mended', async ({ page }) => {
  await ask(page, 'Funnel');
  const window = page.getByLabel('Conversion window', { exact: true });
  await window.fill('9999999');
  await window.press('Enter');
  await expect(page.getByText(/^Conversion window is 9999999.; the longest window is 366d\.$/)).toBeVisible();
  await window.fill('3');
  await window.press('Enter');
  await expect(page.getByText(/longest window/)).toBeHidden();
  await expect(page.getByRole('list', { name: 'Funnel' })).toBeVisible();
});

test('what only the server can refuse is shown with its reason', async ({ page }) => {
  await ask(page, 'Heatmap');
  await page.getByRole('button', { name: 'Add filter to the event' }).click();
  await choose(page, 'Property of filter 1 of the event', 'device_type');
  await choose(page, 'Operator of filter 1 of the event', 'matches');
  await choose(page, 'Value of filter 1 of the event', '([');
  await expect(answer(page).getByRole('alert')).toContainText('regular expression');
});

test('the SQL is shown on demand', async ({ page }) => {
  await page.getByRole('button', { name: 'Show SQL' }).click();
  await expect(page.getByTestId('sql')).toContainText('SELECT');
  await expect(page.getByTestId('sql')).toContainText('Source: ');
});

test('in Chinese, the editor has no English label', async ({ page }) => {
  await page.getByRole('radio', { name: 'Busy hours' }).check();
  await page.getByRole('radio', { name: '中文' }).check();
  await expect(page.getByRole('combobox', { name: '事件', exact: true })).toHaveValue('任意事件');
  const editor = page.getByRole('group', { name: '查询编辑器' });
  const analyses = ['漏斗', '留存', '趋势', '热力图', '路径', '生命周期', '粘性', '时间线', '异常'];
  for (const analysis of analyses) {
    await choose(page, '分析类型', analysis);
    await expect(page.getByRole('combobox', { name: '分析类型' })).toHaveValue(analysis);
    const texts = await editor.evaluate((root) => [
      (root as HTMLElement).innerText,
      ...[...root.querySelectorAll('[aria-label], [placeholder]')].flatMap((element) => [
        element.getAttribute('aria-label') ?? '',
        element.getAttribute('placeholder') ?? '',
      ]),
    ]);
    expect({ analysis, english: texts.flatMap(englishWords) }).toEqual({ analysis, english: [] });
  }
});

/** Words of a text that are neither names of the data nor of those that Chinese texts keep. */
function englishWords(text: string): string[] {
  const kept =
    /\b(SQL|UTC|Footfall|user_id|session_id|event_type|device_type|visit|view_product|add_to_cart|checkout_start|pay_order)\b/g;
  return text.replace(kept, '').match(/[A-Za-z]{2,}/g) ?? [];
}

function answer(page: Page) {
  return page.getByRole('region', { name: 'Answer' });
}

/** Chooses an analysis and waits for the answer, where it has one at once. */
async function ask(page: Page, analysis: string) {
  await choose(page, 'Analysis', analysis);
  await settled(page);
}

async function clearBreakdown(page: Page) {
  await page.getByRole('region', { name: 'Question' }).getByRole('button', { name: 'Clear value' }).click();
  await expect(page.getByLabel('Top values')).toBeHidden();
  await settled(page);
}

/** Types into a picker and takes the entry of that name, whether suggested or the text itself. */
async function choose(page: Page, field: string, text: string) {
  const input = page.getByRole('combobox', { name: field, exact: true });
  await input.click();
  await input.fill(text);
  await page.getByRole('option', { name: text }).first().click();
}

/** Waits for the answer to the question that stands: until then the page shows the answer before it. */
async function settled(page: Page) {
  await expect(answer(page)).toHaveAttribute('data-current', 'true');
  await expect(answer(page)).toHaveAttribute('aria-busy', 'false');
}

function chart(page: Page) {
  return answer(page).getByRole('figure', { name: 'Chart of the answer' });
}

function table(page: Page) {
  return answer(page).getByRole('table', { name: 'Table of the answer' });
}

/** How many rows a table has, be they drawn or not, without its head. */
async function rowCount(rows: Locator): Promise<number> {
  await expect(rows).toBeVisible();
  return Number(await rows.getAttribute('aria-rowcount')) - 1;
}

/** The cells of a column of the answer's table, which stands in the picture's place while it is read. */
async function column(page: Page, at: number): Promise<string[]> {
  await answer(page).getByRole('button', { name: 'Show as a table' }).click();
  await expect(table(page)).toBeVisible();
  const cells = await table(page)
    .locator(`tbody td:nth-child(${at + 1})`)
    .allInnerTexts();
  await answer(page).getByRole('button', { name: 'Show the picture' }).click();
  return cells;
}

async function numbers(page: Page, at: number): Promise<number[]> {
  return (await column(page, at)).map(numberOf);
}

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''));
}

function sum(values: number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** The number of users in the text of a funnel's step: the one before its share. */
function count(text: string): number {
  return Number(/([\d,]+)\s+[\d.]+%/.exec(text)?.[1].replaceAll(',', ''));
}

/** The sum of the cells of a heatmap's grid, which the grid says too, beneath them all. */
async function total(grid: Locator): Promise<number> {
  const numbers = (cells: Locator) =>
    cells.evaluateAll((all) => all.map(({ textContent }) => Number(textContent!.replaceAll(',', ''))));
  const counted = sum(await numbers(grid.locator('tbody td:not(:last-child)')));
  expect(await numbers(grid.locator('tfoot td:last-child'))).toEqual([counted]);
  return counted;
}
