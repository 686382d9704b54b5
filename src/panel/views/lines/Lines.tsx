import type { ViewProps } from '../view';
import { Chart } from './Chart';
import { linesOf } from './charts';

/** Numbers over time, or over the numbers of a first field. */
export function Lines({ frames: [frame], height, timeZone }: ViewProps) {
  return <Chart chart={linesOf(frame, timeZone)} as="lines" height={height} />;
}
