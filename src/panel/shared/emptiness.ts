import type { DataFrame } from '@grafana/data';
import type { Said } from '../../said';

/** Why an answer says nothing, as the server tells it (pkg/frames/absence.go). */
export interface Emptiness {
  why: Said;
  /** There are no events at all. */
  noEvents?: boolean;
  /** When the latest event was of those that would fill the answer. */
  latest?: string;
}

/** Why the frame says nothing; undefined where it says something. */
export function emptinessOf(frame: DataFrame): Emptiness | undefined {
  return frame.meta?.custom?.empty;
}
