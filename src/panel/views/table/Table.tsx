import { css } from '@emotion/css';
import { useStyles2 } from '@grafana/ui';
import { useState } from 'react';
import type { ViewProps } from '../view';
import { FrameTable, rowHeight } from './FrameTable';

/** The frames as tables, one beneath the other. */
export function Table({ frames, height, timeZone }: ViewProps) {
  const styles = useStyles2(getStyles);
  // How many rows' heights the first row is out of sight.
  const [scrolled, setScrolled] = useState(0);
  const rowsAbove = (i: number) => frames.slice(0, i).reduce((sum, { length }) => sum + length + 1, 0);
  return (
    <div
      className={styles.room}
      style={{ height }}
      onScroll={({ currentTarget }) => setScrolled(Math.floor(currentTarget.scrollTop / rowHeight))}
    >
      {frames.map((frame, i) => (
        <FrameTable
          key={i}
          frame={frame}
          timeZone={timeZone}
          first={scrolled - rowsAbove(i)}
          count={Math.ceil(height / rowHeight)}
        />
      ))}
    </div>
  );
}

const getStyles = () => ({ room: css({ overflow: 'auto' }) });
