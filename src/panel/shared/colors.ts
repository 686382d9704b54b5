import { colorManipulator } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';

/** A color for each of several groups, in Grafana's order; a group alone is blue. */
export function useGroupColors(count: number): string[] {
  const { visualization } = useTheme2();
  return Array.from({ length: count }, (_, i) =>
    visualization.getColorByName(count === 1 ? 'blue' : visualization.palette[i % visualization.palette.length])
  );
}

/**
 * Colors from the background, for 0, to the named one, for 1. Grafana's own scales keep the colors of the theme in which they were first
 * used, even after a switch to another one.
 */
export function useScale(name: string): (depth: number) => string {
  const { visualization, components } = useTheme2();
  return useMemo(() => {
    const [from, to]: number[][] = [components.panel.background, visualization.getColorByName(name)].map(
      (color) => colorManipulator.decomposeColor(colorManipulator.asRgbString(color)).values
    );
    return (depth) => {
      const [red, green, blue] = from.map((value, i) => Math.round(value + (to[i] - value) * depth));
      return `rgb(${red}, ${green}, ${blue})`;
    };
  }, [name, visualization, components]);
}
