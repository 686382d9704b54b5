import { locationService, setDataSourceSrv, type DataSourceSrv } from '@grafana/runtime';
import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { barriers } from '../../axe';
import { golden, show } from '../../testing';
import { pause } from './useArrived';

let sources = 0;

/** A data source of its own, which counts in turn what it is told; an error stands for one that cannot be asked. */
function counting(jsonData: object, ...counts: Array<number | Error>) {
  let asked = 0;
  const arrived = async () => {
    const events = counts[Math.min(asked++, counts.length - 1)];
    if (events instanceof Error) {
      throw events;
    }
    return { events, more: events === 1000 };
  };
  const service = { get: async () => ({ arrived }), getInstanceSettings: () => ({ jsonData }) };
  setDataSourceSrv(service as unknown as DataSourceSrv);
  const datasource = { uid: `source-${sources++}` };
  return { answer: { request: { targets: [{ refId: 'A', datasource }] } } as never, asked: () => asked };
}

/** Any answer of a data source without events. */
function nothing() {
  const why = { id: 'empty.no-events', text: 'There are no events yet.' };
  return golden('funnel_conversion_of_nobody').map((frame) => ({
    ...frame,
    meta: { ...frame.meta, custom: { ...frame.meta?.custom, empty: { why, noEvents: true } } },
  }));
}

beforeAll(() => {
  // As on a page of HTTPS; elsewhere browsers have no clipboard.
  Object.defineProperty(window, 'isSecureContext', { value: true });
});
beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const later = () => act(() => jest.advanceTimersByTimeAsync(pause));

test.each(['light', 'dark'] as const)(
  'an answer without any events shows how to send the first one: %s',
  async (mode) => {
    const source = counting({}, 0);
    const { container } = await show(nothing(), { mode, ...source });
    expect(screen.getByRole('heading', { name: 'Send your first event' })).toBeVisible();
    expect(screen.getByRole('status')).toHaveTextContent('Waiting for the first event');
    expect(screen.getByText(/https:\/\/COLLECTOR stands for the address/)).toBeVisible();
    jest.useRealTimers();
    expect(await barriers(container)).toEqual([]);
  }
);

test('every way holds the collector that the settings name, ready to be copied', async () => {
  const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
  const source = counting({ collectorUrl: 'https://events.shop.example/' }, 0);
  await show(nothing(), source);
  expect(screen.queryByText(/stands for the address/)).toBeNull();
  const copied: string[] = [];
  for (const tab of screen.getAllByRole('tab')) {
    await user.click(tab);
    await user.click(screen.getByRole('button', { name: 'Copy' }));
    copied.push(await navigator.clipboard.readText());
  }
  expect(copied[0]).toContain('curl -u WRITE_KEY: https://events.shop.example/track -d');
  expect(JSON.parse(/'(\{[^]*\})'/.exec(copied[0])![1])).toMatchObject({ event_type: 'visit', user_id: 'u-1' });
  expect(copied[1]).toContain("endpoint: 'https://events.shop.example'");
  expect(copied[2]).toContain("apiHost: 'events.shop.example/v1', protocol: 'https'");
  expect(copied[3]).toContain('collector import --format combined');
});

test('the counter turns from waiting to green with the first event, also after the data source was away', async () => {
  const reload = jest.spyOn(locationService, 'reload').mockImplementation();
  const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
  await show(nothing(), counting({}, 0, new Error('away'), 1, 42, 1000));
  const says = () => screen.getByRole('status').textContent;
  expect(says()).toBe('Waiting for the first event');
  await later();
  expect(says()).toBe('Waiting for the first event');
  expect(screen.queryByRole('button', { name: 'Show the answers' })).toBeNull();
  await later();
  expect(says()).toBe('1 event has arrived');
  await later();
  expect(says()).toBe('42 events have arrived');
  await later();
  expect(says()).toBe('More than 1000 events have arrived');
  await user.click(screen.getByRole('button', { name: 'Show the answers' }));
  expect(reload).toHaveBeenCalledTimes(1);
});

test('a small panel has a button that opens it, and all panels of a data source share one counter', async () => {
  const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
  const source = counting({}, 0);
  await show(nothing(), { ...source, width: 300, height: 200 });
  await show(nothing(), { ...source, width: 300, height: 200 });
  await later();
  expect(source.asked()).toBe(2);
  expect(screen.queryByRole('tab')).toBeNull();
  await user.click(screen.getAllByRole('button', { name: 'Send your first event' })[0]);
  expect(within(await screen.findByRole('dialog')).getAllByRole('tab')).toHaveLength(4);
});

test('chosen as a view, it counts where there are events, too', async () => {
  await show(golden('trend_events'), { ...counting({}, 42), options: { view: 'start' } });
  expect(screen.getByRole('status')).toHaveTextContent('42 events have arrived');
  const [open] = screen.getAllByRole('link', { name: 'Open the dashboards' });
  expect(open).toHaveAttribute('href', '/dashboards?tag=footfall');
});
