// Sends one message of every call to a collector with Segment's own client for Node.js, the track call twice: its arguments
// are the collector's URL and the time of the messages.
import { Analytics } from '@segment/analytics-node';

const [host, timestamp] = process.argv.slice(2);
const analytics = new Analytics({ writeKey: 'a write key', host, maxRetries: 0 });
analytics.on('error', (error) => {
  console.error(error);
  process.exitCode = 1;
});

const track = {
  messageId: '0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f',
  userId: 'node user',
  anonymousId: 'node visitor',
  event: 'Order Completed',
  properties: { order: 'o-1', price: 9.9, tags: ['gift', null], sessionId: 's-1' },
  context: {
    page: { url: 'https://shop.example/checkout', referrer: 'https://search.example/' },
    campaign: { name: 'spring', source: 'newsletter' },
    device: { type: 'Mobile' },
    locale: 'de-CH',
  },
  timestamp,
};
analytics.track(track);
analytics.track(track);
analytics.page({
  anonymousId: 'node visitor',
  name: 'Home',
  properties: { url: 'https://shop.example/', session_id: 's-2' },
  timestamp,
});
analytics.screen({ userId: 'node user', name: 'Basket', context: { screen: { width: 390, height: 844 } }, timestamp });
analytics.identify({
  userId: 'node user',
  anonymousId: 'node before',
  traits: { plan: 'gold', age: 42, address: { city: 'Zürich' } },
  timestamp,
});
analytics.group({ userId: 'node user', groupId: 'g-1', traits: { name: 'Initech' }, timestamp });
analytics.alias({ userId: 'node user', previousId: 'node old', timestamp });
await analytics.closeAndFlush({ timeout: 20_000 });
