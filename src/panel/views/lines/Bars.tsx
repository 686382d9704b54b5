import { useFormat } from '../../shared/display';
import type { ViewProps } from '../view';
import { Chart } from './Chart';
import { barsOf, binsOf } from './charts';

/** Counts by name, or of bins, with a bar for each breakdown value. */
export function Bars({ frames: [frame], height }: ViewProps) {
  const format = useFormat(frame.fields[0]);
  const isHistogram = frame.meta?.type?.toString() === 'histogram';
  return isHistogram ? (
    <Chart chart={binsOf(frame, format)} as="bars" height={height} />
  ) : (
    <Chart chart={barsOf(frame, format)} as="groups" height={height} />
  );
}
