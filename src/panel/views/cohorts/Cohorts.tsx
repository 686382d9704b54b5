import { ScrollContainer } from '@grafana/ui';
import { cohortsMatrix } from '../grid/cells';
import { Matrix } from '../grid/Matrix';
import type { ViewProps } from '../view';

/** A row for each cohort, and a cell for each period. */
export function Cohorts({ frames: [frame], height }: ViewProps) {
  return (
    <ScrollContainer height={`${height}px`}>
      <Matrix matrix={cohortsMatrix(frame)} />
    </ScrollContainer>
  );
}
