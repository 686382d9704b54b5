import { getDataSourceSrv } from '@grafana/runtime';
import { useEffect, useState } from 'react';
import { catchError, defer, delay, of, repeat, share, type Observable } from 'rxjs';
import type { DataSource } from '../../../datasource';
import type { Arrival } from '../../../types';

/** How long after an answer the next is asked for, in milliseconds. */
export const pause = 2000;

/** What is counted of each data source. Panels that look at the same share it. */
const counts = new Map<string, Observable<Arrival | undefined>>();

function countOf(uid: string): Observable<Arrival | undefined> {
  const count =
    counts.get(uid) ??
    defer(async () => {
      const datasource = (await getDataSourceSrv().get(uid)) as unknown as DataSource;
      return datasource.arrived();
    }).pipe(
      catchError(() => of(undefined)),
      repeat({ delay: () => of(0).pipe(delay(pause)) }),
      share()
    );
  counts.set(uid, count);
  return count;
}

/** How many events the data source has, counted again and again; undefined until that is known, and where it cannot be asked. */
export function useArrived(uid: string | undefined): Arrival | undefined {
  const [arrival, setArrival] = useState<Arrival>();
  useEffect(() => {
    const subscription = uid ? countOf(uid).subscribe(setArrival) : undefined;
    return () => subscription?.unsubscribe();
  }, [uid]);
  return arrival;
}
