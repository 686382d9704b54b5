import { css, cx } from '@emotion/css';
import { locationUtil, type GrafanaTheme2 } from '@grafana/data';
import { getDataSourceSrv, locationService } from '@grafana/runtime';
import {
  Button,
  ClipboardButton,
  Drawer,
  Icon,
  LinkButton,
  Spinner,
  Stack,
  Tab,
  TabsBar,
  Text,
  TextLink,
  useStyles2,
} from '@grafana/ui';
import { useState, type ReactNode } from 'react';
import { t } from '../../../i18n';
import type { Arrival, FootfallOptions } from '../../../types';
import { emptinessOf } from '../../shared/emptiness';
import type { ViewProps } from '../view';
import { useArrived } from './useArrived';
import { unknownCollector, waysTo } from './ways';

/** The least room for all of it. With less, a button opens it. */
const least = { width: 640, height: 300 };

/** What stands in the place of an answer as long as there are no events: how the first one is sent, and whether it has come. */
export function Start({ frames, source, width, height }: ViewProps) {
  const styles = useStyles2(getStyles);
  const arrival = useArrived(source);
  const [isOpen, setIsOpen] = useState(false);
  const isSmall = width < least.width || height < least.height;
  const next = emptinessOf(frames[0])?.noEvents ? (
    <Button size="sm" variant="success" icon="sync" onClick={() => locationService.reload()}>
      {t('start.show', 'Show the answers')}
    </Button>
  ) : (
    <LinkButton size="sm" variant="success" icon="apps" href={locationUtil.assureBaseUrl('/dashboards?tag=footfall')}>
      {t('start.dashboards', 'Open the dashboards')}
    </LinkButton>
  );
  return (
    <div className={styles.view} style={{ width, height }}>
      {isSmall ? (
        <div className={styles.small}>
          <Counter arrival={arrival}>{next}</Counter>
          {!arrival?.events && (
            <Button size="sm" variant="secondary" onClick={() => setIsOpen(true)}>
              {t('start.title', 'Send your first event')}
            </Button>
          )}
        </div>
      ) : (
        <Ways source={source} arrival={arrival} next={next} />
      )}
      {isOpen && (
        <Drawer title={t('start.title', 'Send your first event')} size="md" onClose={() => setIsOpen(false)}>
          <Ways source={source} arrival={arrival} next={next} />
        </Drawer>
      )}
    </div>
  );
}

interface WaysProps {
  source?: string;
  arrival?: Arrival;
  /** Where to go when events have arrived. */
  next?: ReactNode;
}

/** The ways to send a first event, and the counter. */
export function Ways({ source, arrival, next }: WaysProps) {
  const styles = useStyles2(getStyles);
  const [now] = useState(() => new Date().toISOString());
  const [chosen, setChosen] = useState('curl');
  const collector = collectorOf(source);
  const ways = waysTo(collector || unknownCollector, now);
  const way = ways.find(({ value }) => value === chosen)!;
  return (
    <div className={styles.ways}>
      <Stack direction="row" wrap="wrap" justifyContent="space-between" alignItems="center" gap={2}>
        <Text element="h3">{t('start.title', 'Send your first event')}</Text>
        <Counter arrival={arrival}>{next}</Counter>
      </Stack>
      <TabsBar>
        {ways.map(({ value, label }) => (
          <Tab key={value} label={label} active={value === chosen} onChangeTab={() => setChosen(value)} />
        ))}
      </TabsBar>
      <div className={styles.code}>
        <pre className={styles.text} tabIndex={0} aria-label={way.label}>
          {way.text}
        </pre>
        <ClipboardButton
          key={chosen}
          className={styles.copy}
          size="sm"
          variant="secondary"
          icon="copy"
          getText={() => way.text}
        >
          {t('start.copy', 'Copy')}
        </ClipboardButton>
      </div>
      {!collector && chosen !== 'import' && (
        <Text element="p" color="secondary">
          {t(
            'start.unknown-collector',
            '{{placeholder}} stands for the address of your collector. Once an admin has entered it in the settings of the data source, it is filled in here.',
            { placeholder: unknownCollector }
          )}
        </Text>
      )}
      <Text element="p" color="secondary">
        {chosen !== 'import' &&
          t(
            'start.write-key',
            'WRITE_KEY is a key that the command collector key add makes. As long as there is none, the collector takes events without one.'
          )}{' '}
        <TextLink href={way.docs} external inline>
          {t('start.more', 'More about this way')}
        </TextLink>
      </Text>
    </div>
  );
}

/** How many events there are: green from the first one on, and then with what comes next beside it. */
function Counter({ arrival, children }: { arrival?: Arrival; children?: ReactNode }) {
  const styles = useStyles2(getStyles);
  const events = arrival?.events ?? 0;
  return (
    <div className={cx(styles.counter, events > 0 && styles.arrived)}>
      {events > 0 ? <Icon name="check-circle" /> : <Spinner inline />}
      <span role="status">{textOf(arrival)}</span>
      {events > 0 && children}
    </div>
  );
}

function textOf({ events, more }: Arrival = { events: 0, more: false }): string {
  if (events === 0) {
    return t('start.waiting', 'Waiting for the first event');
  }
  return more
    ? t('start.many', 'More than {{number}} events have arrived', { number: events })
    : t('start.arrived', '', {
        count: events,
        defaultValue_one: '{{count}} event has arrived',
        defaultValue_other: '{{count}} events have arrived',
      });
}

/** The collector's address, if the data source's settings have it. */
function collectorOf(uid?: string): string {
  const settings = uid ? getDataSourceSrv().getInstanceSettings(uid) : undefined;
  return (settings?.jsonData as FootfallOptions | undefined)?.collectorUrl ?? '';
}

const getStyles = (theme: GrafanaTheme2) => ({
  view: css({ overflow: 'auto', padding: theme.spacing(1) }),
  small: css({
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'center',
    gap: theme.spacing(1),
    minHeight: '100%',
    textAlign: 'center',
  }),
  ways: css({
    display: 'grid',
    gap: theme.spacing(2),
    gridTemplateColumns: 'minmax(0, 1fr)',
  }),
  counter: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), color: theme.colors.text.secondary }),
  arrived: css({ color: theme.colors.success.text, fontWeight: theme.typography.fontWeightMedium }),
  code: css({ position: 'relative' }),
  text: css({ margin: 0, maxHeight: 300, overflow: 'auto', paddingRight: theme.spacing(12) }),
  copy: css({ position: 'absolute', top: theme.spacing(1), right: theme.spacing(1) }),
});
