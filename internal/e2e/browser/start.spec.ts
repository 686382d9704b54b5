import { execFileSync } from 'child_process';
import { expect, test } from '@playwright/test';

// The page of a data source whose database has no events; the collector in front of it is FOOTFALL_COLLECTOR_URL.

test('the first event is sent as the page says, the counter turns green, and the answers come', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/');
  const answer = page.getByRole('region', { name: 'Answer' });
  await expect(answer.getByRole('heading', { name: 'Send your first event' })).toBeVisible();
  await expect(answer.getByRole('status')).toHaveText('Waiting for the first event');
  await expect(page.getByRole('group', { name: 'Query editor' }).getByText('There are no events yet.')).toBeVisible();

  await answer.getByRole('button', { name: 'Copy' }).click();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toContain(`${process.env.FOOTFALL_COLLECTOR_URL}/track`);
  expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toContain('"accepted":1');

  await expect(answer.getByRole('status')).toHaveText('1 event has arrived');
  await page.getByRole('button', { name: 'Run query' }).click();
  await expect(answer.getByText('Waiting for the first event')).toBeHidden();
  await expect(answer.getByRole('img').first()).toBeVisible();
});
