import { webcrypto } from 'crypto';
import script, { address, backoff, retryAfter, selector, target, uuid } from './footfall';
import { bytes, path, viewport } from './parts';

describe('parts', () => {
  test('ids are UUIDs of version 7 that sort by time', () => {
    const ids = [1, 1_795_000_000_000, 1_795_000_000_001].map(uuid);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    expect([...ids].sort()).toEqual(ids);
    expect(parseInt(ids[1].replace('-', '').slice(0, 12), 16)).toBe(1_795_000_000_000);
    expect(new Set(Array.from({ length: 1000 }, () => uuid(1))).size).toBe(1000);
  });

  test.each([
    [320, 'mobile'],
    [767, 'mobile'],
    [768, 'tablet'],
    [1023, 'tablet'],
    [1024, 'desktop'],
  ])('a viewport of %d pixels is %s', (width, want) => expect(viewport(width)).toBe(want));

  test('a selector ends at an id, after three levels, after two classes, and never tells what an element says', () => {
    document.body.innerHTML = `
      <main id="shop"><ul class="list wide tall"><li><a class="buy">Order 4711</a></li></ul></main>
      <form><label>Name <input value="Ann Secret" name="n" placeholder="p"></label></form>
      <i class="${'x'.repeat(300)}"></i>`;
    const of = (css: string) => selector(document.querySelector(css)!);
    expect(of('a')).toBe('ul.list.wide > li > a.buy');
    expect(of('ul')).toBe('main#shop > ul.list.wide');
    expect(of('main')).toBe('main#shop');
    expect(of('input')).toBe('form > label > input');
    expect(of('body')).toBe('html > body');
    expect(of('i')).toHaveLength(100);
  });

  test.each([
    [null, 0],
    ['', 0],
    ['7', 7000],
    ['soon', 0],
    ['-3', 0],
    ['100000', 300_000],
    [new Date(Date.now() - 1000).toUTCString(), 0],
    [new Date(Date.now() + 1e9).toUTCString(), 300_000],
  ])('Retry-After %p is %d ms', (header, want) => expect(retryAfter(header)).toBe(want));

  test.each([
    ['', '/', '/'],
    ['#top', '/a', '/a'],
    ['#/orders/17?token=1', '/', '/#/orders/17'],
    ['#!/orders', '/app', '/app#!/orders'],
    ['#access_token=1', '/', '/'],
    ['#/access_token=1&x=2', '/', '/'],
  ])('the fragment %p on %p is the page %p', (hash, pathname, want) => expect(path({ pathname, hash })).toBe(want));

  test.each([
    ['https://other.example/a/b?q=1#top', 'https://other.example/a/b'],
    ['https://ann:secret@other.example/', 'https://other.example/'],
    ['/own?q=1', 'http://localhost/own'],
    ['mailto:ann@example.org', 'mailto:'],
    ['tel:+4915112345', 'tel:'],
    ['javascript:alert(1)', 'javascript:'],
    ['http://%zz', ''],
    ['', ''],
  ])('of the address %p is kept %p', (url, want) => expect(address(url)).toBe(want));

  test.each([
    ['_-8A', [255, 239, 0]],
    ['/+8A', [255, 239, 0]],
    ['AQ', [1]],
    ['', []],
  ])('the text %p in base64 is %p', (text, want) => expect([...bytes(text)]).toEqual(want));

  test('a link leads to a path of this site, or to an address of another', () => {
    document.body.innerHTML =
      '<a href="/cart?x=1#/pay"></a><a href="https://other.example/a?b"></a><a href="mailto:ann@example.org"></a>';
    expect([...document.querySelectorAll('a')].map(target)).toEqual([
      '/cart#/pay',
      'https://other.example/a',
      'mailto:',
    ]);
  });

  test('pauses grow to a minute, a part of them by chance', () => {
    for (const [failures, most] of [
      [0, 1000],
      [1, 2000],
      [5, 32_000],
      [6, 60_000],
      [1000, 60_000],
    ]) {
      const pauses = Array.from({ length: 200 }, () => backoff(failures));
      expect(Math.max(...pauses)).toBeLessThanOrEqual(most);
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(most / 2);
      expect(new Set(pauses).size).toBeGreaterThan(100);
    }
  });
});

interface Sent {
  body: { batch: Array<Record<string, any>>; sentAt: string; writeKey?: string };
  at: number;
}

/** Keys as the data source has them. */
async function newKeys() {
  const { publicKey, privateKey } = (await webcrypto.subtle.generateKey('Ed25519', true, ['sign'])) as CryptoKeyPair;
  return { privateKey, publicKey: Buffer.from(await webcrypto.subtle.exportKey('raw', publicKey)).toString('base64') };
}

describe('recording', () => {
  let footfall: typeof script;
  let sent: Sent[];
  /** Answers of the collector, the last of them for good; null is no answer. */
  let answers: Array<{ status: number; headers?: Record<string, string>; text?: string } | null>;

  /** Listeners of the pages of a test, which end with it. */
  let pages: AbortController;

  beforeEach(() => {
    pages = new AbortController();
    for (const target of [window, document]) {
      const listen = target.addEventListener.bind(target) as EventTarget['addEventListener'];
      jest
        .spyOn(target as EventTarget, 'addEventListener')
        .mockImplementation((type, listener) => listen(type, listener, { signal: pages.signal }));
    }
    jest.spyOn(console, 'error').mockImplementation();
    jest.useFakeTimers({ now: new Date('2026-11-24T06:00:00Z') });
    localStorage.clear();
    history.replaceState(null, '', '/start?token=secret');
    sent = [];
    answers = [{ status: 200 }];
    globalThis.fetch = async (_, init) => {
      sent.push({ body: JSON.parse(init!.body as string), at: Date.now() });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (!answer) {
        throw new TypeError('Failed to fetch');
      }
      const { status, headers = {}, text = '' } = answer;
      return { status, headers: { get: (name: string) => headers[name] ?? null }, text: async () => text } as Response;
    };
    footfall = load();
  });

  afterEach(() => {
    pages.abort();
    delete (history as Partial<History>).pushState; // the browser's own is in the prototype
    delete (history as Partial<History>).replaceState;
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  /** The script once more, as another page of the site has it. */
  function load(): typeof script {
    let loaded: typeof script;
    jest.isolateModules(() => (loaded = require('./footfall').default));
    return loaded!;
  }

  function init(more: object = {}, on = footfall) {
    on.init({ endpoint: 'https://events.example/', autoPage: false, ...more });
  }

  const batch = () => sent.flatMap((request) => request.body.batch);
  const events = () => batch().map((event) => event.event ?? event.type);
  const waiting = () => Object.keys(localStorage).filter((key) => key.startsWith('footfall:event:')).length;
  const wait = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  test('an event has its ids, its time, its page without the query, and its session', async () => {
    init({ writeKey: 'key-1' });
    footfall.track('pay', { amount: 49.9 });
    await wait(1000);
    expect(sent[0].body).toEqual({
      batch: [
        {
          type: 'track',
          event: 'pay',
          properties: { amount: 49.9 },
          messageId: expect.any(String),
          anonymousId: localStorage['footfall:anonymous'],
          timestamp: '2026-11-24T06:00:00.000Z',
          context: { page: { url: '/start' }, sessionId: expect.any(String) },
        },
      ],
      sentAt: '2026-11-24T06:00:01.000Z',
      writeKey: 'key-1',
    });
    expect(waiting()).toBe(0);
  });

  test('events of the same moment keep their order', async () => {
    init();
    ['a', 'b', 'c'].forEach((event) => footfall.track(event));
    await wait(1000);
    expect(events()).toEqual(['a', 'b', 'c']);
    const times = batch().map((event) => event.timestamp);
    expect(new Set(times).size).toBe(3);
    expect([...times].sort()).toEqual(times);
  });

  test('page views come with the page and when its path changes', async () => {
    init({ autoPage: true });
    history.pushState(null, '', '/shoes?size=42');
    history.replaceState(null, '', '/shoes?size=43');
    history.pushState(null, '', '/cart#top');
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    await wait(1000);
    expect(batch().map((event) => [event.type, event.context.page.url, event.properties.referrer])).toEqual([
      ['page', '/start', undefined],
      ['page', '/shoes', '/start'],
      ['page', '/cart', '/shoes'],
      ['page', '/cart', undefined],
    ]);
  });

  test('routes in the fragment are pages', async () => {
    init({ autoPage: true });
    for (const hash of ['#/orders', '#/orders?page=2', '#/orders/17', '#top']) {
      location.hash = hash;
      window.dispatchEvent(new HashChangeEvent('hashchange'));
    }
    await wait(1000);
    expect(batch().map((event) => event.context.page.url)).toEqual([
      '/start',
      '/start#/orders',
      '/start#/orders/17',
      '/start',
    ]);
  });

  test('a session keeps the campaign and the site that it came from', async () => {
    jest.spyOn(document, 'referrer', 'get').mockReturnValue('https://search.example/find?q=secret');
    history.replaceState(null, '', '/start?utm_source=news&utm_campaign=spring&utm_medium=&token=secret');
    init({ sessionMinutes: 10 });
    footfall.track('a');
    jest.spyOn(document, 'referrer', 'get').mockReturnValue('https://pay.example/done');
    history.replaceState(null, '', '/cart');
    footfall.track('b');
    history.replaceState(null, '', '/cart?utm_source=mail');
    footfall.track('c');
    history.replaceState(null, '', '/cart');
    await wait(11 * 60_000);
    jest.spyOn(document, 'referrer', 'get').mockReturnValue('http://localhost/other');
    footfall.track('d');
    await wait(1000);
    expect(JSON.stringify(batch())).not.toContain('secret');
    const search = 'https://search.example/find';
    expect(batch().map(({ event, context }) => [event, context.campaign, context.page.referrer])).toEqual([
      ['a', { source: 'news', name: 'spring' }, search],
      ['b', { source: 'news', name: 'spring' }, search],
      ['c', { source: 'mail' }, 'https://pay.example/done'],
      ['d', undefined, undefined],
    ]);
  });

  test('calls before the script is there are made when it is, with their times', async () => {
    const error = jest.spyOn(console, 'error').mockImplementation();
    const now = Date.now();
    Object.assign(window, {
      footfall: {
        calls: [
          [now - 9000, 'init', [{ endpoint: 'https://events.example/', autoPage: false }]],
          [now - 8000, 'track', ['early', { n: 1 }]],
          [now - 8000, 'init', [{ endpoint: 'https://elsewhere.example/' }]],
          [now - 7000, 'nonsense', []],
          [now - 7000, 'identify', ['u-1']],
        ],
      },
    });
    const loaded = load();
    delete (window as { footfall?: unknown }).footfall;
    loaded.track('late');
    await wait(1000);
    expect(batch().map((event) => [event.event ?? event.type, now - Date.parse(event.timestamp)])).toEqual([
      ['early', 8000],
      ['identify', 7000],
      ['late', 0],
    ]);
    expect(error).toHaveBeenCalledTimes(1); // of nonsense
  });

  test.each([undefined, null, ''])('identify with %p makes nobody a user', async (id) => {
    const error = jest.spyOn(console, 'error').mockImplementation();
    init();
    footfall.identify(id as unknown as string);
    footfall.track('a');
    await wait(1000);
    expect(events()).toEqual(['a']);
    expect(batch()[0].userId).toBeUndefined();
    expect(error).toHaveBeenCalledTimes(1);
  });

  test.each([401, 403])('a key that is refused with %d is told once, and nothing more is recorded', async (status) => {
    answers = [{ status, text: '{"error":"no such key"}' }];
    const error = jest.spyOn(console, 'error').mockImplementation();
    init();
    for (const event of ['a', 'b', 'c']) {
      footfall.track(event);
      await wait(2000);
    }
    window.dispatchEvent(new Event('pagehide'));
    await wait(600_000);
    expect(sent).toHaveLength(1);
    expect(waiting()).toBe(0);
    expect(error.mock.calls).toEqual([
      [expect.stringContaining(`refuses the write key (${status})`), '{"error":"no such key"}'],
    ]);
    answers = [{ status: 200 }];
    const next = load(); // another page tries again
    init({}, next);
    next.track('d');
    await wait(1000);
    expect(events()).toEqual(['a', 'd']);
  });

  test('a collector that cannot be reached is told once, and tried again', async () => {
    answers = [null];
    const error = jest.spyOn(console, 'error').mockImplementation();
    init();
    footfall.track('a');
    await wait(600_000);
    expect(sent.length).toBeGreaterThan(8);
    expect(error.mock.calls).toEqual([
      [expect.stringContaining('cannot be reached'), 'https://events.example/v1/batch'],
    ]);
  });

  test('a user is known from identify to reset, on later pages too', async () => {
    init();
    footfall.track('a');
    footfall.identify('u-1', { plan: 'pro' });
    await wait(2000);
    const next = load();
    init({}, next);
    next.track('b');
    next.alias('u-2');
    next.alias('u-3', 'old');
    next.reset();
    next.track('c');
    await wait(1000);
    const [a, identify, b, alias, alias3, c] = batch();
    expect(a.userId).toBeUndefined();
    expect(identify).toMatchObject({
      type: 'identify',
      userId: 'u-1',
      anonymousId: a.anonymousId,
      traits: { plan: 'pro' },
    });
    expect(b).toMatchObject({ userId: 'u-1', anonymousId: a.anonymousId });
    expect(b.context.sessionId).toBe(a.context.sessionId);
    expect(alias).toMatchObject({ type: 'alias', userId: 'u-2', previousId: 'u-1' });
    expect(alias3).toMatchObject({ userId: 'u-3', previousId: 'old' });
    expect(c.userId).toBeUndefined();
    expect(c.anonymousId).not.toBe(a.anonymousId);
    expect(c.context.sessionId).not.toBe(a.context.sessionId);
  });

  test('a session ends after its minutes without an event', async () => {
    init({ sessionMinutes: 10 });
    for (const minutes of [0, 9, 9, 10]) {
      await wait(minutes * 60_000);
      footfall.track('a');
    }
    await wait(1000);
    const [first, second, third, fourth] = batch().map((event) => event.context.sessionId);
    expect([second, third]).toEqual([first, first]);
    expect(fourth).not.toBe(first);
  });

  test('what is not taken comes again, the same, after growing pauses', async () => {
    answers = [null, { status: 500 }, { status: 408 }, { status: 200 }];
    init();
    footfall.track('a');
    await wait(30_000);
    expect(events()).toEqual(['a', 'a', 'a', 'a']);
    expect(new Set(batch().map((event) => JSON.stringify(event))).size).toBe(1);
    const pauses = sent.slice(1).map((request, i) => request.at - sent[i].at);
    [1000, 2000, 4000].forEach((most, i) => {
      expect(pauses[i]).toBeLessThanOrEqual(most);
      expect(pauses[i]).toBeGreaterThanOrEqual(most / 2);
    });
    expect(waiting()).toBe(0);
  });

  test.each([429, 503])('Retry-After of a %d is kept', async (status) => {
    answers = [{ status, headers: { 'Retry-After': '20' } }, { status: 200 }];
    init();
    footfall.track('a');
    await wait(10_000);
    footfall.track('b');
    await wait(10_900);
    expect(events()).toEqual(['a']);
    await wait(2000);
    expect(events()).toEqual(['a', 'a', 'b']);
  });

  test.each([400, 401, 403])('what is refused with %d is reported and not sent again', async (status) => {
    answers = [{ status, text: '{"error":"no"}' }, { status: 200 }];
    jest.spyOn(console, 'error').mockImplementation();
    const onError = jest.fn();
    init({ onError });
    footfall.track('a');
    await wait(60_000);
    expect(events()).toEqual(['a']);
    expect(onError.mock.calls).toEqual([[status, '{"error":"no"}']]);
    expect(waiting()).toBe(0);
  });

  test('a batch that is too large is cut until it fits; one event that is too large is given up', async () => {
    answers = [{ status: 413 }, { status: 413 }, { status: 413 }, { status: 200 }];
    jest.spyOn(console, 'error').mockImplementation();
    const onError = jest.fn();
    init({ onError });
    ['a', 'b', 'c', 'd'].forEach((event) => footfall.track(event));
    await wait(5000);
    expect(sent.map((request) => request.body.batch.map((event) => event.event).join(''))).toEqual([
      'abcd',
      'ab',
      'a',
      'b',
      'c',
      'd',
    ]);
    expect(onError.mock.calls).toEqual([[413, '']]);
  });

  test('a request has 100 events and 50 thousand characters at most', async () => {
    init();
    for (let i = 0; i < 150; i++) {
      footfall.track(`e${i}`, i >= 100 ? { text: 'x'.repeat(5000) } : {});
    }
    await wait(2000);
    expect(events()).toEqual(Array.from({ length: 150 }, (_, i) => `e${i}`));
    expect(sent[0].body.batch).toHaveLength(100);
    expect(Math.max(...sent.map((request) => JSON.stringify(request.body).length))).toBeLessThan(51_000);
  });

  test('the queue outlives the page, and is bounded: the oldest events go first', async () => {
    answers = [null];
    const onError = jest.fn();
    init({ onError });
    for (let i = 0; i < 60; i++) {
      footfall.track(`e${i}`, { text: 'x'.repeat(40_000) });
    }
    footfall.track('huge', { text: 'x'.repeat(60_000) });
    expect(onError).toHaveBeenCalledWith(413, expect.stringContaining('at most 50000'));
    expect(waiting()).toBeGreaterThan(20);
    expect(waiting()).toBeLessThan(26);
    jest.clearAllTimers(); // the page is gone
    answers = [{ status: 200 }];
    init({}, load());
    await wait(5000);
    expect(events().at(-1)).toBe('e59');
    expect(waiting()).toBe(0);
  });

  test('two tabs share the queue and lose nothing', async () => {
    answers = [null];
    const other = load();
    init();
    init({}, other);
    for (let i = 0; i < 20; i++) {
      footfall.track(`a${i}`);
      other.track(`b${i}`);
    }
    await wait(10_000);
    expect(waiting()).toBe(40);
    answers = [{ status: 200 }];
    sent = [];
    await wait(60_000);
    expect(new Set(events()).size).toBe(40);
    expect(waiting()).toBe(0);
  });

  test.each(['switched off', 'full'])('where localStorage is %s, events are kept in memory', async (what) => {
    const deny = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    if (what === 'full') {
      jest.spyOn(Storage.prototype, 'setItem').mockImplementation(deny);
    } else {
      jest.spyOn(window, 'localStorage', 'get').mockImplementation(deny);
    }
    answers = [null, { status: 200 }];
    init();
    footfall.track('a');
    footfall.track('b');
    await wait(5000);
    expect(events()).toEqual(['a', 'b', 'a', 'b']);
    expect(new Set(batch().map((event) => event.anonymousId)).size).toBe(1);
    expect(new Set(batch().map((event) => event.context.sessionId)).size).toBe(1);
    await wait(60_000);
    expect(sent).toHaveLength(2);
  });

  test('a page that goes away sends what waits by a beacon, once, and what the beacon does not take later', async () => {
    const beacons: string[] = [];
    let most = 64 << 10;
    navigator.sendBeacon = (_, body) => (body as string).length < most && beacons.push(body as string) > 0;
    answers = [null];
    init({ writeKey: 'key-1' });
    footfall.track('a');
    window.dispatchEvent(new Event('pagehide'));
    jest.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    document.dispatchEvent(new Event('visibilitychange'));
    expect(beacons.map((body) => JSON.parse(body))).toEqual([
      { batch: [expect.objectContaining({ event: 'a' })], writeKey: 'key-1', sentAt: expect.any(String) },
    ]);
    expect(waiting()).toBe(1); // nobody knows whether it arrives

    most = 20_000;
    ['b', 'c', 'd', 'e'].forEach((event) => footfall.track(event, { text: 'x'.repeat(8000) }));
    window.dispatchEvent(new Event('pagehide'));
    expect(JSON.parse(beacons[1]).batch.map((event: { event: string }) => event.event)).toEqual(['b']);
    expect(waiting()).toBe(5);
  });

  test('the network coming back ends the pause', async () => {
    answers = [null, null, null, null, { status: 200 }];
    init();
    footfall.track('a');
    await wait(9000);
    const before = sent.length;
    window.dispatchEvent(new Event('online'));
    await wait(0);
    expect(sent).toHaveLength(before + 1);
  });

  test.each([{ doNotTrack: '1' }, { globalPrivacyControl: true }])(
    '%j is honoured, unless set otherwise',
    async (wish) => {
      for (const [name, value] of Object.entries(wish)) {
        Object.defineProperty(navigator, name, { value, configurable: true });
      }
      init({ autoPage: true });
      footfall.track('a');
      footfall.identify('u-1');
      footfall.consent(true);
      await wait(60_000);
      expect(sent).toEqual([]);
      expect(localStorage).toHaveLength(0);
      const other = load();
      init({ respectDoNotTrack: false }, other);
      other.track('b');
      await wait(1000);
      expect(events()).toEqual(['b']);
      for (const name of Object.keys(wish)) {
        delete (navigator as unknown as Record<string, unknown>)[name];
      }
    }
  );

  test('nothing is recorded or stored before consent, and nothing kept after it is withdrawn', async () => {
    answers = [null];
    init({ consent: false, autoPage: true });
    footfall.track('before');
    await wait(60_000);
    expect(localStorage).toHaveLength(0);
    footfall.consent(true);
    footfall.track('a');
    await wait(1000);
    expect(events()).toEqual(['page', 'a']);
    expect(batch()[0].context.consent).toBe(true);
    localStorage.setItem('of-the-page', 'kept');
    footfall.consent(false);
    footfall.track('after');
    window.dispatchEvent(new Event('pagehide'));
    await wait(60_000);
    expect(sent).toHaveLength(1);
    expect({ ...localStorage }).toEqual({ 'of-the-page': 'kept' });
  });

  test('consent that is refused before init or in another tab holds', async () => {
    footfall.consent(false);
    init();
    footfall.track('a');
    const other = load();
    init({}, other);
    other.track('b');
    localStorage.removeItem('footfall:anonymous');
    window.dispatchEvent(new StorageEvent('storage', { key: 'footfall:anonymous', newValue: null }));
    other.track('c');
    await wait(60_000);
    expect(sent).toEqual([]);
    expect(localStorage).toHaveLength(0);
  });

  test('only the first init counts, and nothing happens before it', async () => {
    footfall.track('a');
    init();
    init({ endpoint: 'https://elsewhere.example' });
    footfall.track('b');
    await wait(1000);
    expect(events()).toEqual(['b']);
  });

  test('an endpoint that is no address is an error at once', () => {
    expect(() => init({ endpoint: 'http://%zz' })).toThrow();
    expect(() => init({ endpoint: undefined })).toThrow();
  });

  describe('with a link to the overlay', () => {
    const loaded = () => [...document.querySelectorAll('script')];

    beforeEach(() => {
      jest.useRealTimers(); // what checks a signature waits for none
      Object.defineProperty(crypto, 'subtle', { value: webcrypto.subtle, configurable: true });
    });

    afterEach(() => loaded().forEach((element) => element.remove()));

    async function until(done: () => boolean) {
      for (let tries = 0; !done() && tries < 200; tries++) {
        await pause(20);
      }
    }

    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

    async function link(privateKey: CryptoKey, page = 'http://localhost/start', expires = Date.now() + 600_000) {
      const claims = Buffer.from(JSON.stringify({ page, expires })).toString('base64url');
      const signed = `footfall-overlay=${claims}.UElDVFVSRQ`;
      const signature = await webcrypto.subtle.sign('Ed25519', privateKey, Buffer.from(signed));
      return `${signed}.${Buffer.from(signature).toString('base64url')}`;
    }

    test('a good one loads the overlay with what it draws; nothing is recorded, and the address is clean', async () => {
      const { privateKey, publicKey } = await newKeys();
      history.replaceState({ mine: 1 }, '', `/start?token=secret#${await link(privateKey)}`);
      footfall = load();
      expect([location.href, history.state]).toEqual(['http://localhost/start?token=secret', { mine: 1 }]);
      init({ autoPage: true, overlayKey: publicKey, overlayScript: '/js/overlay.js' });
      footfall.track('a');
      await until(() => loaded().length > 0);
      const [element] = loaded() as Array<HTMLScriptElement & { picture?: string; page?: string }>;
      expect([element.src, element.picture, element.page]).toEqual([
        'http://localhost/js/overlay.js',
        'UElDVFVSRQ',
        '/start',
      ]);
      footfall.track('b');
      init({ autoPage: true });
      footfall.track('c');
      footfall.identify('u-1');
      footfall.consent(true);
      window.dispatchEvent(new Event('pagehide'));
      await pause(1500);
      expect([sent, Object.keys(localStorage)]).toEqual([[], []]);
    });

    test('what came before a consent is not recorded; one that is withdrawn is, under the overlay, too', async () => {
      const { privateKey, publicKey } = await newKeys();
      history.replaceState(null, '', '/start#footfall-overlay=bad');
      footfall = load();
      init({ consent: false, overlayKey: publicKey });
      footfall.track('before');
      footfall.consent(true);
      footfall.track('after');
      await until(() => sent.length > 0);
      expect(events()).toEqual(['after']);

      localStorage.setItem('footfall:user', 'u-1');
      history.replaceState(null, '', `/start#${await link(privateKey)}`);
      footfall = load();
      init({ overlayKey: publicKey, overlayScript: '/overlay.js' });
      footfall.consent(false);
      await until(() => loaded().length > 0 && localStorage.length === 0);
      expect(Object.keys(localStorage)).toEqual([]);
    });

    test('a bad one loads nothing, and no event is lost by it', async () => {
      const { privateKey, publicKey } = await newKeys();
      const other = await newKeys();
      const unsigned = 'is not signed with the key';
      const bad = [
        ['of another key', await link(other.privateKey), publicKey, unsigned],
        ['expired', await link(privateKey, undefined, Date.now() - 1), publicKey, 'has expired'],
        ['without an end', await link(privateKey, undefined, 'never' as never), publicKey, 'has expired'],
        [
          'of another page',
          await link(privateKey, 'http://localhost/other'),
          publicKey,
          'is for http://localhost/other',
        ],
        [
          'of another site',
          await link(privateKey, 'https://localhost/start'),
          publicKey,
          'is for https://localhost/start',
        ],
        ['cut', (await link(privateKey)).slice(0, -20), publicKey, unsigned],
        ['of nothing', 'footfall-overlay=', publicKey, unsigned],
        ['and an own key that is none', await link(privateKey), 'AAAA', '32-bytes'],
        ['and no own key', await link(privateKey), undefined, undefined],
      ];
      for (const [name, hash, overlayKey, reason] of bad) {
        const told = jest.spyOn(console, 'error').mockClear();
        const at = sent.length;
        history.replaceState(null, '', `/start#${hash}`);
        const next = load();
        expect(location.href).toBe('http://localhost/start');
        init({ autoPage: true, overlayKey }, next);
        next.track(`early ${name}`);
        next.identify('u-1');
        await until(() => localStorage.length > 3);
        next.track('late');
        await until(() => sent.length > at);
        const batches = sent.slice(at).flatMap(({ body }) => body.batch);
        expect(batches.map(({ event, type }) => event ?? type)).toEqual(['page', `early ${name}`, 'identify', 'late']);
        expect(loaded()).toEqual([]);
        expect(told.mock.calls.map((call) => String(call[1]))).toEqual(reason ? [expect.stringContaining(reason)] : []);
      }
    });
  });
});
