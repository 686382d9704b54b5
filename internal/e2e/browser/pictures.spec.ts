import { expect, test, type Page } from '@playwright/test';

// The pictures of the docs, of what the preview page shows: each question that it offers, and each other analysis.

// Low, for answers that are: what is higher is taken whole.
test.use({ viewport: { width: 1280, height: 600 } });

const questions = {
  funnel: 'Checkout funnel',
  retention: 'Retention',
  heatmap: 'Busy hours',
};

for (const [file, question] of Object.entries(questions)) {
  test(file, async ({ page }) => {
    await page.goto('/');
    await page.getByRole('radiogroup', { name: 'Questions' }).getByRole('radio', { name: question }).check();
    if (file === 'retention') {
      // Days are more rows than fit.
      await page.getByRole('radio', { name: 'Week', exact: true }).check();
      await page.getByLabel('Periods', { exact: true }).fill('6');
      await expect(page.getByTestId('question')).toContainText('week');
    }
    await take(page, file);
  });
}

for (const analysis of ['Trend', 'Lifecycle', 'Stickiness', 'Paths', 'Timeline', 'Anomalies']) {
  test(analysis.toLowerCase(), async ({ page }) => {
    await page.goto('/');
    await choose(page, 'Analysis', analysis);
    if (analysis === 'Paths') {
      await choose(page, 'Event', 'checkout_start');
    }
    if (analysis === 'Timeline') {
      await page.getByRole('combobox', { name: 'User', exact: true }).click();
      // The first is a robot.
      await page.getByRole('option').nth(1).click();
    }
    await take(page, analysis.toLowerCase());
  });
}

async function choose(page: Page, field: string, text: string) {
  const input = page.getByRole('combobox', { name: field, exact: true });
  await input.click();
  await input.fill(text);
  await page.getByRole('option', { name: text }).first().click();
}

async function take(page: Page, file: string) {
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  const answer = page.getByRole('region', { name: 'Answer' });
  await expect(answer).toHaveAttribute('data-current', 'true');
  await expect(answer).toHaveAttribute('aria-busy', 'false');
  // A view is loaded when the first answer needs it.
  await expect(answer.locator('table, ol, figure, svg').first()).toBeVisible();
  await expect(answer.getByRole('alert')).toBeHidden();
  await page.screenshot({ path: `docs/img/${file}.png`, fullPage: true, animations: 'disabled' });
}
