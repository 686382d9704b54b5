import { ScrollContainer } from '@grafana/ui';
import type { ViewProps } from '../view';
import { FrameTable } from './FrameTable';

/** The frames as plain tables. */
export function Table({ frames, height, timeZone }: ViewProps) {
  return (
    <ScrollContainer height={`${height}px`}>
      {frames.map((frame, i) => (
        <FrameTable key={i} frame={frame} timeZone={timeZone} />
      ))}
    </ScrollContainer>
  );
}
