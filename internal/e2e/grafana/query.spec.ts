import { expect, test } from '@grafana/plugin-e2e';
import type { Page } from '@playwright/test';

/** Types into a picker and takes the entry of that name. */
async function choose(page: Page, field: string, text: string) {
  const input = page.getByRole('combobox', { name: field, exact: true });
  await input.click();
  await input.fill(text);
  await page.getByRole('option', { name: text }).first().click();
}

const lastMonth = { from: 'now-30d', to: 'now' };

test.beforeEach(async ({ panelEditPage, readProvisionedDataSource }) => {
  const { name } = await readProvisionedDataSource({ fileName: 'footfall.yaml' });
  await panelEditPage.datasource.set(name);
  await panelEditPage.timeRange.set(lastMonth);
  await panelEditPage.setVisualization('Table');
});

test('a new query answers at once', async ({ panelEditPage }) => {
  await expect(panelEditPage.refreshPanel()).toBeOK();
  await expect(panelEditPage.panel.getErrorIcon()).toBeHidden();
});

test('a funnel is built by clicking and typing', async ({ panelEditPage, page }) => {
  await choose(page, 'Analysis', 'Funnel');
  await choose(page, 'Event of step 1', 'view_product');
  await choose(page, 'Event of step 2', 'pay_order');
  await expect(page.getByTestId('question')).toContainText('view_product, then pay_order, all within 24 hours');
  await expect(panelEditPage.refreshPanel()).toBeOK();
  await expect(panelEditPage.panel.fieldNames).toContainText(['Step', 'Users']);
  await expect(panelEditPage.panel.data).toContainText(['pay_order']);
});

test('a query that is not complete does not run and says why', async ({ panelEditPage, page }) => {
  await choose(page, 'Analysis', 'Funnel');
  await expect(page.getByText('Event is empty; choose an event, or * for any.').first()).toBeVisible();
  await expect(panelEditPage.panel.getErrorIcon()).toBeHidden();
});

test('retention has a row for each cohort', async ({ panelEditPage, page }) => {
  await choose(page, 'Analysis', 'Retention');
  await expect(panelEditPage.refreshPanel()).toBeOK();
  await expect(panelEditPage.panel.fieldNames).toContainText(['Cohort']);
});

test('a filter that the server refuses is shown at the panel', async ({ panelEditPage, page }) => {
  await page.getByRole('button', { name: 'Add filter to every event' }).click();
  await choose(page, 'Property of filter 1 of every event', 'device_type');
  await choose(page, 'Operator of filter 1 of every event', 'matches');
  await choose(page, 'Value of filter 1 of every event', '([');
  await expect(panelEditPage.panel.getErrorIcon()).toBeVisible();
});

test('Explore asks the same questions', async ({ explorePage, page, readProvisionedDataSource }) => {
  const { name } = await readProvisionedDataSource({ fileName: 'footfall.yaml' });
  await explorePage.datasource.set(name);
  await choose(page, 'Analysis', 'Paths');
  await expect(explorePage.runQuery()).toBeOK();
});
