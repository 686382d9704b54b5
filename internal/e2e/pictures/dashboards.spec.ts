import { test } from '@grafana/plugin-e2e';
import fs from 'fs';

// The pictures of the docs, of the data source's settings and of the provisioned dashboards in a real Grafana.

test('config', async ({ createDataSourceConfigPage, page }) => {
  await page.setViewportSize({ width: 1280, height: 1300 });
  await createDataSourceConfigPage({ type: 'footfall-behavior-datasource' });
  await page.getByLabel('Host').fill('localhost:5432');
  await page.getByLabel('Database').fill('footfall');
  await page.getByLabel('User').fill('footfall_grafana');
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.getByRole('main').screenshot({ path: 'docs/img/config.png', animations: 'disabled' });
});

const folder = 'provisioning/dashboards';
for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  test(file, async ({ gotoDashboardPage, readProvisionedDashboard, page }) => {
    const { uid } = await readProvisionedDashboard({ fileName: file });
    // As high as all of its panels, which are drawn only when they can be seen.
    await page.setViewportSize({ width: 1280, height: 2400 });
    const dashboard = await gotoDashboardPage({ uid, queryParams: new URLSearchParams({ kiosk: '' }) });
    await dashboard.waitForPanelsQueriesToComplete({ scrollAll: true });
    await page.screenshot({ path: `docs/img/dashboard-${file.replace('.json', '')}.png`, animations: 'disabled' });
  });
}
