import { useEffect, useState } from 'react';
import type { Problem } from './checks';
import type { DataSource } from './datasource';
import { sayText, type Said } from './said';
import type { FootfallQuery } from './types';

/** A problem as the back end tells it. */
export interface ToldProblem {
  field: string;
  reason: Said;
  isMissing?: boolean;
}

/**
 * Everything that keeps a query from running: what it lacks at once, all else as soon as the back end has answered. Until then, what
 * it said of the query before stays, so that nothing flickers.
 */
export function useProblems(datasource: DataSource, query: FootfallQuery): Problem[] {
  const [told, setTold] = useState<ToldProblem[]>([]);
  useEffect(() => {
    let isCurrent = true;
    void datasource.problems(query).then((problems) => {
      if (isCurrent) {
        setTold((before) => (before.length || problems.length ? problems : before));
      }
    });
    return () => {
      isCurrent = false;
    };
  }, [datasource, query]);
  return [...datasource.missing(query), ...told.map(({ field, reason }) => ({ field, reason: sayText(reason) }))];
}
