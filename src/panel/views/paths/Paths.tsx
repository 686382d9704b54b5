import { css, cx } from '@emotion/css';
import { FieldType, type DataFrame, type Field, type GrafanaTheme2 } from '@grafana/data';
import { ScrollContainer, useStyles2, useTheme2 } from '@grafana/ui';
import { useId, useMemo, useState } from 'react';
import { t } from '../../../i18n';
import { useFormat } from '../../shared/display';
import { useHint, type Hint } from '../../shared/Hint';
import { Linked } from '../../shared/Linked';
import { textWidth } from '../../shared/text';
import { Unfit } from '../../shared/Unfit';
import type { ViewProps } from '../view';
import {
  headHeight,
  isGraph,
  layOut,
  linesOf,
  stopWidth,
  through,
  wayArea,
  wayHeight,
  type Layout,
  type PlacedStop,
  type PlacedWay,
} from './layout';

/** Paths as bands from stop to stop, as wide as many went there. */
export function Paths(props: ViewProps) {
  return isGraph(props.frames) ? (
    <Graph {...props} />
  ) : (
    <Unfit why={t('paths.unfit', 'This answer has no paths from event to event.')} />
  );
}

function Graph({ frames, width, height }: ViewProps) {
  const styles = useStyles2(getStyles);
  const layout = useMemo(() => layOut(frames, { width, height }), [frames, width, height]);
  const lines = useMemo(() => linesOf(layout), [layout]);
  const [chosen, setChosen] = useState<PlacedStop | PlacedWay>();
  const color = useColors(layout);
  const texts = useTexts(frames);
  const { over, hint } = useHint();
  const followed = useMemo(() => chosen && through(layout, chosen), [layout, chosen]);
  const look = (thing: PlacedStop | PlacedWay) => cx(followed && (followed.has(thing) ? styles.followed : styles.dim));
  const follow = (thing: PlacedStop | PlacedWay, hintOf: () => Hint) => {
    const { onPointerMove, onPointerLeave } = over(hintOf);
    return {
      onPointerEnter: () => setChosen(thing),
      onPointerMove,
      onPointerLeave: () => {
        setChosen(undefined);
        onPointerLeave();
      },
      onFocus: () => setChosen(thing),
      onBlur: () => setChosen(undefined),
    };
  };
  return (
    <ScrollContainer width={`${width}px`} height={`${height}px`}>
      <div
        className={styles.graph}
        style={{ width: layout.width, height: layout.height }}
        role="group"
        aria-label={t('answer.graph', 'Graph of the answer')}
      >
        <Heads layout={layout} />
        <svg width={layout.width} height={layout.height} aria-hidden>
          {layout.ways.map((way) => (
            <path
              key={way.row}
              className={cx(styles.way, look(way))}
              data-height={wayHeight(way)}
              d={wayArea(way)}
              fill={color(isEndWay(way) ? (way.target as PlacedStop) : (way.source as PlacedStop))}
              {...follow(way, () => texts.ofWay(way))}
            />
          ))}
          <Ends layout={layout} look={look} />
        </svg>
        {layout.stops.map((stop) => (
          <div
            key={stop.id}
            className={cx(styles.stop, stop.isEnd && styles.end, look(stop))}
            style={{
              left: stop.x0,
              top: stop.y0,
              width: stopWidth,
              height: Math.max(1, stop.y1! - stop.y0!),
              background: stop.isEnd ? undefined : color(stop),
            }}
            {...follow(stop, () => texts.ofStop(stop))}
          >
            <Begin frame={frames[0]} stop={stop}>
              <StopLabel stop={stop} lines={lines.get(stop) ?? 0} room={layout.labelRoom} texts={texts} />
            </Begin>
          </div>
        ))}
      </div>
      {hint}
    </ScrollContainer>
  );
}

/** What stands above each column. */
function Heads({ layout: { stops } }: { layout: Layout }) {
  const styles = useStyles2(getStyles);
  const first = new Map(stops.map((stop) => [stop.column, stop]));
  return [...first.values()].map(({ column, step, x0 }) => (
    <div key={column} className={styles.head} style={{ left: x0 }}>
      {step === 0 ? t('paths.chosen', 'chosen event') : t('paths.step-n', 'step {{step}}', { step })}
    </div>
  ));
}

/** Hatching over the stops at which paths end. */
function Ends({ layout, look }: { layout: Layout; look: (stop: PlacedStop) => string }) {
  const theme = useTheme2();
  const id = useId();
  return (
    <>
      <pattern id={id} width={5} height={5} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width={2.5} height={5} fill={theme.colors.text.secondary} />
      </pattern>
      {layout.stops
        .filter(({ isEnd }) => isEnd)
        .map((stop) => (
          <rect
            key={stop.id}
            className={look(stop)}
            x={stop.x0}
            y={stop.y0}
            width={stopWidth}
            height={Math.max(1, stop.y1! - stop.y0!)}
            fill={`url(#${id})`}
          />
        ))}
    </>
  );
}

/** A stop that leads to the paths that begin from it, where one label has it for itself. */
function Begin({ frame, stop, children }: { frame: DataFrame; stop: PlacedStop; children: React.ReactNode }) {
  const styles = useStyles2(getStyles);
  const label = frame.fields.find(({ name }) => name === 'label');
  if (!label || label.values[stop.row] === null) {
    return (
      <div className={styles.fill} tabIndex={0}>
        {children}
      </div>
    );
  }
  return (
    <Linked field={label} row={stop.row}>
      {children}
    </Linked>
  );
}

interface LabelProps {
  stop: PlacedStop;
  lines: 0 | 1 | 2;
  /** How wide a column is. */
  room: number;
  texts: ReturnType<typeof useTexts>;
}

function StopLabel({ stop, lines, room, texts }: LabelProps) {
  const styles = useStyles2(getStyles);
  const { paths, share } = texts.numbersOf(stop);
  const width = room - stopWidth - 10;
  const both = `${paths} · ${share}`;
  const name = `${stop.title}: ${paths} (${share})`;
  return (
    <span role="img" aria-label={name} className={styles.fill}>
      {lines > 0 && (
        <span className={cx(styles.label, lines === 2 && styles.twoLines)} style={{ maxWidth: width }}>
          <span className={styles.title}>{stop.title}</span>
          <span className={styles.number}>{lines === 2 && textWidth(both) <= width ? both : paths}</span>
        </span>
      )}
    </span>
  );
}

/** Reports whether paths end there. */
function isEndWay({ source, target }: PlacedWay): boolean {
  return [source, target].some((stop) => (stop as PlacedStop).isEnd);
}

/** The same color for the same label in all columns; those that share a stop, and the ends, are grey. */
function useColors({ stops }: Layout): (stop: PlacedStop) => string {
  const { visualization, colors } = useTheme2();
  const titles = [...new Set(stops.filter(({ isEnd, isRest }) => !isEnd && !isRest).map(({ title }) => title))];
  return ({ title, isEnd, isRest }) =>
    isEnd || isRest
      ? colors.text.disabled
      : visualization.getColorByName(visualization.palette[titles.indexOf(title) % visualization.palette.length]);
}

/** The numbers of stops and ways as they are written. */
function useTexts([nodes, edges]: DataFrame[]) {
  const none: Field = { name: '', type: FieldType.number, config: {}, values: [] };
  const named = (frame: DataFrame | undefined, name: string) =>
    frame?.fields.find((field) => field.name === name) ?? none;
  const format = useFormat(named(nodes, 'paths'));
  const [ofAll, ofStep] = [named(nodes, 'share'), named(edges, 'share')];
  const formatShare = useFormat(ofAll);
  const paths = t('paths.paths', 'paths');
  const numbersOf = (stop: PlacedStop) => ({ paths: format(stop.paths), share: formatShare(ofAll.values[stop.row]) });
  return {
    numbersOf,
    ofStop: (stop: PlacedStop): Hint => ({
      title: stop.title,
      rows: [
        [paths, numbersOf(stop).paths],
        [t('paths.of-all', 'of all paths'), numbersOf(stop).share],
      ],
    }),
    ofWay: (way: PlacedWay): Hint => ({
      title: `${(way.source as PlacedStop).title} → ${(way.target as PlacedStop).title}`,
      rows: [
        [paths, format(way.paths)],
        [t('paths.of-step', 'of the step'), formatShare(ofStep.values[way.row])],
      ],
    }),
  };
}

const getStyles = (theme: GrafanaTheme2) => {
  const small = { fontSize: theme.typography.bodySmall.fontSize, lineHeight: '16px', whiteSpace: 'nowrap' as const };
  return {
    graph: css({ position: 'relative', overflow: 'hidden' }),
    head: css({ ...small, position: 'absolute', top: 0, height: headHeight, color: theme.colors.text.secondary }),
    way: css({ fillOpacity: 0.3 }),
    followed: css({ fillOpacity: 0.6 }),
    dim: css({ opacity: 0.25 }),
    stop: css({
      position: 'absolute',
      borderRadius: 1,
      'a, button': {
        position: 'absolute',
        inset: 0,
        overflow: 'visible !important',
        padding: 0,
        border: 'none',
        background: 'none',
      },
      'a:hover': { textDecoration: 'underline' },
    }),
    end: css({ outline: `1px solid ${theme.colors.text.secondary}`, outlineOffset: -1, background: 'none' }),
    fill: css({ position: 'absolute', inset: 0 }),
    label: css({
      ...small,
      position: 'absolute',
      left: stopWidth + 5,
      top: '50%',
      transform: 'translateY(-50%)',
      display: 'flex',
      columnGap: theme.spacing(0.75),
      width: 'max-content',
      color: theme.colors.text.primary,
      // Bands run beneath.
      textShadow: `0 0 3px ${theme.colors.background.primary}, 0 0 3px ${theme.colors.background.primary}`,
    }),
    title: css({
      fontWeight: theme.typography.fontWeightMedium,
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      flex: '0 1 auto',
      minWidth: 0,
    }),
    number: css({ flex: 'none', fontVariantNumeric: 'tabular-nums' }),
    twoLines: css({ flexDirection: 'column' }),
  };
};
