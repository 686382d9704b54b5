import { css } from '@emotion/css';
import { applyFieldOverrides, LoadingState, type TimeRange } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { Alert, Drawer, LinkButton, LoadingBar, useStyles2, useTheme2 } from '@grafana/ui';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { DataSource } from '../../datasource';
import { t } from '../../i18n';
import { mayExplore } from '../../links';
import type { FootfallQuery } from '../../types';
import { Answer } from '../Answer';
import type { Followed } from './Following';
import { useAnswer } from './useAnswer';
import { useSize } from './useSize';

interface Props extends Followed {
  range: TimeRange;
  timeZone: string;
  onClose: () => void;
}

/** The people behind a number, beside it. Their own numbers and ids lead on, each over the one before. */
export function ListDrawer({ title, uid, query, exploreUrl, range, timeZone, onClose }: Props) {
  const [datasource, setDatasource] = useState<DataSource>();
  const [error, setError] = useState('');
  useEffect(() => {
    getDataSourceSrv()
      .get(uid)
      .then(
        (found) => setDatasource(found as unknown as DataSource),
        (reason) => setError(String(reason?.message ?? reason))
      );
  }, [uid]);
  const url = mayExplore() ? exploreUrl() : undefined;
  return (
    <Drawer title={title} size="md" onClose={onClose}>
      {url && (
        <LinkButton href={url} target="_blank" icon="compass" size="sm" variant="secondary">
          {t('list.explore', 'Open in Explore')}
        </LinkButton>
      )}
      {error && <Alert title={error} />}
      {datasource && <List datasource={datasource} query={query} range={range} timeZone={timeZone} />}
    </Drawer>
  );
}

interface ListProps {
  datasource: DataSource;
  query: FootfallQuery;
  range: TimeRange;
  timeZone: string;
}

function List({ datasource, query, range, timeZone }: ListProps) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const room = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(room);
  const { answer, run } = useAnswer(datasource);
  useEffect(() => run(query, range, timeZone), [run, query, range, timeZone]);
  const series = useMemo(
    () =>
      applyFieldOverrides({
        data: answer?.series,
        fieldConfig: { defaults: {}, overrides: [] },
        replaceVariables: (text) => text,
        theme,
        timeZone,
      }),
    [answer?.series, theme, timeZone]
  );
  return (
    <div ref={room} className={styles.room} aria-busy={answer?.state !== LoadingState.Done}>
      {answer?.state === LoadingState.Loading && <LoadingBar width={width} />}
      {answer && (
        <Answer answer={{ ...answer, series }} width={width} height={height} timeZone={timeZone} options={{}} />
      )}
    </div>
  );
}

const getStyles = () => ({ room: css({ height: '100%', minHeight: 200, overflow: 'hidden' }) });
