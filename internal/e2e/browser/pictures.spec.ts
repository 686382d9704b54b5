import { expect, test, type Page } from '@playwright/test';

// The pictures of the docs, of what the preview page shows: each question that it offers, and each other analysis as it begins.

test.use({ viewport: { width: 1360, height: 900 } });

for (const [file, question] of [
  ['funnel', 'Checkout funnel'],
  ['retention', 'Retention'],
  ['heatmap', 'Busy hours'],
]) {
  test(file, async ({ page }) => {
    await page.goto('/');
    await page.getByRole('radiogroup', { name: 'Questions' }).getByRole('radio', { name: question }).check();
    await take(page, file);
  });
}

for (const analysis of ['Trend', 'Lifecycle', 'Stickiness', 'Paths', 'Timeline', 'Anomalies']) {
  test(analysis, async ({ page }) => {
    await page.goto('/');
    const input = page.getByRole('combobox', { name: 'Analysis' });
    await input.click();
    await input.fill(analysis);
    await page.getByRole('option', { name: analysis }).first().click();
    if (analysis === 'Timeline') {
      await page.getByRole('combobox', { name: 'User' }).fill('v');
      await page.getByRole('option').first().click();
    }
    await take(page, analysis.toLowerCase());
  });
}

async function take(page: Page, file: string) {
  const answer = page.getByRole('region', { name: 'Answer' });
  await expect(answer).toHaveAttribute('aria-busy', 'true');
  await expect(answer).toHaveAttribute('aria-busy', 'false');
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `docs/img/${file}.png`, fullPage: true, animations: 'disabled' });
}
