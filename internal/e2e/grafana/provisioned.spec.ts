import { expect, test } from '@grafana/plugin-e2e';
import fs from 'fs';

test('the provisioned data source works', async ({ gotoDataSourceConfigPage, page, request }) => {
  const health = await request.get('/api/datasources/uid/footfall/health');
  await expect(health).toBeOK();
  expect(await health.text()).toContain('TimescaleDB');
  await gotoDataSourceConfigPage('footfall');
  await expect(page.getByRole('textbox', { name: /^Database/ })).toHaveValue(
    process.env.FOOTFALL_DB_NAME ?? 'footfall'
  );
});

test('a data source is set up by hand, and says what is wrong with it', async ({
  createDataSourceConfigPage,
  page,
}) => {
  const config = await createDataSourceConfigPage({ type: 'footfall-behavior-datasource' });
  await page.getByRole('textbox', { name: /^Host/ }).fill('127.0.0.1:1');
  await page.getByRole('textbox', { name: /^Database/ }).fill('footfall');
  await page.getByRole('textbox', { name: /^User/ }).fill('footfall_grafana');
  await expect(config.saveAndTest()).not.toBeOK();
  await expect(config).toHaveAlert('error');
});

const folder = 'provisioning/dashboards';
for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  test(`no panel of ${file} fails`, async ({ gotoDashboardPage, readProvisionedDashboard, page }) => {
    const { uid, title } = await readProvisionedDashboard({ fileName: file });
    const dashboard = await gotoDashboardPage({ uid });
    await expect(page.getByText(title ?? '').first()).toBeVisible();
    await dashboard.waitForPanelsQueriesToComplete({ scrollAll: true });
    await expect(dashboard).not.toHavePanelErrors();
  });
}

test('alert rules take what the queries answer', async ({ gotoAlertRuleEditPage, readProvisionedAlertRule }) => {
  const rule = await readProvisionedAlertRule({ fileName: 'footfall.yaml' });
  const edit = await gotoAlertRuleEditPage({ uid: rule.uid });
  await expect(edit.evaluate()).toBeOK();
});
