import path from 'path';
import type { PluginOptions } from '@grafana/plugin-e2e';
import { defineConfig, type PlaywrightTestOptions, type PlaywrightWorkerOptions, type Project } from '@playwright/test';
import { find } from './internal/e2e/browser.cjs';

type Options = PluginOptions & PlaywrightTestOptions;

/** The browser of CHROMIUM_PATH, of the system, of Playwright, or the one that go tool mage test brought. */
function browser(): string {
  const file = find();
  if (!file) {
    throw new Error(
      'No Chromium found: install the package chromium, name the program in CHROMIUM_PATH, or let go tool mage test bring one.'
    );
  }
  return file;
}

/**
 * What is tested: with GRAFANA_URL, the plugin in that Grafana, provisioned as docker-compose.yml does it; with FOOTFALL_PAGE_URL,
 * the preview page and the script for web pages, on pages that the end-to-end tests in Go serve.
 */
function projects(): Array<Project<Options, PlaywrightWorkerOptions>> {
  const { GRAFANA_URL: grafana, FOOTFALL_PAGE_URL: pages } = process.env;
  if (grafana) {
    const state = 'playwright/.auth/admin.json';
    const login = path.join(path.dirname(require.resolve('@grafana/plugin-e2e')), 'auth');
    const credentials = { user: 'admin', password: process.env.FOOTFALL_GRAFANA_PASSWORD || 'admin' };
    const use = { baseURL: grafana, provisioningRootDir: 'provisioning', grafanaAPICredentials: credentials };
    return [
      { name: 'login', testDir: login, testMatch: /.*\.js/, use },
      {
        name: 'grafana',
        testDir: 'internal/e2e/grafana',
        dependencies: ['login'],
        use: { ...use, storageState: state },
      },
      {
        name: 'pictures',
        testDir: 'internal/e2e/pictures',
        dependencies: ['login'],
        use: { ...use, storageState: state },
      },
    ];
  }
  if (pages) {
    return [{ name: 'pages', testDir: 'internal/e2e/browser', use: { baseURL: pages } }];
  }
  throw new Error(
    'Nothing to test: set GRAFANA_URL to the address of a Grafana with the plugin, such as http://127.0.0.1:3000, or FOOTFALL_PAGE_URL to that of the preview page.'
  );
}

export default defineConfig<Options, PlaywrightWorkerOptions>({
  outputDir: 'test-results',
  forbidOnly: true,
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  projects: projects(),
  use: {
    actionTimeout: 30_000,
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
