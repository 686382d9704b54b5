import { expect, test, type Page } from '@playwright/test';

test.beforeEach(async ({ page }) => {
  await page.goto('/');
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
  await expect(page.getByText('Event is empty; choose an event, or * for any.')).toBeVisible();
  await choose(page, 'Event of step 3', 'pay_order');
  await page.getByRole('textbox', { name: 'Label of step 3' }).fill('Paid');
  await page.getByRole('textbox', { name: 'Label of step 3' }).press('Enter');
  await clearBreakdown(page);

  await expect(page.getByTestId('question')).toContainText('visit, then add_to_cart, then Paid');
  const steps = page.getByRole('list', { name: 'Funnel' }).getByRole('listitem');
  await expect(steps).toHaveCount(3);
  await expect(steps.nth(2)).toContainText('3. Paid');
  const users = await Promise.all([0, 1, 2].map(async (i) => count(await steps.nth(i).innerText())));
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
  await expect(grid.getByRole('row')).toHaveCount(8);
  const before = await grid.innerText();
  await choose(page, 'Time zone of the dashboard', 'Asia/Tokyo');
  await expect.poll(() => grid.innerText()).not.toBe(before);
  await expect(answer(page)).toHaveAttribute('aria-busy', 'false');
  expect(total(before)).toBeGreaterThan(10_000);
  expect(total(await grid.innerText())).toBe(total(before));
});

test('a retention matrix has a row for each cohort and the mean of all', async ({ page }) => {
  await ask(page, 'Retention');
  const rows = page.getByRole('table', { name: 'Grid of the answer' }).getByRole('row');
  await expect(rows.nth(1)).toContainText('weighted mean');
  await expect(rows.nth(2)).toContainText('%');
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

function answer(page: Page) {
  return page.getByRole('region', { name: 'Answer' });
}

async function ask(page: Page, analysis: 'Funnel' | 'Retention' | 'Heatmap') {
  await page.getByRole('radiogroup', { name: 'Analysis' }).getByRole('radio', { name: analysis }).check();
}

async function clearBreakdown(page: Page) {
  await page.getByRole('region', { name: 'Question' }).getByRole('button', { name: 'Clear value' }).click();
  await expect(page.getByLabel('Top values')).toBeHidden();
}

/** Types into a picker and takes the entry of that name, whether suggested or the text itself. */
async function choose(page: Page, field: string, text: string) {
  const input = page.getByRole('combobox', { name: field, exact: true });
  await input.click();
  await input.fill(text);
  await page.getByRole('option', { name: text }).first().click();
}

/** The number of users in the text of a funnel's step: the one before its share. */
function count(text: string): number {
  return Number(/([\d,]+)\s+[\d.]+%/.exec(text)?.[1].replaceAll(',', ''));
}

/** The sum of the cells of a heatmap's grid, less its head. */
function total(text: string): number {
  const [, ...rows] = text.split('\n');
  return rows
    .flatMap((row) => row.split('\t').slice(1))
    .reduce((sum, cell) => sum + Number(cell.replaceAll(',', '')), 0);
}
