import { expect, test, type Page } from '@playwright/test';
import { rows, userAgent } from './rows';

test.use({ userAgent });

/** Segment's library, as far as the tests call it. */
declare const analytics: Record<
  'page' | 'track' | 'identify' | 'group' | 'screen' | 'alias',
  (...args: unknown[]) => Promise<unknown>
>;

/** The last part of each address that a page posts to. */
function posts(page: Page): string[] {
  const list: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && list.push(new URL(request.url()).pathname));
  return list;
}

/** Every call once; a user who is anonymous first. */
async function everyCall(page: Page) {
  await page.evaluate(async () => {
    await analytics.page('Docs', 'Home', { extra: 1 });
    await analytics.track('Order Completed', { price: 9.9 });
    await analytics.identify('user of ' + window.location.pathname, { plan: 'gold' });
    await analytics.group('g-1', { name: 'Initech' });
    await analytics.screen('Basket');
    await analytics.alias('other of ' + window.location.pathname);
  });
}

const events = ['page', 'Order Completed', 'identify', 'group', 'screen', 'alias'];

test('one request for each event', async ({ page, request }) => {
  const sent = posts(page);
  await page.goto('/single/shop?utm_source=news&utm_campaign=spring&token=secret#top', {
    referer: 'https://search.example/',
  });
  await everyCall(page);
  const found = await rows(request, '/single/shop', events.length);
  expect(found.map((row) => row.event)).toEqual(events);
  expect([...sent].sort()).toEqual(['/v1/a', '/v1/g', '/v1/i', '/v1/p', '/v1/s', '/v1/t']);
  const [view, order, identify, group] = found;
  expect(view).toMatchObject({ page: '/single/shop', device: 'desktop', user: view.anonymousId });
  expect(view.metadata).toMatchObject({ name: 'Home', category: 'Docs', extra: 1 });
  expect(order.metadata).toMatchObject({
    price: 9.9,
    context: {
      campaign: { source: 'news', name: 'spring' },
      library: { name: 'analytics.js' },
      timezone: expect.any(String),
    },
  });
  expect(identify).toMatchObject({ user: 'user of /single/shop', anonymousId: view.user });
  expect(group.metadata).toMatchObject({ group_id: 'g-1', traits: { name: 'Initech' } });
});

test('in batches, and with its own metrics', async ({ page, request }) => {
  const sent = posts(page);
  const refused: number[] = [];
  page.on('response', (response) => response.status() >= 400 && refused.push(response.status()));
  await page.goto('/batching/shop');
  await everyCall(page);
  const found = await rows(request, '/batching/shop', events.length);
  expect(found.map((row) => row.event)).toEqual(events);
  expect(new Set(sent)).toEqual(new Set(['/v1/b', '/v1/m']));
  expect(refused).toEqual([]);
});

test('what waits when the page goes away arrives', async ({ page, request }) => {
  await page.goto('/batching/leave');
  await page.evaluate(async () => {
    await analytics.page(); // the library is there
    void analytics.track('last');
    // Once it is in the batch, which waits for 500 ms.
    setTimeout(() => (window.location.href = 'about:blank'), 100);
  });
  await page.waitForURL('about:blank');
  expect((await rows(request, '/batching/leave', 2))[1].event).toBe('last');
});

test('a collector that is busy is asked again', async ({ page, request }) => {
  let asked = 0;
  await page.route('**/v1/t', async (route) => {
    const headers = {
      'Access-Control-Allow-Origin': new URL(page.url()).origin,
      'Access-Control-Allow-Credentials': 'true',
    };
    await (++asked === 1 && route.request().method() === 'POST'
      ? route.fulfill({ status: 503, headers })
      : route.continue());
  });
  await page.goto('/single/busy');
  await page.evaluate(() => analytics.track('again'));
  expect((await rows(request, '/single/busy', 1))[0].event).toBe('again');
  expect(asked).toBeGreaterThan(1);
});
