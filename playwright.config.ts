import { execFileSync } from 'child_process';
import { defineConfig } from '@playwright/test';

/** The browser of the system, so that none has to be downloaded: CHROMIUM_PATH, else the first that is installed. */
function browser(): string {
  if (process.env.CHROMIUM_PATH) {
    return process.env.CHROMIUM_PATH;
  }
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {
      continue;
    }
  }
  throw new Error('No Chromium found: install the package chromium, or name the program in CHROMIUM_PATH.');
}

function pageUrl(): string {
  const url = process.env.FOOTFALL_PAGE_URL;
  if (!url) {
    throw new Error('FOOTFALL_PAGE_URL is not set: give the address of the pages to test, such as http://127.0.0.1:8089.');
  }
  return url;
}

export default defineConfig({
  testDir: 'internal/e2e/browser',
  outputDir: 'test-results',
  forbidOnly: true,
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    baseURL: pageUrl(),
    viewport: { width: 1360, height: 1000 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: browser(),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
