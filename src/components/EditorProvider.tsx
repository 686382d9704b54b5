import { getDefaultTimeRange, type PanelData, type TimeRange } from '@grafana/data';
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Problem } from '../checks';
import type { DataSource } from '../datasource';
import { Suggestions } from '../suggestions';
import { EditorContext } from './editor';

interface Props {
  datasource: DataSource;
  range?: TimeRange;
  problems: Problem[];
  /** Whether the query is new; a saved query shows at once what is missing. */
  isNew: boolean;
  /** The last answer, which tells when the query was run. */
  data?: PanelData;
  children: ReactNode;
}

/** For how many milliseconds after it appears Grafana may run a query by itself: a later run was asked for by somebody. */
const byItself = 1000;

/** What all fields of an editor share. */
export function EditorProvider({ datasource, range, problems, isNew, data, children }: Props) {
  const timeRange = useMemo(() => range ?? getDefaultTimeRange(), [range]);
  const suggestions = useMemo(() => new Suggestions(datasource, timeRange), [datasource, timeRange]);
  const [wasSaved] = useState(!isNew);
  const [openedAt, setOpenedAt] = useState(0);
  useEffect(() => {
    if (wasSaved) {
      // eslint-disable-next-line react-hooks/set-state-in-effect -- when the first drawing is over is known after it; fields that come later are new
      setOpenedAt(Date.now());
    }
  }, [wasSaved]);
  const ranAt = data?.request?.startTime ?? 0;
  const triedAt = Math.max(openedAt, ranAt - byItself);
  const [shown, setShown] = useState<string[]>([]);
  const show = useCallback((paths: string[]) => {
    setShown((before) => [...before, ...paths]);
    return () => setShown((before) => paths.reduce(without, before));
  }, []);
  const editor = useMemo(
    () => ({ suggestions, range: timeRange, problems, shown, show, triedAt }),
    [suggestions, timeRange, problems, shown, show, triedAt]
  );
  return <EditorContext.Provider value={editor}>{children}</EditorContext.Provider>;
}

/** The list with one entry less of those that are equal: two fields may have one path. */
function without(list: string[], entry: string): string[] {
  const at = list.indexOf(entry);
  return list.filter((_, i) => i !== at);
}
