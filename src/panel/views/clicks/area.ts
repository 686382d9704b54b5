import type { DataFrame } from '@grafana/data';

/** What the bins of an answer cover (pkg/frames). */
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function areaOf(frame: DataFrame): Area | undefined {
  return frame.meta?.custom?.area;
}

/** How wide pages of a class are at least; others are as wide as the bins reach. */
const leastWidth: Record<string, number> = { mobile: 360, tablet: 768 };

/**
 * How many columns are drawn: all, or for a class of narrow viewports those up to its page's edge, so that it has its own proportions among
 * wider ones. No column in which something happened is left out.
 */
export function columnsShown(
  values: Array<number | null>,
  columns: number,
  rows: number,
  { left, right }: Area,
  viewport = '',
  imageWidth?: number
): number {
  const width = imageWidth ?? leastWidth[viewport];
  if (!leastWidth[viewport] || !width) {
    return columns;
  }
  const reached = Math.ceil(((width - left) / (right - left)) * columns);
  const last = values.reduce((found: number, value, i) => (value ? i : found), -1);
  const used = Math.floor(last / rows) + 1;
  return Math.min(columns, Math.max(reached, used, 1));
}
