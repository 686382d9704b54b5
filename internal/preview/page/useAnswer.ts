import { CoreApp, LoadingState, type DataQueryRequest, type PanelData, type TimeRange } from '@grafana/data';
import { toDataQueryError } from '@grafana/runtime';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Subscription } from 'rxjs';
import type { DataSource } from '../../../src/datasource';
import type { FootfallQuery } from '../../../src/types';

/** The answer to the query that was run, as Grafana would hand it to a panel; an empty one to a query that is not complete. */
export function useAnswer(datasource: DataSource) {
  const [answer, setAnswer] = useState<PanelData>();
  const running = useRef<Subscription>(undefined);
  useEffect(() => () => running.current?.unsubscribe(), []);

  const run = useCallback(
    (query: FootfallQuery, timeRange: TimeRange, timezone: string) => {
      running.current?.unsubscribe();
      const request = newRequest(query, timeRange, timezone);
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
    [datasource]
  );
  const clear = useCallback(() => {
    running.current?.unsubscribe();
    setAnswer(undefined);
  }, []);
  return { answer, run, clear };
}

function newRequest(query: FootfallQuery, range: TimeRange, timezone: string): DataQueryRequest<FootfallQuery> {
  return {
    app: CoreApp.Unknown,
    requestId: 'preview',
    interval: '1h',
    intervalMs: 3600000,
    range,
    scopedVars: {},
    targets: [query],
    timezone,
    startTime: Date.now(),
  };
}
