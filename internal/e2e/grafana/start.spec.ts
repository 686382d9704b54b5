import { expect, test } from '@grafana/plugin-e2e';

test('the data source leads to its sample dashboards', async ({ gotoDataSourceConfigPage, page }) => {
  await gotoDataSourceConfigPage('footfall');
  await page.getByRole('link', { name: 'Import sample dashboards' }).click();
  await expect(page.getByText('Footfall: start')).toBeVisible();
  await expect(page.getByText('Footfall: checkout funnel')).toBeVisible();
});

test('the dashboard for the first events counts those that are there', async ({ gotoDashboardPage, page }) => {
  await gotoDashboardPage({ uid: 'footfall-start' });
  await expect(page.getByRole('status').filter({ hasText: 'events have arrived' })).toBeVisible();
  await page.getByRole('tab', { name: "With Segment's library" }).click();
  await expect(page.getByText('AnalyticsBrowser.load(')).toBeVisible();
  await page.getByRole('link', { name: 'Open the dashboards' }).click();
  await expect(page.getByRole('link', { name: 'Footfall: overview' })).toBeVisible();
});

test('an empty answer says when the latest events were, and one click leads there', async ({
  gotoDashboardPage,
  page,
}) => {
  const timeRange = { from: '2001-02-03T00:00:00.000Z', to: '2001-02-10T00:00:00.000Z' };
  const dashboard = await gotoDashboardPage({ uid: 'footfall-checkout', timeRange });
  const funnel = dashboard.getPanelByTitle('Funnel').locator;
  await expect(funnel).toContainText('Nobody did the first step in this time range');
  await expect(funnel).toContainText(/The latest `view_product` is of 20\d\d-\d\d-\d\d \d\d:\d\d\./);
  await funnel.getByRole('button', { name: 'Go to the latest' }).click();
  await expect(page).not.toHaveURL(/from=2001/);
  await expect(funnel.getByRole('list', { name: 'Funnel' }).getByRole('listitem')).toHaveCount(4);
});
