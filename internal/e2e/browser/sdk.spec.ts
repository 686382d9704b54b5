import { expect, test, type Page } from '@playwright/test';
import fs from 'fs';
import path from 'path';
import { rows, userAgent } from './rows';

/** What the page calls, as window.footfall. */
declare const footfall: typeof import('../../../sdk/js/footfall').default;

test.use({ userAgent });

/** Opens a page whose script has these settings. */
async function open(page: Page, path: string, options: object = {}) {
  await page.goto(`${path}?options=${encodeURIComponent(JSON.stringify(options))}`);
}

function waiting(page: Page): Promise<number> {
  return page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('footfall:event:')).length);
}

/** Counts the requests that leave for the collector. */
function countRequests(page: Page): () => number {
  let count = 0;
  page.on('request', (request) => (count += request.url().endsWith('/v1/batch') ? 1 : 0));
  return () => count;
}

test('a page view, and a click with its position on the page', async ({ page, request }) => {
  await open(page, '/click', { autoClicks: true });
  await page.getByRole('button').click({ position: { x: 10, y: 20 } }); // scrolls there
  await page.getByRole('button').press('Enter'); // has no position
  await page.getByText('Name').click({ position: { x: 2, y: 2 } }); // a click on the input follows by itself
  const [view, button, label] = await rows(request, '/click', 3);
  expect(view).toMatchObject({ event: 'page', page: '/click', device: 'desktop', user: view.anonymousId });
  expect(button).toMatchObject({ event: 'click', page: '/click', device: 'desktop', session: view.session });
  expect(button.metadata).toMatchObject({ x: 310, y: 1520, viewport: 'desktop', element: 'button#buy' });
  expect(label.metadata).toMatchObject({ element: 'body > form.login > label' });
  expect(JSON.stringify([view, button, label])).not.toContain('Secret');
  expect(await waiting(page)).toBe(0);
});

test('how far down a page was seen, by the lines in the docs', async ({ page, request }) => {
  await open(page, '/scrolled');
  const docs = fs.readFileSync(path.join(__dirname, '../../../docs/heatmap.md'), 'utf8');
  await page.addScriptTag({ content: /```js\n([^`]*)```/.exec(docs)![1] });
  await page.mouse.wheel(0, 300);
  await page.waitForFunction(() => scrollY === 300);
  await page.mouse.wheel(0, -200);
  await page.waitForFunction(() => scrollY === 100);
  const high = await page.evaluate(() => innerHeight);
  await page.goto('about:blank');
  const [view, scroll] = await rows(request, '/scrolled', 2);
  expect([view.event, scroll.event, scroll.page]).toEqual(['page', 'scroll', '/scrolled']);
  expect(scroll.metadata.depth).toBe(300 + high);
});

test('what the docs show', async ({ page, request }) => {
  await page.goto('/docs');
  const [view, cart, identify, search] = await rows(request, '/docs', 5);
  expect([view.event, cart.event, identify.event, search.event]).toEqual(['page', 'add_to_cart', 'identify', 'page']);
  expect(cart.metadata).toMatchObject({ product: 42, price: 49.9 });
  expect(identify.user).toBe('u-17');
  expect(search.metadata).toMatchObject({ name: 'Search results', query: 'shoes' });
});

test('views of a page that changes its address by itself', async ({ page, request }) => {
  await open(page, '/spa');
  await page.evaluate(() => history.pushState(null, '', '/spa/shoes?size=42'));
  await page.evaluate(() => history.replaceState(null, '', '/spa/shoes?size=43'));
  await page.goBack();
  const found = await rows(request, '/spa', 3);
  expect(found.map((row) => [row.event, row.page])).toEqual([
    ['page', '/spa'],
    ['page', '/spa/shoes'],
    ['page', '/spa'],
  ]);
});

test('links record where they lead, by mouse and keyboard, and routes are pages', async ({
  page,
  context,
  request,
}) => {
  await context.route('https://other.example/**', (route) => route.fulfill({ body: '' }));
  await open(page, '/links', { autoClicks: true });
  await page.locator('#out').click();
  await page.locator('#out').click({ button: 'middle' });
  await page.locator('#in').press('Enter');
  const found = await rows(request, '/links', 5);
  expect(found.map((row) => [row.event, row.page, row.metadata.target, typeof row.metadata.x])).toEqual([
    ['page', '/links', undefined, 'undefined'],
    ['click', '/links', 'https://other.example/landing', 'number'],
    ['click', '/links', 'https://other.example/landing', 'number'],
    ['click', '/links', '/links#/route', 'undefined'],
    ['page', '/links#/route', undefined, 'undefined'],
  ]);
  expect(JSON.stringify(found)).not.toContain('secret');
});

for (const [policy, referrer] of [
  ['origin-when-cross-origin', 'https://search.example/'], // what browsers tell other sites unless they are told not to
  ['unsafe-url', 'https://search.example/find'],
]) {
  test(`the campaign and the site that a session came from, which tells ${policy}`, async ({
    page,
    context,
    request,
    baseURL,
  }) => {
    const link = `<a href="${baseURL}/${policy}?utm_source=news&utm_medium=mail&token=secret">Shop</a>`;
    await context.route('https://search.example/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: link, headers: { 'Referrer-Policy': policy } })
    );
    await page.goto('https://search.example/find?q=secret#secret');
    await page.getByRole('link').click();
    await page.waitForURL(`**/${policy}?*`);
    await open(page, `/${policy}/next`);
    const found = await rows(request, `/${policy}`, 2);
    for (const { metadata } of found) {
      expect(metadata.context).toMatchObject({ campaign: { source: 'news', medium: 'mail' }, page: { referrer } });
    }
    expect(found[0].metadata.referrer).toBe(referrer);
    expect(JSON.stringify(found)).not.toContain('secret');
  });
}

test('a page works where the script is blocked', async ({ page, request }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto('/blocked');
  expect(await page.evaluate(() => (footfall as unknown as { calls: unknown[] }).calls.length)).toBe(6);
  expect(errors).toEqual([]);
  await rows(request, '/blocked', 0);
});

test('a key that is refused is told once, and not asked for again', async ({ page, request }) => {
  const sent = countRequests(page);
  const told: string[] = [];
  page.on('console', (message) => message.text().startsWith('Footfall:') && told.push(message.text()));
  await page.goto('/wrong-key');
  for (const event of ['a', 'b']) {
    await page.evaluate((name) => footfall.track(name), event);
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  await rows(request, '/wrong-key', 0);
  expect(sent()).toBe(1);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('refuses the write key (401)');
});

test('a user who logs in', async ({ page, request }) => {
  await open(page, '/user');
  await page.evaluate(() => footfall.identify('u-17', { plan: 'pro' }));
  await open(page, '/user/next');
  await page.evaluate(() => footfall.reset());
  await page.evaluate(() => footfall.track('after'));
  const [view, identify, next, after] = await rows(request, '/user', 4);
  expect(identify).toMatchObject({ event: 'identify', user: 'u-17', anonymousId: view.user });
  expect(next).toMatchObject({ event: 'page', user: 'u-17', anonymousId: view.user, session: view.session });
  expect(after.user).not.toBe('u-17');
  expect(after.user).not.toBe(view.user);
});

test('an event in the moment of leaving arrives by a beacon, and coming back does not count it twice', async ({
  page,
  request,
}) => {
  await open(page, '/leave');
  await expect.poll(() => waiting(page)).toBe(0);
  await page.evaluate(() => {
    footfall.track('leave');
    window.location.href = 'about:blank';
  });
  await page.waitForURL('about:blank'); // no script here that could send it again
  const [, left] = await rows(request, '/leave', 2);
  expect(left.event).toBe('leave');
  await open(page, '/leave', { autoPage: false });
  expect(await waiting(page)).toBe(1);
  await expect.poll(() => waiting(page)).toBe(0);
  await rows(request, '/leave', 2);
});

test('without a network events wait, and outlive their page', async ({ page, context, request }) => {
  await open(page, '/offline');
  await expect.poll(() => waiting(page)).toBe(0);
  await context.setOffline(true);
  await page.evaluate(() => ['a', 'b'].forEach((event) => footfall.track(event)));
  await rows(request, '/offline', 1);
  expect(await waiting(page)).toBe(2);
  await context.setOffline(false);
  await rows(request, '/offline', 3);
  await context.setOffline(true);
  await page.evaluate(() => footfall.track('c'));
  await page.close();
  await context.setOffline(false);
  await open(await context.newPage(), '/offline', { autoPage: false });
  expect((await rows(request, '/offline', 4)).map((row) => row.event)).toEqual(['page', 'a', 'b', 'c']);
});

test('a collector that is overloaded is asked again when it says', async ({ page, request }) => {
  const asked: number[] = [];
  await page.route('**/v1/batch', async (route) => {
    asked.push(Date.now());
    const headers = {
      'Retry-After': '3',
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'Retry-After',
    };
    await (asked.length === 1 ? route.fulfill({ status: 503, headers }) : route.continue());
  });
  await open(page, '/overload');
  await rows(request, '/overload', 1);
  expect(asked).toHaveLength(2);
  expect(asked[1] - asked[0]).toBeGreaterThanOrEqual(3000);
});

test('two tabs lose nothing', async ({ page, context, request }) => {
  const other = await context.newPage();
  await open(page, '/tabs', { autoPage: false });
  await open(other, '/tabs', { autoPage: false });
  await Promise.all(
    [page, other].map((tab, i) =>
      tab.evaluate(async (name) => {
        for (let n = 0; n < 150; n++) {
          footfall.track(`${name}-${n}`);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }, `tab${i}`)
    )
  );
  const found = await rows(request, '/tabs', 300);
  expect(new Set(found.map((row) => row.event)).size).toBe(300);
  // Both begin at the same moment, perhaps with a session and an id of their own; but they end with the same.
  const lately = found.slice(-50);
  expect(new Set(lately.map((row) => row.session)).size).toBe(1);
  expect(new Set(lately.map((row) => row.user)).size).toBe(1);
  expect(await waiting(page)).toBe(0);
});

test('where localStorage is switched off', async ({ page, request }) => {
  await page.addInitScript(() =>
    Object.defineProperty(window, 'localStorage', {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    })
  );
  await open(page, '/denied');
  await page.evaluate(() => footfall.track('a'));
  const [view, a] = await rows(request, '/denied', 2);
  expect(a).toMatchObject({ user: view.user, session: view.session });
});

for (const [wish, value] of [
  ['doNotTrack', '1'],
  ['globalPrivacyControl', true],
] as const) {
  test(`${wish} is honoured`, async ({ page, request }) => {
    const sent = countRequests(page);
    await page.addInitScript(
      ([name, set]) => Object.defineProperty(navigator, name, { value: set, configurable: true }),
      [wish, value] as const
    );
    await open(page, `/${wish}`, { autoClicks: true });
    await page.getByRole('button').click();
    await page.evaluate(() => footfall.track('a'));
    await rows(request, `/${wish}`, 0);
    expect(sent()).toBe(0);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    await open(page, `/${wish}`, { respectDoNotTrack: false });
    await rows(request, `/${wish}`, 1);
  });
}

test('nothing before consent, and nothing after it is withdrawn, in any tab', async ({ page, context, request }) => {
  const sent = countRequests(page);
  const stored = () => page.evaluate(() => Object.keys(localStorage));
  await open(page, '/consent', { consent: false });
  await page.evaluate(() => footfall.track('before'));
  await rows(request, '/consent', 0);
  expect(sent()).toBe(0);
  expect(await stored()).toEqual([]);

  await page.evaluate(() => footfall.consent(true));
  expect((await rows(request, '/consent', 1))[0].event).toBe('page');

  const other = await context.newPage();
  await open(other, '/consent');
  await rows(request, '/consent', 2);
  await page.evaluate(() => footfall.consent(false));
  await expect.poll(stored).toEqual([]);
  for (const tab of [page, other]) {
    await tab.evaluate(() => footfall.track('after'));
  }
  await rows(request, '/consent', 2);
  expect(await stored()).toEqual([]);
});
