import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import { textWidth } from './text';

interface Props {
  names: string[];
  colors: string[];
  /** The numbers of those that are hidden, and what hides or shows one; without it, all are shown for good. */
  hidden?: Set<number>;
  onToggle?: (at: number) => void;
  /** In pixels; more is scrolled to. Without it, as high as it takes. */
  height?: number;
}

const rowHeight = 24;

/** Which color belongs to which series. */
export function Legend({ names, colors, hidden, onToggle, height }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <ul className={cx(styles.legend, height === undefined && styles.free)} style={{ height }}>
      {names.map((name, i) => {
        const entry = (
          <>
            <span className={styles.swatch} style={{ background: colors[i] }} />
            {name}
          </>
        );
        return (
          <li key={i}>
            {onToggle ? (
              <button
                type="button"
                className={cx(styles.entry, hidden?.has(i) && styles.hidden)}
                aria-pressed={!hidden?.has(i)}
                onClick={() => onToggle(i)}
              >
                {entry}
              </button>
            ) : (
              entry
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** How high a legend is that leaves most of the height to the picture; 0 where there is no room for one. */
export function legendHeight(names: string[], width: number, height: number): number {
  if (height < 100) {
    return 0;
  }
  let [rows, x] = [1, 0];
  for (const name of names) {
    const entry = textWidth(name) + 38;
    [rows, x] = x > 0 && x + entry > width ? [rows + 1, entry] : [rows, x + entry];
  }
  return rowHeight * Math.max(1, Math.min(rows, Math.floor((0.3 * height) / rowHeight)));
}

/** Which of a legend's entries are hidden. All that are left cannot be: the last one shows all again. */
export function useHidden(count: number): { hidden: Set<number>; onToggle: (at: number) => void } {
  const [hidden, setHidden] = useState(new Set<number>());
  return {
    hidden,
    onToggle: (at) => {
      const next = new Set(hidden);
      if (!next.delete(at)) {
        next.add(at);
      }
      setHidden(next.size < count ? next : new Set());
    },
  };
}

const getStyles = (theme: GrafanaTheme2) => ({
  legend: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignContent: 'flex-start',
    columnGap: theme.spacing(2),
    listStyle: 'none',
    margin: 0,
    overflowY: 'auto',
    fontSize: theme.typography.bodySmall.fontSize,
    li: { display: 'flex', alignItems: 'center', gap: theme.spacing(0.75), height: rowHeight, whiteSpace: 'nowrap' },
  }),
  free: css({ marginBottom: theme.spacing(1.5) }),
  entry: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0.75),
    padding: 0,
    border: 'none',
    background: 'none',
    '&:hover': { textDecoration: 'underline' },
  }),
  hidden: css({ color: theme.colors.text.secondary, textDecoration: 'line-through', span: { opacity: 0.3 } }),
  swatch: css({ flex: 'none', width: 14, height: 4, borderRadius: 2 }),
});
