import { createPrivateKey, createPublicKey, sign } from 'crypto';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { rows, userAgent } from './rows';

// The preview page shows the panel; FOOTFALL_SITE_URL is a site with the script for web pages, which internal/e2e/overlay_test.go serves;
// FOOTFALL_OVERLAY_KEY is the data source's private key.

/** What pages call, as window.footfall. */
declare const footfall: typeof import('../../../sdk/js/footfall').default;

const site = process.env.FOOTFALL_SITE_URL!;

test.use({ userAgent });

/** The events on a page, once they are so many. */
const recorded = async (context: BrowserContext, path: string, many: number) => {
  const page = await context.newPage();
  const found = await rows({ get: (url: string) => page.request.get(site + url) } as never, path, many);
  await page.close();
  return found;
};

/** Clicks a visitor makes on the button of a page: at 310, 1520 of the page. */
async function visit(context: BrowserContext, path: string, clicks: number) {
  const page = await context.newPage();
  await page.goto(site + path);
  for (let i = 0; i < clicks; i++) {
    await page.locator('#buy').click({ position: { x: 10, y: 20 } });
  }
  await recorded(context, path, clicks + 1);
  await page.close();
}

/** Opens the live page by the panel's button. */
async function openFromPanel(page: Page, question: string): Promise<Page> {
  await page.goto('/');
  await page.getByRole('radio', { name: question, exact: true }).check({ force: true });
  await page.getByRole('button', { name: 'Show on the page' }).click();
  const opened = page.context().waitForEvent('page');
  await page.getByRole('dialog').getByRole('link').click();
  return opened;
}

const bar = (page: Page) => page.getByRole('region', { name: 'What visitors clicked here' });

/** How opaque the overlay is at a place of the window, from 0 to 255, as it is drawn there; -1 beside it. */
function densityAt(page: Page, x: number, y: number): Promise<number> {
  return page.evaluate(
    ([left, top]) => {
      const host = document.documentElement.lastElementChild!;
      const canvas = host.shadowRoot!.querySelector('canvas')!;
      const edge = host.getBoundingClientRect();
      const box = canvas.getBoundingClientRect();
      const isWithin = [edge, box].every((r) => left >= r.left && left < r.right && top >= r.top && top < r.bottom);
      const at = [((left - box.left) / box.width) * canvas.width, ((top - box.top) / box.height) * canvas.height];
      return isWithin ? canvas.getContext('2d')!.getImageData(Math.floor(at[0]), Math.floor(at[1]), 1, 1).data[3] : -1;
    },
    [x, y]
  );
}

/** Where the button is in the window. */
async function buttonAt(page: Page) {
  const box = (await page.locator('#buy').boundingBox())!;
  return { x: box.x + 10, y: box.y + 20 };
}

/** What the page asks for, besides itself and its two scripts. */
function requests(page: Page): string[] {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  return asked;
}

test('the clicks lie where they were made, scrolled or not, in a wide window or a narrow one; none of the analyst counts', async ({
  page,
  context,
}) => {
  await visit(context, '/page/home', 3);
  const live = await openFromPanel(page, 'Pixels');
  const asked = requests(live);
  await expect(bar(live)).toBeVisible();
  expect(live.url()).toBe(`${site}/page/home`);
  expect(await live.evaluate(() => [document.referrer, window.opener])).toEqual(['', null]);
  for (const text of ['click · desktop', '3 events', 'at most 3 events in one place', '(UTC)']) {
    await expect(bar(live)).toContainText(text);
  }

  for (const [width, scroll] of [
    [1360, 0],
    [1360, 1200],
    [1100, 900],
    [700, 1300],
  ]) {
    await live.setViewportSize({ width, height: 1000 });
    await live.evaluate((top) => scrollTo(0, top), scroll);
    await live.waitForTimeout(400);
    const { x, y } = await buttonAt(live);
    if (scroll) {
      expect(await densityAt(live, x, y)).toBeGreaterThan(200);
    }
    expect(await densityAt(live, x + 100, y)).toBeLessThan(20);
    expect(await live.evaluate(() => document.documentElement.scrollHeight)).toBe(3000);
    expect(await live.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const warning = 'The numbers are of desktop viewports, and this window is mobile';
    await (width === 700 ? expect(bar(live)).toContainText(warning) : expect(bar(live)).not.toContainText(warning));
  }
  const { x, y } = await buttonAt(live);
  await live.mouse.move(x, y);
  await expect(bar(live)).toContainText('Beneath the pointer: 3');
  await live.mouse.move(x + 100, y);
  await expect(bar(live)).toContainText('Beneath the pointer: 0');

  // The page beneath works as ever; nothing that is done there is recorded, also after the overlay is closed.
  await live.mouse.click(x, y);
  await live.keyboard.press('Escape');
  await expect(bar(live)).toBeHidden();
  await live.locator('#buy').click();
  await live.evaluate(() => footfall.track('own'));
  await live.waitForTimeout(1500);
  expect(asked.filter((path) => path.endsWith('/batch'))).toEqual([]);
  await live.close();
  await recorded(context, '/page/home', 4);
});

test('the close button has the focus, and gives it back; another page of the application ends the overlay', async ({
  page,
}) => {
  let live = await openFromPanel(page, 'Pixels');
  const close = live.getByRole('button', { name: 'Close the overlay' });
  await expect(close).toBeFocused();
  await live.keyboard.press('Enter');
  await expect(bar(live)).toBeHidden();
  await live.close();
  live = await openFromPanel(page, 'Pixels');
  await expect(bar(live)).toBeVisible();
  await live.evaluate(() => history.pushState(null, '', '/page/other'));
  await expect(bar(live)).toBeHidden();
});

test('a route in the fragment is a page of its own', async ({ page, context }) => {
  const visitor = await context.newPage();
  await visitor.goto(`${site}/page/home#/route`);
  await visitor.locator('#buy').click({ position: { x: 10, y: 20 } });
  await recorded(context, '/page/home%23/route', 2);
  const live = await openFromPanel(page, 'Route');
  await expect(bar(live)).toContainText('1 events');
  expect(live.url()).toBe(`${site}/page/home#/route`);
});

test('places in percent follow the size of the page', async ({ page, context }) => {
  const visitor = await context.newPage();
  await visitor.goto(`${site}/page/percent`);
  await visitor.evaluate(() => footfall.track('click', { x: 25, y: 40, viewport: 'desktop' }));
  await recorded(context, '/page/percent', 2);
  const live = await openFromPanel(page, 'Percent');
  await expect(bar(live)).toBeVisible();
  await live.evaluate(() => scrollTo(0, 1000));
  for (const width of [1360, 1040]) {
    await live.setViewportSize({ width, height: 1000 });
    await live.waitForTimeout(400);
    const wide = await live.evaluate(() => document.documentElement.scrollWidth);
    expect(await densityAt(live, wide * 0.25 + 5, 200 + 15)).toBeGreaterThan(150);
    expect(await densityAt(live, wide * 0.25 + 200, 200 + 15)).toBeLessThan(20);
  }
});

test('a page that is shorter than the bins does not grow', async ({ page, context }) => {
  await visit(context, '/short/home', 1);
  const live = await openFromPanel(page, 'Short');
  await expect(bar(live)).toBeVisible();
  await live.waitForTimeout(600);
  expect(await live.evaluate(() => document.documentElement.scrollHeight)).toBe(1700);
  await live.evaluate(() => (document.body.style.height = '1600px'));
  await live.waitForTimeout(600);
  expect(await live.evaluate(() => document.documentElement.scrollHeight)).toBe(1600);
});

for (const [question, path] of [
  ['Policy', '/csp/home'],
  ['Nonce', '/nonce/home'],
]) {
  test(`a Content-Security-Policy that admits the script admits the overlay: ${path}`, async ({ page, context }) => {
    await visit(context, path, 1);
    const violations: string[] = [];
    context.on('console', (message) => message.type() === 'error' && violations.push(message.text()));
    const live = await openFromPanel(page, question);
    await expect(bar(live)).toBeVisible();
    expect(await bar(live).evaluate((element) => getComputedStyle(element).position)).toBe('fixed');
    await live.evaluate(() => scrollTo(0, 1200));
    const { x, y } = await buttonAt(live);
    expect(await densityAt(live, x, y)).toBeGreaterThan(200);
    expect(violations.filter((text) => /Content.Security.Policy/i.test(text))).toEqual([]);
  });
}

// What an attacker can try. The links are made here, with the real key or another one.

const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const keyOf = (seed: string) =>
  createPrivateKey({ key: Buffer.concat([pkcs8, Buffer.from(seed, 'base64')]), format: 'der', type: 'pkcs8' });
const own = keyOf(process.env.FOOTFALL_OVERLAY_KEY!);
/** Of somebody else. */
const foreign = {
  privateKey: keyOf(Buffer.alloc(32, 1).toString('base64')),
  publicKey: createPublicKey(keyOf(Buffer.alloc(32, 1).toString('base64')))
    .export({ format: 'der', type: 'spki' })
    .subarray(-32)
    .toString('base64'),
};

interface Claims {
  page?: unknown;
  expires?: unknown;
  [more: string]: unknown;
}

/** A link to a page, which is good but for what is given. */
function link(at: string, claims: Claims = {}, key = own, picture = 'AAAA'): string {
  const of = { page: site + at, expires: Date.now() + 600_000, ...claims };
  const signed = `footfall-overlay=${Buffer.from(JSON.stringify(of)).toString('base64url')}.${picture}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

/** The same link with one character of a part changed. */
function tampered(at: string, part: number): string {
  const parts = link(at).split('.');
  const place = parts[part].length - 3;
  parts[part] = parts[part].slice(0, place) + (parts[part][place] === 'A' ? 'B' : 'A') + parts[part].slice(place + 1);
  return parts.join('.');
}

/** The claims as they are, with others put in the place of those that were signed. */
function swapped(at: string, claims: Claims): string {
  const [, ...rest] = link(at, claims).split('.');
  return [link(at).split('.')[0], ...rest].join('.');
}

const good = (at: string) => link(at);

/** Each makes a link to a page that must load nothing there. */
const bad: Array<[name: string, hash: (at: string) => string, folder?: string]> = [
  ['tampered claims', (at) => tampered(at, 0)],
  ['a tampered picture', (at) => tampered(at, 1)],
  ['a tampered signature', (at) => tampered(at, 2)],
  ['claims of another link', (at) => swapped(at, { page: `${site}/page/other` })],
  ['another key', (at) => link(at, {}, foreign.privateKey)],
  ['no signature', (at) => good(at).replace(/\.[^.]*$/, '')],
  ['an empty signature', (at) => good(at).replace(/[^.]*$/, '')],
  ['a signature of zeros', (at) => good(at).replace(/[^.]*$/, 'A'.repeat(86))],
  ['the signature of another picture', (at) => good(at).replace(/[^.]*$/, link(at, {}, own, 'BBBB').split('.')[2])],
  ['a further part', (at) => good(at).replace('.', '.AAAA.')],
  ['another name', (at) => good(at).replace('overlay=', 'overlay==')],
  ['nothing', () => 'footfall-overlay='],
  ['not base64', () => 'footfall-overlay=%00.%00.%00'],
  ['expired', (at) => link(at, { expires: Date.now() - 1 })],
  ['no end', (at) => link(at, { expires: undefined })],
  ['an end that is no time', (at) => link(at, { expires: 'never' })],
  ['another page', (at) => link(at, { page: `${site}${at}/other` })],
  ['another site', (at) => link(at, { page: `https://evil.example${at}` })],
  ['another port', (at) => link(at, { page: site.replace(/\d+$/, '1') + at })],
  ['another scheme', (at) => link(at, { page: site.replace('http', 'https') + at })],
  ['a site in disguise', (at) => link(at, { page: `${site}@evil.example${at}` })],
  ['a path alone', (at) => link(at, { page: at })],
  ['no page', (at) => link(at, { page: undefined })],
  ['a page that is no text', (at) => link(at, { page: { href: site + at } })],
  ['a route', (at) => link(at, { page: `${site}${at}#/route` })],
  ['a good form, where the site has no key', good, '/no-key/bad'],
];

test('a link that is made here is good: what is wrong with the next ones is what they are called by', async ({
  page,
}) => {
  const asked = requests(page);
  await page.goto(`${site}/page/good#${good('/page/good')}`);
  await expect.poll(() => asked).toContain('/footfall-overlay.js');
});

test('nothing is loaded, and no event lost, with a link that is not good', async ({ context }) => {
  const opened: Array<{ name: string; at: string; asked: string[] }> = [];
  for (const [i, [name, hash, folder = '/page/bad']] of bad.entries()) {
    const page = await context.newPage();
    const asked = requests(page);
    const at = `${folder}-${i}/`; // a page of its own, for its events to be known by
    await page.goto(`${site}${at}#${hash(at)}`);
    expect.soft(page.url(), name).toBe(`${site}${at}`);
    await page.evaluate(() => footfall.track('own'));
    opened.push({ name, at, asked });
  }
  const found = [
    ...(await recorded(context, '/page/bad-', 2 * bad.length - 2)),
    ...(await recorded(context, '/no-key/bad-', 2)),
  ];
  expect(JSON.stringify(found)).not.toContain('footfall-overlay');
  for (const { name, at, asked } of opened) {
    const events = found.filter(({ page }) => page === at).map(({ event }) => event);
    expect.soft(events, name).toEqual(['page', 'own']);
    expect
      .soft(
        asked.filter((each) => !each.endsWith('/batch')),
        name
      )
      .toEqual([at, '/footfall.js', '/init.js']);
  }
});

// What else a page can be made to hold by who may put elements, but no scripts, into it; or settings into the prototype of all objects.
const evil = 'https://evil.example/';
const injections: Array<[name: string, html: (page: string) => string, loaded: string[]]> = [
  [
    'an element that is called like the script',
    (page) => page.replace('<script', `<img name="currentScript" src="${evil}footfall.js"><script`),
    [],
  ],
  [
    'another base for addresses',
    (page) => page.replace('<script src="/init', `<base href="${evil}"><script src="${site}/init`),
    [`${site}/footfall-overlay.js`],
  ],
  [
    'a script that comes from nowhere',
    (page) => page.replace('<script', `<script>Object.prototype.overlayScript = '${evil}overlay.js'</script><script`),
    [`${site}/footfall-overlay.js`],
  ],
  [
    'a key that comes from nowhere',
    (page) =>
      page
        .replace(/key=[^"]*/, '')
        .replace('<script', `<script>Object.prototype.overlayKey = '${foreign.publicKey}'</script><script`),
    [],
  ],
];

for (const [name, html, loaded] of injections) {
  test(`nothing else is loaded with ${name}`, async ({ page }) => {
    await page.route('**/page/injected', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: html(await answer.text()) });
    });
    await page.route('https://evil.example/**', (route) => route.abort());
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const key = name.startsWith('a key') ? foreign.privateKey : own;
    await page.goto(`${site}/page/injected#${link('/page/injected', {}, key)}`);
    await page.waitForTimeout(1000);
    expect(asked.filter((url) => url.endsWith('overlay.js'))).toEqual(loaded);
  });
}

test('a picture that cannot be read draws nothing, and the page works', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  const asked = requests(page);
  await page.goto(`${site}/page/broken#${good('/page/broken')}`);
  await expect.poll(() => asked).toContain('/footfall-overlay.js');
  await page.waitForTimeout(500);
  expect(await page.locator('html > div').count()).toBe(0);
  expect(errors).toEqual([]);
});

test('the overlay alone, or with what a page made up, draws nothing by a link that the page did not check', async ({
  page,
}) => {
  await page.goto(`${site}/page/alone`);
  await page.addScriptTag({ url: `${site}/footfall-overlay.js` });
  await page.waitForTimeout(300);
  expect(await page.locator('html > div').count()).toBe(0);
});
