import { expect, test } from '@grafana/plugin-e2e';
import type { Page } from '@playwright/test';
import fs from 'fs';

// The pictures of the docs, of the data source's settings and of the provisioned dashboards in a real Grafana.

test('config', async ({ gotoDataSourceConfigPage, page }) => {
  await page.setViewportSize({ width: 1280, height: 1800 });
  await gotoDataSourceConfigPage('footfall');
  await page
    .getByRole('button', { name: 'Save & test' })
    .or(page.getByRole('button', { name: 'Test' }))
    .first()
    .click();
  await expect(page.getByText(/^Connected: PostgreSQL/)).toBeVisible();
  await page.getByLabel('Host').scrollIntoViewIfNeeded();
  await photograph(page, 'config');
});

interface Dashboard {
  uid: string;
  panels: Array<{ type: string; gridPos: { y: number; h: number } }>;
}

const folder = 'provisioning/dashboards';
for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const { uid, panels }: Dashboard = JSON.parse(fs.readFileSync(`${folder}/${file}`, 'utf8'));
  test(file, async ({ page }) => {
    // As high as all of its panels, which are drawn only when they can be seen: a row of the grid is 30 pixels and a gap of 8.
    const rows = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    await page.setViewportSize({ width: 1280, height: 150 + rows * 38 });
    await page.goto(`/d/${uid}?kiosk${file === 'collector.json' ? '&from=now-5m&to=now' : ''}`);
    await expect(page.getByTestId('data-testid panel content')).toHaveCount(
      panels.filter(({ type }) => type !== 'row').length
    );
    await page.waitForLoadState('networkidle');
    await expect(page.getByLabel('Panel loading bar')).toHaveCount(0);
    await photograph(page, `dashboard-${file.replace('.json', '')}`);
  });
}

/** Takes the picture of a page as it stays: what charts draw is not shown at once. */
async function photograph(page: Page, name: string) {
  const path = `docs/img/${name}.png`;
  let before: Buffer = Buffer.alloc(0);
  await page.waitForFunction(drawn);
  await expect
    .poll(async () => {
      const last = before;
      before = await page.screenshot({ path });
      return before.equals(last);
    })
    .toBe(true);
}

/** Whether no chart of the page is blank. */
function drawn(): boolean {
  return [...document.querySelectorAll('canvas')].every((canvas) => {
    const { width, height } = canvas;
    return (
      !width ||
      canvas
        .getContext('2d')
        ?.getImageData(0, 0, width, height)
        .data.some((value) => value > 0)
    );
  });
}
