import { css, cx } from '@emotion/css';
import { dateTimeFormat, getFieldDisplayName, type DataFrame, type GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2 } from '@grafana/ui';
import { useId, useState } from 'react';
import { t } from '../../../i18n';
import { durationText } from '../../shared/display';
import { propertiesOf } from '../../shared/properties';
import { EventIcon } from './EventIcon';
import { fieldOf, type Run, type TimelineEvent } from './sessions';

interface Props {
  frame: DataFrame;
  run: Run;
  /** The day on which the session began, as YYYY-MM-DD: times of other days name theirs. */
  day: string;
  timeZone: string;
  isNarrow: boolean;
}

/** An event, or equal events in a row as one, that open to show what they say. */
export function EventRow({ frame, run, day, timeZone, isNarrow }: Props) {
  const styles = useStyles2(getStyles);
  const [isOpen, setOpen] = useState(false);
  const insideId = useId();
  const [event] = run;
  const isRun = run.length > 1;
  const properties = isRun ? [] : detailsOf(frame, event);
  const time = timeText(event.time, day, timeZone);
  const times = isRun ? `${time} – ${timeText(run[run.length - 1].time, day, timeZone)}` : time;
  return (
    <li className={styles.event}>
      <EventIcon event={event.name} />
      <div className={cx(styles.line, isNarrow && styles.narrow)}>
        <time className={styles.time} dateTime={new Date(event.time).toISOString()}>
          {times}
        </time>
        <span className={styles.name} title={event.name}>
          {event.name}
          {isRun && <span className={styles.times}> × {run.length.toLocaleString()}</span>}
        </span>
        <span className={styles.page}>{isRun ? pagesText(frame, run) : pageOf(frame, event)}</span>
        {!isRun && event.gap !== undefined && (
          <span className={styles.gap} title={t('timeline.gap', 'Time since the event before')}>
            +{durationText(event.gap / 1000)}
          </span>
        )}
      </div>
      {(isRun || properties.length > 0) && (
        <IconButton
          name={isOpen ? 'angle-down' : 'angle-right'}
          aria-label={
            isRun
              ? t('timeline.each', 'Each {{event}} of {{time}}', { event: event.name, time: times })
              : t('timeline.details', 'Details of {{event}} at {{time}}', { event: event.name, time })
          }
          aria-expanded={isOpen}
          aria-controls={insideId}
          onClick={() => setOpen(!isOpen)}
        />
      )}
      {isOpen && (
        <div id={insideId} className={styles.inside}>
          {isRun ? (
            <ol className={styles.each}>
              {run.map((one) => (
                <EventRow key={one.row} frame={frame} run={[one]} day={day} timeZone={timeZone} isNarrow={isNarrow} />
              ))}
            </ol>
          ) : (
            <dl className={styles.details}>
              {properties.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      )}
    </li>
  );
}

/** The device and the event's own properties, as people read them. */
function detailsOf(frame: DataFrame, { row }: TimelineEvent): Array<[name: string, text: string]> {
  return ['device', 'metadata'].flatMap((name) => {
    const field = fieldOf(frame, name);
    const value: unknown = field?.values[row] ?? null;
    return field && value !== null
      ? propertiesOf(value, name === 'metadata' ? '' : getFieldDisplayName(field, frame))
      : [];
  });
}

function pageOf(frame: DataFrame, { row }: TimelineEvent): string {
  return fieldOf(frame, 'page')?.values[row] ?? '';
}

/** The page of the events, or on how many pages they were. */
function pagesText(frame: DataFrame, run: Run): string {
  const pages = [...new Set(run.map((event) => pageOf(frame, event)))];
  return pages.length > 1 ? t('timeline.pages', '{{number}} pages', { number: pages.length }) : pages[0];
}

function timeText(time: number, day: string, timeZone: string): string {
  const [date, clock] = dateTimeFormat(time, { timeZone, format: 'YYYY-MM-DD HH:mm:ss' }).split(' ');
  return date === day ? clock : `${date.slice(5)} ${clock}`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  event: css({
    position: 'relative',
    display: 'grid',
    gridTemplateColumns: '22px minmax(0, 1fr) auto',
    columnGap: theme.spacing(1),
    alignItems: 'center',
    minHeight: 28,
    // The line from each event to the next.
    '&:not(:last-child)::before': {
      content: '""',
      position: 'absolute',
      left: 10,
      top: 25,
      bottom: -3,
      width: 2,
      background: theme.colors.border.medium,
    },
  }),
  line: css({ display: 'flex', alignItems: 'baseline', gap: theme.spacing(1.5), minWidth: 0, whiteSpace: 'nowrap' }),
  narrow: css({ flexWrap: 'wrap', columnGap: theme.spacing(1), rowGap: 0 }),
  time: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  name: css({ overflow: 'hidden', textOverflow: 'ellipsis', fontWeight: theme.typography.fontWeightMedium }),
  times: css({ color: theme.colors.text.secondary }),
  page: css({
    flex: 1,
    minWidth: 0,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  gap: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  inside: css({ gridColumn: '2 / -1', minWidth: 0, paddingBottom: theme.spacing(0.5) }),
  each: css({ listStyle: 'none' }),
  details: css({
    display: 'grid',
    gridTemplateColumns: 'fit-content(40%) minmax(0, 1fr)',
    columnGap: theme.spacing(2),
    maxHeight: 300,
    margin: 0,
    padding: theme.spacing(0.75, 1),
    overflow: 'auto',
    background: theme.colors.background.primary,
    borderRadius: theme.shape.radius.default,
    fontSize: theme.typography.bodySmall.fontSize,
    '> div': { display: 'contents' },
    dt: {
      color: theme.colors.text.secondary,
      fontWeight: theme.typography.fontWeightRegular,
      overflowWrap: 'anywhere',
    },
    dd: { margin: 0, overflowWrap: 'anywhere' },
  }),
});
