import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { Area } from './area';

/** The room of the rulers, in pixels. */
export const rulerSize = { left: 44, top: 20, bottom: 10 };
/** Marks are at least this far from each other, in pixels. */
const closest = 60;

interface Props {
  area: Area;
  /** Pixels for each unit of the area. */
  scale: number;
  children: ReactNode;
}

/** What lies within two rulers, which count in the unit of the events. */
export function Ruler({ area, scale, children }: Props) {
  const styles = useStyles2(getStyles);
  const step = stepOf(closest / scale);
  return (
    <div className={styles.ruler}>
      {marks(area.left, area.right, step).map((mark) => (
        <span key={`x${mark}`} className={styles.across} style={{ left: rulerSize.left + (mark - area.left) * scale }}>
          {mark.toLocaleString()}
        </span>
      ))}
      {marks(area.top, area.bottom, step).map((mark) => (
        <span key={`y${mark}`} className={styles.down} style={{ top: rulerSize.top + (mark - area.top) * scale }}>
          {mark.toLocaleString()}
        </span>
      ))}
      {children}
    </div>
  );
}

/** The round number, 1, 2 or 5 of a power of ten, that is no smaller. */
export function stepOf(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= least)!;
}

function marks(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => (first + i) * step);
}

const getStyles = (theme: GrafanaTheme2) => {
  const mark = {
    position: 'absolute',
    color: theme.colors.text.secondary,
    fontSize: 11,
    lineHeight: '14px',
    whiteSpace: 'nowrap',
  } as const;
  return {
    ruler: css({
      position: 'relative',
      display: 'flex',
      width: 'fit-content',
      margin: '0 auto',
      padding: `${rulerSize.top}px 0 ${rulerSize.bottom}px ${rulerSize.left}px`,
    }),
    across: css({ ...mark, top: 3, transform: 'translateX(-50%)' }),
    down: css({ ...mark, left: 0, width: rulerSize.left - 6, textAlign: 'right', transform: 'translateY(-50%)' }),
  };
};
