import { test } from '@grafana/plugin-e2e';
import fs from 'fs';

// The pictures of the docs, of the provisioned dashboards in a real Grafana.

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
