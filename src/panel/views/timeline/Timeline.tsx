import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ScrollContainer, useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';
import { t } from '../../../i18n';
import type { ViewProps } from '../view';
import { SessionCard } from './SessionCard';
import { sessionsOf } from './sessions';
import { Summary } from './Summary';

/** Narrower than this, what stands side by side stands one beneath the other. */
const narrow = 480;

/** The events of a user or session: each session is a card, in the order of the answer. */
export function Timeline({ frames: [frame], width, height, timeZone }: ViewProps) {
  const styles = useStyles2(getStyles);
  const sessions = useMemo(() => sessionsOf(frame, timeZone), [frame, timeZone]);
  return (
    <ScrollContainer height={`${height}px`}>
      <Summary frame={frame} sessions={sessions} timeZone={timeZone} />
      <ol className={styles.sessions} aria-label={t('timeline.sessions', 'Sessions')}>
        {sessions.map((session) => (
          <li key={session.key} className={styles.session}>
            <SessionCard frame={frame} session={session} timeZone={timeZone} isNarrow={width < narrow} />
          </li>
        ))}
      </ol>
    </ScrollContainer>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  sessions: css({ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: theme.spacing(1), listStyle: 'none' }),
  // What is out of sight costs nothing.
  session: css({ contentVisibility: 'auto', containIntrinsicSize: 'auto 160px' }),
});
