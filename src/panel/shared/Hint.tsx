import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Portal, useStyles2 } from '@grafana/ui';
import { useState, type PointerEvent } from 'react';

/** What is said about the thing under the pointer. */
export interface Hint {
  title: string;
  /** Names and their values, with the color of what has the name where the picture has one. */
  rows: Array<[name: string, value: string, color?: string]>;
}

interface Placed {
  hint: Hint;
  /** In pixels from the corner of the window. */
  x: number;
  y: number;
}

/**
 * One hint for a whole view, however many things it draws. `over` makes the handlers of a thing, or `show` shows it at a place in the
 * window; `hint` is drawn once, anywhere. The
 * exact numbers of a hint are in the table, too, for those who have no pointer.
 */
export function useHint() {
  const [placed, setPlaced] = useState<Placed>();
  return {
    show: (hint: Hint, x: number, y: number) => setPlaced({ hint, x, y }),
    hide: () => setPlaced(undefined),
    over: (hint: (event: PointerEvent) => Hint) => ({
      onPointerMove: (event: PointerEvent) => setPlaced({ hint: hint(event), x: event.clientX, y: event.clientY }),
      onPointerLeave: () => setPlaced(undefined),
    }),
    hint: placed && <HintBox {...placed} />,
  };
}

function HintBox({ hint: { title, rows }, x, y }: Placed) {
  const styles = useStyles2(getStyles);
  const { clientWidth, clientHeight } = document.documentElement;
  // It stays within the window: on the other side of the pointer where there is more room.
  const side = x > clientWidth / 2 ? { right: clientWidth - x + 12 } : { left: x + 12 };
  const edge = y > clientHeight / 2 ? { bottom: clientHeight - y + 12 } : { top: y + 12 };
  return (
    <Portal>
      <div role="tooltip" className={styles.box} style={{ ...side, ...edge }}>
        <div className={styles.title}>{title}</div>
        {rows.map(([name, value, color], i) => (
          <div key={i} className={styles.row}>
            <span>
              {color && <span className={styles.swatch} style={{ background: color }} />}
              {name}
            </span>
            <span>{value}</span>
          </div>
        ))}
      </div>
    </Portal>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  swatch: css({ display: 'inline-block', width: 10, height: 10, borderRadius: 2, marginRight: theme.spacing(0.75) }),
  box: css({
    position: 'fixed',
    zIndex: theme.zIndex.tooltip,
    maxWidth: 360,
    padding: theme.spacing(1),
    background: theme.colors.background.elevated,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    boxShadow: theme.shadows.z2,
    fontSize: theme.typography.bodySmall.fontSize,
    pointerEvents: 'none',
    '@media print': { display: 'none' },
  }),
  title: css({ fontWeight: theme.typography.fontWeightMedium, overflowWrap: 'anywhere' }),
  row: css({
    display: 'flex',
    justifyContent: 'space-between',
    gap: theme.spacing(2),
    color: theme.colors.text.secondary,
    '> span:last-child': { color: theme.colors.text.primary, fontVariantNumeric: 'tabular-nums' },
  }),
});
