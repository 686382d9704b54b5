import type { ViewProps } from '../view';
import { Chart } from './Chart';
import { linesOf } from './charts';

/** Who came, stayed and left in each period. */
export function Lifecycle({ frames: [frame], height, timeZone }: ViewProps) {
  return <Chart chart={linesOf(frame, timeZone)} as="bars" height={height} />;
}
