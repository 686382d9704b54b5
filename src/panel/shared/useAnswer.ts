import { CoreApp, LoadingState, type DataQueryRequest, type PanelData, type TimeRange } from '@grafana/data';
import { toDataQueryError } from '@grafana/runtime';
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import type { Subscription } from 'rxjs';
import type { DataSource } from '../../datasource';
import type { FootfallQuery } from '../../types';
import panelJson from '../plugin.json';

/** The answer to the query that was run, as Grafana would hand it to a panel; an empty one to a query that is not complete. */
export function useAnswer(datasource: DataSource) {
  const [answer, setAnswer] = useState<PanelData>();
  const requestId = useId();
  const running = useRef<Subscription>(undefined);
  useEffect(() => () => running.current?.unsubscribe(), []);

  const run = useCallback(
    (query: FootfallQuery, timeRange: TimeRange, timezone: string) => {
      running.current?.unsubscribe();
      const request = newRequest(requestId, query, timeRange, timezone);
      if (!datasource.isComplete(query)) {
        setAnswer({ state: LoadingState.NotStarted, series: [], timeRange, request });
        return;
      }
      setAnswer((last) => ({ series: [], ...last, state: LoadingState.Loading, timeRange, request }));
      running.current = datasource.query(request).subscribe({
        next: ({ data, errors }) =>
          setAnswer({
            state: errors?.length ? LoadingState.Error : LoadingState.Done,
            series: data,
            errors,
            timeRange,
            request,
          }),
        error: (error) =>
          setAnswer({ state: LoadingState.Error, series: [], errors: [toDataQueryError(error)], timeRange, request }),
      });
    },
    [datasource, requestId]
  );
  const clear = useCallback(() => {
    running.current?.unsubscribe();
    setAnswer(undefined);
  }, []);
  return { answer, run, clear };
}

function newRequest(
  requestId: string,
  query: FootfallQuery,
  range: TimeRange,
  timezone: string
): DataQueryRequest<FootfallQuery> {
  return {
    app: CoreApp.Unknown,
    requestId,
    panelPluginId: panelJson.id,
    interval: '1h',
    intervalMs: 3600000,
    range,
    scopedVars: {},
    targets: [query],
    timezone,
    startTime: Date.now(),
  };
}
