import type { TimeRange } from '@grafana/data';
import { config } from '@grafana/runtime';
import { createContext, lazy, Suspense, useContext, useState, type ReactNode } from 'react';
import type { FootfallQuery } from '../../types';

/** A list to which a number leads. */
export interface Followed {
  title: string;
  /** The data source's. */
  uid: string;
  query: FootfallQuery;
  exploreUrl: () => string;
}

const Follow = createContext<((followed: Followed) => void) | undefined>(undefined);

/** Opens a list; undefined where none can be shown. */
export const useFollow = () => useContext(Follow);

const ListDrawer = lazy(async () => ({ default: (await import('./ListDrawer')).ListDrawer }));

interface Props {
  range: TimeRange;
  timeZone: string;
  children: ReactNode;
}

/** Lets what is in it open lists beside it, of the same time range: whoever sees the panel may, with or without Explore. */
export function Following({ range, timeZone, children }: Props) {
  const [followed, setFollowed] = useState<Followed>();
  return (
    // Who sees a dashboard that is public can ask nothing but its own queries.
    <Follow.Provider value={config.publicDashboardAccessToken ? undefined : setFollowed}>
      {children}
      {followed && (
        <Suspense fallback={null}>
          <ListDrawer {...followed} range={range} timeZone={timeZone} onClose={() => setFollowed(undefined)} />
        </Suspense>
      )}
    </Follow.Provider>
  );
}
