import { useTheme2 } from '@grafana/ui';

/** A color for each of several groups, in Grafana's order; a group alone is blue. */
export function useGroupColors(count: number): string[] {
  const { visualization } = useTheme2();
  return Array.from({ length: count }, (_, i) =>
    visualization.getColorByName(count === 1 ? 'blue' : visualization.palette[i % visualization.palette.length])
  );
}
