import { css } from '@emotion/css';
import { dateTimeFormat, type DataFrame, type GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import { t } from '../../../i18n';
import { durationText } from '../../shared/display';
import { Linked } from '../../shared/Linked';
import { EventRow } from './EventRow';
import { fieldOf, runsOf, type Session } from './sessions';

interface Props {
  frame: DataFrame;
  session: Session;
  timeZone: string;
  isNarrow: boolean;
}

/** A card shows this many rows before one asks for all. */
const shownAtOnce = 40;

/** A session: when it began, how long it was, and its events along a line. */
export function SessionCard({ frame, session, timeZone, isNarrow }: Props) {
  const styles = useStyles2(getStyles);
  const [isWhole, setWhole] = useState(false);
  const { start, end, events, named } = session;
  const runs = runsOf(events);
  const rest = runs.length - shownAtOnce;
  const shown = isWhole || rest <= 0 ? runs : runs.slice(0, shownAtOnce);
  const day = dateTimeFormat(start, { timeZone, format: 'YYYY-MM-DD' });
  return (
    <section className={styles.card}>
      <div className={styles.head}>
        <h3 className={styles.start}>
          {named === undefined ? day : dateTimeFormat(start, { timeZone, format: 'YYYY-MM-DD HH:mm:ss' })}
        </h3>
        {named !== undefined && <span>{durationText((end - start) / 1000)}</span>}
        <span>{countText(events.length)}</span>
        <SessionName frame={frame} named={named} />
      </div>
      <ol className={styles.events} aria-label={t('timeline.events', 'Events')}>
        {shown.map((run) => (
          <EventRow key={run[0].row} frame={frame} run={run} day={day} timeZone={timeZone} isNarrow={isNarrow} />
        ))}
      </ol>
      {shown !== runs && (
        <Button variant="secondary" fill="text" size="sm" onClick={() => setWhole(true)}>
          {t('timeline.show-rest', 'Show {{number}} more', { number: rest.toLocaleString() })}
        </Button>
      )}
    </section>
  );
}

function countText(count: number): string {
  return t('timeline.event-count', '', {
    count,
    number: count.toLocaleString(),
    defaultValue_one: '{{number}} event',
    defaultValue_other: '{{number}} events',
  });
}

/** The session's id and its user, where the answer has them. */
function SessionName({ frame, named }: { frame: DataFrame; named?: number }) {
  const styles = useStyles2(getStyles);
  if (named === undefined) {
    return <span>{t('timeline.no-session', 'without a session')}</span>;
  }
  return ['user_id', 'session'].map((name) => {
    const field = fieldOf(frame, name);
    const id: string | undefined = field?.values[named];
    return (
      field &&
      id && (
        <span key={name} className={styles.id} title={id}>
          <Linked field={field} row={named}>
            {id}
          </Linked>
        </span>
      )
    );
  });
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css({
    padding: theme.spacing(1, 1.5),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
    fontVariantNumeric: 'tabular-nums',
  }),
  head: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'baseline',
    columnGap: theme.spacing(2),
    marginBottom: theme.spacing(0.5),
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  start: css({
    margin: 0,
    color: theme.colors.text.primary,
    fontSize: theme.typography.body.fontSize,
    fontWeight: theme.typography.fontWeightMedium,
  }),
  id: css({ maxWidth: 260, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
  events: css({ listStyle: 'none' }),
});
