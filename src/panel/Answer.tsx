import { css, cx } from '@emotion/css';
import {
  LoadingState,
  type AbsoluteTimeRange,
  type DataFrame,
  type DataQueryRequest,
  type GrafanaTheme2,
  type PanelData,
} from '@grafana/data';
import { Alert, EmptyState, IconButton, useStyles2 } from '@grafana/ui';
import { Suspense, useState } from 'react';
import { t } from '../i18n';
import type { FootfallQuery } from '../types';
import type { PanelOptions } from './options';
import { Asked } from './shared/Asked';
import { emptinessOf } from './shared/emptiness';
import { Following } from './shared/Following';
import { Nothing } from './shared/Nothing';
import { views, viewOf } from './views';

interface Props {
  answer: PanelData;
  width: number;
  height: number;
  timeZone: string;
  options: PanelOptions;
  /** What to say where nothing was found. */
  noValue?: string;
  /** Shows another time; without it, none can be shown. */
  onTimeRange?: (range: AbsoluteTimeRange) => void;
}

/** An answer as a picture for each query, or as tables of all that it holds. */
export function Answer({ answer, width, height, timeZone, options, noValue, onTimeRange }: Props) {
  const styles = useStyles2(getStyles);
  const [asTable, setAsTable] = useState(false);
  if (answer.state === LoadingState.Error) {
    return <Failure answer={answer} />;
  }
  const queries = queriesOf(answer.series);
  const request = answer.request as DataQueryRequest<FootfallQuery> | undefined;
  const source = request?.targets[0]?.datasource?.uid;
  if (queries.length === 0) {
    return answer.state === LoadingState.Done ? (
      <EmptyState
        variant="not-found"
        hideImage={height < heightWithImage}
        message={noValue || t('answer.no-data', 'No data in this time range')}
      />
    ) : null;
  }
  const viewOfQuery = ([frame]: DataFrame[]) =>
    emptinessOf(frame)?.noEvents ? 'start' : options.view || viewOf(frame) || 'table';
  return (
    <div className={styles.answer} style={{ width, height }}>
      <Following range={answer.timeRange} timeZone={timeZone}>
        <Asked value={request}>
          {queries.map((frames, i) => {
            const view = asTable ? 'table' : viewOfQuery(frames);
            const emptiness = emptinessOf(frames[0]);
            if (emptiness && view !== 'start' && !(asTable && frames[0].length > 0)) {
              return (
                <Nothing
                  key={i}
                  emptiness={emptiness}
                  noValue={noValue}
                  range={answer.timeRange}
                  height={height / queries.length}
                  onTimeRange={onTimeRange}
                />
              );
            }
            const { Component } = views[view];
            return (
              <Suspense key={i} fallback={null}>
                <Component
                  frames={frames}
                  width={width}
                  height={height / queries.length}
                  timeZone={timeZone}
                  options={options}
                  source={source}
                />
              </Suspense>
            );
          })}
        </Asked>
      </Following>
      {queries.some((frames) => frames[0].length > 0 && !['table', 'start'].includes(viewOfQuery(frames))) && (
        <div className={cx(styles.toggle, asTable && styles.pressed)}>
          <IconButton
            name="table"
            aria-pressed={asTable}
            tooltip={asTable ? t('answer.as-picture', 'Show the picture') : t('answer.as-table', 'Show as a table')}
            onClick={() => setAsTable(!asTable)}
          />
        </div>
      )}
    </div>
  );
}

/** In pixels: a lower panel has room for the words alone. */
const heightWithImage = 300;

/** Why there is no answer. A panel that says "no data" instead would tell a falsehood. */
function Failure({ answer: { errors = [] } }: { answer: PanelData }) {
  return (errors.length ? errors : [{}]).map(({ message, data }, i) => (
    <Alert key={i} title={message ?? data?.message ?? t('answer.failed', 'The query failed')} />
  ));
}

/** The frames of each query that has some; of one that has none, the frame that says why. */
function queriesOf(series: DataFrame[]): DataFrame[][] {
  const queries = new Map<string | undefined, DataFrame[]>();
  for (const frame of series.filter((each) => each.length > 0 || emptinessOf(each))) {
    queries.set(frame.refId, [...(queries.get(frame.refId) ?? []), frame]);
  }
  return [...queries.values()];
}

const getStyles = (theme: GrafanaTheme2) => {
  const toggle = css({
    position: 'absolute',
    top: 0,
    right: 0,
    zIndex: theme.zIndex.activePanel,
    opacity: 0,
    '@media print': { display: 'none' },
  });
  return {
    toggle,
    pressed: css({ opacity: 1 }),
    answer: css({
      position: 'relative',
      // Nothing but the picture, until somebody is there with a pointer or the keyboard.
      [`&:hover .${toggle}, .${toggle}:focus-within`]: { opacity: 1 },
      '@media print': {
        // In the theme's own colors, which browsers leave out otherwise: bars would be gone, and bright text lie upon white paper.
        printColorAdjust: 'exact',
        background: theme.components.panel.background,
        '*': { scrollbarWidth: 'none' },
      },
    }),
  };
};
