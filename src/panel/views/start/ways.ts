import { docs } from '../../../docs';
import { t } from '../../../i18n';

/** What stands for the collector's address where nobody has told it. */
export const unknownCollector = 'https://COLLECTOR';

/** A way in which events come: what to call it, what to copy, and where more is said. */
export interface Way {
  value: string;
  label: string;
  text: string;
  docs: string;
}

/** The ways to send a first event to the collector; `now` is the time that it is said to have, in the form of RFC 3339. */
export function waysTo(collector: string, now: string): Way[] {
  const address = collector.replace(/\/+$/, '');
  const [protocol, host] = address.split('://');
  return [
    {
      value: 'curl',
      label: t('start.curl', 'From a terminal'),
      text: `curl -u WRITE_KEY: ${address}/track -d '{
  "user_id": "u-1", "event_type": "visit", "timestamp": "${now}",
  "page_url": "/", "device_type": "desktop", "session_id": "s-1", "metadata": {"channel": "email"}}'`,
      docs: `${docs}/collector.md`,
    },
    {
      value: 'script',
      label: t('start.script', 'From a web page'),
      text: `<script>
  (function (f, names) {
    f.calls = f.calls || [];
    names.forEach(function (name) {
      f[name] = f[name] || function () { f.calls.length < 1000 && f.calls.push([Date.now(), name, arguments]); };
    });
  })((window.footfall = window.footfall || {}), ['init', 'track', 'page', 'identify', 'alias', 'reset', 'consent']);
</script>
<script async src="/footfall.js"></script>
<script>
  footfall.init({ endpoint: '${address}', writeKey: 'WRITE_KEY', autoClicks: true });
</script>`,
      docs: `${docs}/sending-events.md#from-a-web-page`,
    },
    {
      value: 'segment',
      label: t('start.segment', "With Segment's library"),
      text: `const analytics = AnalyticsBrowser.load(
  { writeKey: 'WRITE_KEY', cdnSettings: { integrations: { 'Segment.io': { apiKey: 'WRITE_KEY' } } } },
  { integrations: { 'Segment.io': { apiHost: '${host}/v1', protocol: '${protocol}' } } }
);
analytics.track('visit');`,
      docs: `${docs}/sending-events.md#with-segments-library-for-browsers`,
    },
    {
      value: 'import',
      label: t('start.import', 'From access logs'),
      text: `collector import --format combined /var/log/nginx/access.log*`,
      docs: `${docs}/collector.md#importing-access-logs`,
    },
  ];
}
