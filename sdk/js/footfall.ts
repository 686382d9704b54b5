/**
 * Footfall for web pages: page views, clicks and events of your own, sent to a Footfall collector.
 * docs/sending-events.md tells how to use it.
 */

import { bytes, path, viewport } from './parts';

export type Properties = Record<string, unknown>;

export interface Options {
  /** Address of the collector, such as https://events.example.com. */
  endpoint: string;
  /** The key that the collector's administrator gave out. It is no secret: everyone who sees the page sees it. */
  writeKey?: string;
  /** Records a page view now and whenever the page's address changes without a new page. Default true. */
  autoPage?: boolean;
  /** Records clicks with their position and, on links, where they lead. Default false. */
  autoClicks?: boolean;
  /** A session ends after so many minutes without an event. Default 30. */
  sessionMinutes?: number;
  /** Records nothing in browsers that ask for that, by Do Not Track or Global Privacy Control. Default true. */
  respectDoNotTrack?: boolean;
  /**
   * With false, nothing is recorded, stored or sent until consent(true); with true, every event says that the user consented. Leave it out
   * if no consent is needed.
   */
  consent?: boolean;
  /**
   * The public key of links to the overlay, which the data source's settings in Grafana show. Without it, no link loads the overlay
   * (docs/decisions/overlay.md).
   */
  overlayKey?: string;
  /** Address of the overlay's script. By default it lies beside this script, as footfall-overlay.js. */
  overlayScript?: string;
  /** Called when the collector refuses events, with the HTTP status and the answer, which names the events and the reason. */
  onError?: (status: number, answer: string) => void;
}

const prefix = 'footfall:';
const eventPrefix = 'event:';
const second = 1000;
/** How long an event waits for others, so that they are sent together. */
const gather = second;
/** Characters in one request; an event must fit in. */
const maxRequest = 50_000;
/** Characters of events that may wait; the browser keeps about 5 million for the whole site. */
const maxQueue = 1_000_000;

let options: Options = { endpoint: '' };
/** Where events go; empty until init. */
let url = '';
let consented: boolean | undefined;
/** What cannot be kept in localStorage lives as long as the page. */
const memory = new Map<string, string>();
/** Time of the last event: a later one has a later time, or a funnel would not know their order. */
let last = 0;
/** When a call was made that the stub noted, because the script was not there yet. */
let calledAt: number | undefined;
/** The collector does not take the key: nothing more is recorded on this page. */
let denied = false;
/** What the console was told. */
const told = new Set<string>();
/** Path of the last page that autoPage recorded. */
let seen: string | undefined;
let clicking = false;
/** Calls that wait while a link to the overlay is checked. */
let held: Call[] | undefined;
/** The overlay is shown: nothing is recorded until the page is loaded anew. */
let overlaid = false;
/**
 * Where this script came from. It is asked for while the script runs for the first time, for a page's <base> may change the answer. An
 * element that is only called currentScript is none.
 */
const own = typeof document !== 'undefined' && ownScript(document.currentScript);
/** The link to the overlay that the page was opened by, if it was. */
const link = typeof document !== 'undefined' ? takeLink() : undefined;

let timer: number | undefined;
let sending = false;
let offline = false;
let failures = 0;
let maxEvents = 100;
/** Events sent by a beacon, which may not have arrived: they stay in the queue, but are not put into a second beacon. */
const beaconed = new Set<string>();

function attempt<T>(storage: () => T): T | undefined {
  try {
    return storage();
  } catch {
    return undefined; // storage is switched off, or full
  }
}

function read(name: string): string | undefined {
  return memory.get(name) ?? attempt(() => localStorage.getItem(prefix + name)) ?? undefined;
}

function write(name: string, value: string) {
  memory.set(name, value);
  attempt(() => {
    localStorage.setItem(prefix + name, value);
    memory.delete(name);
  });
}

function remove(name: string) {
  memory.delete(name);
  attempt(() => localStorage.removeItem(prefix + name));
}

function names(): string[] {
  const stored = attempt(() => Object.keys(localStorage)) ?? [];
  return [...stored.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)), ...memory.keys()];
}

/**
 * The events that wait, by time. Each has its own place, named by its id: tabs share all places but never write the same one, so none gets
 * lost. Two tabs may send the same event, which the collector stores once.
 */
function queue(): Array<[name: string, event: string]> {
  return names()
    .filter((name) => name.startsWith(eventPrefix))
    .sort()
    .flatMap((name): Array<[string, string]> => {
      const event = read(name);
      return event ? [[name, event]] : []; // another tab may just have removed it
    });
}

/** A UUID of version 7: the time, then random bits. */
export function uuid(time: number): string {
  const hex = [...crypto.getRandomValues(new Uint8Array(10))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  const clock = time.toString(16).padStart(12, '0');
  return `${clock.slice(0, 8)}-${clock.slice(8)}-7${hex.slice(1, 4)}-8${hex.slice(5, 8)}-${hex.slice(8)}`;
}

function anonymousId(): string {
  return read('anonymous') ?? renew();
}

function renew(): string {
  const id = uuid(Date.now());
  write('anonymous', id);
  return id;
}

function session(now: number): string {
  const id = read('session');
  const goesOn = id && now - Number(read('active')) < (options.sessionMinutes ?? 30) * 60 * second;
  const current = goesOn ? id : uuid(now);
  if (!goesOn) {
    // Only now, so that tabs that begin at the same moment continue with the same one.
    write('session', current);
  }
  const { campaign, referrer } = origin();
  if (!goesOn || campaign) {
    // Another site in the middle of a session, such as the one where people pay, brought nobody here.
    write('origin', JSON.stringify({ campaign, referrer }));
  }
  write('active', `${now}`);
  return current;
}

/** Where the visitor comes from: the campaign in the address of the page, and the page of another site before it. */
function origin(): { campaign?: Properties; referrer?: string } {
  const query = new URLSearchParams(location.search);
  const campaign: Record<string, string> = {};
  for (const name of ['source', 'medium', 'campaign', 'term', 'content']) {
    const value = query.get(`utm_${name}`);
    if (value) {
      campaign[name === 'campaign' ? 'name' : name] = value.slice(0, 200);
    }
  }
  const from = address(document.referrer);
  return {
    campaign: Object.keys(campaign).length ? campaign : undefined,
    referrer: from && new URL(from).host !== location.host ? from : undefined,
  };
}

/**
 * An address without query and fragment, which may hold private things; for other kinds than web pages only the kind, such as mailto:.
 * Empty for a text that is not an address.
 */
export function address(url: string): string {
  const parsed = attempt(() => new URL(url, location.href));
  return !url || !parsed ? '' : /^https?:$/.test(parsed.protocol) ? parsed.origin + parsed.pathname : parsed.protocol;
}

/** Tells the developer, once, what would otherwise go wrong silently. */
function tell(what: string, more = '') {
  if (!told.has(what)) {
    told.add(what);
    console.error(`Footfall: ${what}`, more);
  }
}

function recording(): boolean {
  const { doNotTrack, globalPrivacyControl } = navigator as {
    doNotTrack?: string | null;
    globalPrivacyControl?: boolean;
  };
  const objects = options.respectDoNotTrack !== false && (doNotTrack === '1' || globalPrivacyControl);
  return url !== '' && consented !== false && !denied && !objects;
}

function record(type: string, fields: Properties) {
  if (!recording()) {
    return;
  }
  last = Math.max(calledAt ?? Date.now(), last + 1);
  const messageId = uuid(last);
  const sessionId = session(last);
  const { campaign, referrer } = attempt(() => JSON.parse(read('origin') ?? '')) ?? {};
  const event = JSON.stringify({
    type,
    messageId,
    anonymousId: anonymousId(),
    userId: read('user'),
    timestamp: new Date(last).toISOString(),
    // Without the query, which may hold private things.
    context: { page: { url: path(location), referrer }, campaign, sessionId, consent: consented },
    ...fields,
  });
  let size = event.length;
  if (size > maxRequest) {
    options.onError?.(413, `The event has ${size} characters; at most ${maxRequest} are sent: ${event.slice(0, 200)}`);
    return;
  }
  for (const [name, older] of queue().reverse()) {
    size += older.length;
    if (size > maxQueue) {
      remove(name);
    }
  }
  write(eventPrefix + messageId, event);
  if (!timer && !sending) {
    schedule(gather);
  }
}

function schedule(delay: number) {
  clearTimeout(timer);
  timer = window.setTimeout(() => void send(), delay);
}

/** The first events of a queue, as many as go into a request of that many characters, and its body. */
function request(events: Array<[name: string, event: string]>, limit: number): { taken: string[]; body: string } {
  let size = 0;
  const taken = events.filter(([, event], i) => i < maxEvents && (size += event.length) <= limit);
  const rest = JSON.stringify({ sentAt: new Date().toISOString(), writeKey: options.writeKey });
  return {
    taken: taken.map(([name]) => name),
    body: `{"batch":[${taken.map(([, event]) => event).join()}],${rest.slice(1)}`,
  };
}

/** How long to wait after so many failures in a row: longer each time, and never all pages at the same moment. */
export function backoff(failures: number): number {
  return Math.min(60, 2 ** failures) * second * (0.5 + Math.random() / 2);
}

/** Milliseconds of a Retry-After header, in seconds or as a date; at most five minutes. */
export function retryAfter(header: string | null): number {
  const wait = Number(header) * second || Date.parse(header ?? '') - Date.now();
  return Math.min(Math.max(wait || 0, 0), 300 * second);
}

async function send() {
  timer = undefined;
  const { taken, body } = request(queue(), maxRequest);
  if (!taken.length || sending || !recording()) {
    return;
  }
  sending = true;
  let status = 0;
  let answer = '';
  let asked = 0;
  try {
    // A text as body is a request of a kind that browsers send without asking the other server first.
    const response = await fetch(url, {
      method: 'POST',
      body,
      credentials: 'omit',
      signal: AbortSignal.timeout?.(30 * second),
    });
    status = response.status;
    asked = retryAfter(response.headers.get('Retry-After'));
    answer = await response.text();
  } catch {
    // The collector was not reached, or its answer broke off.
  }
  sending = false;
  offline = !status;
  if (offline && failures === 3) {
    tell('the collector cannot be reached, or no key is for this site (collector key add --origin)', url);
  }
  if (offline || status >= 500 || status === 429 || status === 408) {
    schedule(asked + backoff(failures++));
    return;
  }
  failures = 0;
  if (status === 413 && taken.length > 1) {
    maxEvents = Math.ceil(taken.length / 2);
  } else {
    taken.forEach(remove);
    if (status >= 400) {
      denied = status === 401 || status === 403;
      tell(
        denied
          ? `the collector refuses the write key (${status}); nothing is recorded on this page`
          : `the collector refuses events (${status})`,
        answer
      );
      options.onError?.(status, answer);
    }
  }
  schedule(0); // there may be more
}

/** Sends waiting events while the page is left: as many as a beacon takes, which is 64 KiB in most browsers. */
function sendBeacon() {
  const events = queue().filter(([name]) => !beaconed.has(name));
  for (let limit = maxRequest; events.length && recording() && limit > 1000; limit /= 2) {
    const { taken, body } = request(events, limit);
    if (navigator.sendBeacon(url, body)) {
      taken.forEach((name) => beaconed.add(name));
      return;
    }
  }
}

/** A short selector: names, ids and classes, up to the next id or three levels. Never what the element says or holds. */
export function selector(element: Element): string {
  const parts: string[] = [];
  for (let e: Element | null = element; e && parts.length < 3; e = e.id ? null : e.parentElement) {
    parts.unshift(
      e.localName +
        (e.id
          ? `#${e.id}`
          : [...e.classList]
              .slice(0, 2)
              .map((name) => `.${name}`)
              .join(''))
    );
  }
  return parts.join(' > ').slice(0, 100);
}

/** Where a link leads: on this site the path, else the address. */
export function target(link: { href: string; host: string; pathname: string; hash: string }): string {
  return link.host === location.host ? path(link) : address(link.href);
}

function clicked(e: MouseEvent) {
  // Clicks by a script do not count; a click on a label is followed at once by one on its input.
  if (!options.autoClicks || !e.isTrusted || clicking || !(e.target instanceof Element)) {
    return;
  }
  const link = e.target.closest<HTMLAnchorElement>('a[href]');
  // Clicks by the keyboard have no position, the middle button does something on links only.
  if (link ? e.button < 2 : e.detail && !e.button) {
    clicking = true;
    setTimeout(() => (clicking = false));
    track('click', {
      ...(e.detail && { x: Math.round(e.pageX), y: Math.round(e.pageY) }),
      viewport: viewport(window.innerWidth),
      element: selector(e.target),
      target: link && target(link),
    });
  }
}

function navigated() {
  const now = path(location);
  if (options.autoPage !== false && now !== seen && recording()) {
    const referrer = seen ?? address(document.referrer);
    seen = now;
    page(undefined, { referrer: referrer || undefined });
  }
}

function listen() {
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    history[name] = function (...args) {
      original.apply(this, args);
      navigated();
    };
  }
  addEventListener('popstate', navigated);
  addEventListener('hashchange', navigated);
  addEventListener('pageshow', (e) => {
    if (e.persisted) {
      // The page comes back as it was left, without being loaded.
      seen = undefined;
      navigated();
    }
  });
  addEventListener('click', clicked, true);
  addEventListener('auxclick', clicked, true);
  addEventListener('pagehide', sendBeacon);
  document.addEventListener('visibilitychange', () => document.hidden && sendBeacon());
  addEventListener('online', () => offline && schedule(0));
  // Consent that was withdrawn in another tab.
  addEventListener('storage', (e) => e.key === prefix + 'anonymous' && !e.newValue && consent(false));
}

function ownScript(element: unknown) {
  return element instanceof HTMLScriptElement && { src: element.src, nonce: element.nonce };
}

/**
 * Takes a link to the overlay, good or not, out of the page's address, where others would read or copy it; undefined if there is none.
 */
function takeLink(): string | undefined {
  const [all, link] = /[#?](footfall-overlay=.*)$/.exec(location.hash) ?? [];
  if (all) {
    attempt(() => history.replaceState(history.state, '', location.href.slice(0, -all.length)));
  }
  return link;
}

/** What a link draws, if it was signed with the key's private half, for this page, and has not expired. Fails with the reason. */
async function checked(link: string, key: string): Promise<string> {
  const [claims = '', picture = '', signature = ''] = link.slice(link.indexOf('=') + 1).split('.');
  const { subtle } = crypto;
  const signed = new TextEncoder().encode(link.slice(0, link.lastIndexOf('.')));
  const ours = await subtle.importKey('raw', bytes(key), 'Ed25519', false, ['verify']);
  if (!(await subtle.verify('Ed25519', ours, bytes(signature), signed))) {
    throw new Error('it is not signed with the key of overlayKey');
  }
  const { page, expires } = JSON.parse(new TextDecoder().decode(bytes(claims)));
  const at = new URL(page);
  if (at.origin !== location.origin || path(at) !== path(location)) {
    throw new Error(`it is for ${page}`);
  }
  if (!(Date.now() < expires)) {
    throw new Error('it has expired, or the clock of this computer is wrong');
  }
  return picture;
}

/** Loads the script that draws. It finds what to draw, and on which page, at its own element. */
function showOverlay(picture: string, from?: string) {
  overlaid = true;
  const script = Object.assign(document.createElement('script'), { picture, page: path(location) });
  script.src = from ? new URL(from, location.href).href : new URL('footfall-overlay.js', own ? own.src : '').href;
  script.nonce = own ? own.nonce : '';
  script.onerror = () => tell('the overlay cannot be loaded', script.src);
  document.head.append(script);
}

/** Starts recording. Before it, the other functions do nothing, except for consent; a second call does nothing. */
function init(given: Options) {
  if (url || held || overlaid) {
    return;
  }
  // Nothing that somebody has put into the prototype of all objects.
  const settings: Options = Object.assign(Object.create(null), given);
  if (!link || !settings.overlayKey) {
    begin(settings);
    return;
  }
  held = [];
  void checked(link, settings.overlayKey)
    .then(
      (picture) => showOverlay(picture, settings.overlayScript),
      (problem) => {
        tell('the link to the overlay is not good', problem);
        begin(settings);
      }
    )
    .catch((problem) =>
      tell('the overlay cannot be shown: set overlayScript to the address of footfall-overlay.js', problem)
    )
    .then(() => {
      const calls = held ?? [];
      held = undefined;
      perform(calls); // in the order in which they came, so that nothing from before a consent is recorded
    });
}

function begin(settings: Options) {
  url = new URL(settings.endpoint.replace(/\/*$/, '/v1/batch'), location.href).href;
  options = settings;
  consented ??= settings.consent;
  listen();
  start();
}

function start() {
  navigated();
  schedule(gather); // for what an earlier page left
}

/** Records that the user did something. Properties are JSON. */
function track(event: string, properties?: Properties) {
  record('track', { event, properties });
}

/** Records that the user saw a page. */
function page(name?: string, properties?: Properties) {
  record('page', { name, properties });
}

/** Says who the user is: what was and will be recorded in this browser counts as that user's. Traits go into the profile. */
function identify(userId: string, traits?: Properties) {
  if (!userId) {
    // As a text it would be undefined, the same user for everybody.
    tell(`identify needs the id of a user, but got ${userId}`);
  } else if (recording()) {
    write('user', userId);
    record('identify', { traits });
  }
}

/** Says that two ids are the same user. Without a previous id, the present one is used. */
function alias(userId: string, previousId?: string) {
  if (recording()) {
    record('alias', { userId, previousId: previousId ?? read('user') ?? anonymousId() });
  }
}

/** Forgets who the user is, as after a logout: what follows belongs to another user. */
function reset() {
  if (recording()) {
    remove('user');
    remove('session');
    renew();
  }
}

/**
 * With false, records nothing more, in this tab and others, and removes all that is stored, even what was not sent yet. With
 * true, records from now on.
 */
function consent(granted: boolean) {
  consented = granted;
  if (granted) {
    start();
  } else {
    names().forEach(remove);
    seen = undefined;
  }
}

/** A function that waits while a link to the overlay is checked. */
function patient<A extends unknown[]>(name: Name, call: (...args: A) => void) {
  return (...args: A) => (held ? void held.push([calledAt ?? Date.now(), name, args]) : call(...args));
}

const footfall = {
  init,
  track: patient('track', track),
  page: patient('page', page),
  identify: patient('identify', identify),
  alias: patient('alias', alias),
  reset: patient('reset', reset),
  consent: patient('consent', consent),
};
export default footfall;

type Name = 'init' | 'track' | 'page' | 'identify' | 'alias' | 'reset' | 'consent';

/** A call that is made later, noted here or by the stub of docs/sending-events.md: when, which function, and its arguments. */
type Call = [at: number, name: Name, args: ArrayLike<unknown>];

function perform(calls: Call[]) {
  for (const [at, name, args] of calls) {
    calledAt = at;
    try {
      (footfall[name] as (...args: unknown[]) => void)(...Array.from(args));
    } catch (e) {
      console.error(e); // as it would be without waiting
    }
  }
  calledAt = undefined;
}

perform((globalThis as { footfall?: { calls?: Call[] } }).footfall?.calls ?? []);
