import { css } from '@emotion/css';
import { dateTimeFormat, type DataFrame, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { t } from '../../../i18n';
import { EventIcon } from './EventIcon';
import { frequencies, type Session } from './sessions';

interface Props {
  frame: DataFrame;
  sessions: Session[];
  timeZone: string;
}

/** How many of the most frequent events are named. */
const mostFrequent = 3;

/** Who it is, and how much there is of it. Of an answer that was cut, numbers are what is listed, and say so. */
export function Summary({ frame, sessions, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const { user, notices = [] } = frame.meta?.custom ?? {};
  const isCut = notices.some(({ id }: { id: string }) => id === 'notice.more-events');
  const written = (time: number) => dateTimeFormat(time, { timeZone });
  const atLeast = (count: number) =>
    isCut ? t('timeline.or-more', '{{number}} or more', { number: count.toLocaleString() }) : count.toLocaleString();
  const named = sessions.filter((session) => session.named !== undefined);
  return (
    <dl className={styles.summary}>
      {user && <Fact name={t('timeline.user', 'User')}>{user}</Fact>}
      <Fact name={isCut ? t('timeline.first-listed', 'First listed') : t('timeline.first-seen', 'First seen in range')}>
        {written(Math.min(...sessions.map(({ start }) => start)))}
      </Fact>
      <Fact name={isCut ? t('timeline.last-listed', 'Last listed') : t('timeline.last-seen', 'Last seen in range')}>
        {written(Math.max(...sessions.map(({ end }) => end)))}
      </Fact>
      <Fact name={t('timeline.sessions', 'Sessions')}>{atLeast(named.length)}</Fact>
      <Fact name={t('timeline.events', 'Events')}>{atLeast(frame.length)}</Fact>
      <Fact name={t('timeline.most-frequent', 'Most frequent')}>
        <ul className={styles.events}>
          {frequencies(sessions)
            .slice(0, mostFrequent)
            .map(([name, count]) => (
              <li key={name} title={name}>
                <EventIcon event={name} />
                <span className={styles.name}>{name}</span>
                {count.toLocaleString()}
              </li>
            ))}
        </ul>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  summary: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(1, 3),
    margin: theme.spacing(0, 4, 1.5, 0),
    dt: {
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
      fontWeight: theme.typography.fontWeightRegular,
    },
    dd: {
      margin: 0,
      fontWeight: theme.typography.fontWeightMedium,
      fontVariantNumeric: 'tabular-nums',
      overflowWrap: 'anywhere',
    },
  }),
  events: css({
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: theme.spacing(2),
    listStyle: 'none',
    li: { display: 'flex', alignItems: 'center', gap: theme.spacing(0.5), minWidth: 0 },
  }),
  name: css({
    maxWidth: 180,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    fontWeight: theme.typography.fontWeightRegular,
  }),
});
