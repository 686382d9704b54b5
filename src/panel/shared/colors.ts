import { colorManipulator } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';

/** Grafana's own order begins with green and has red: beside each other, these say good and bad of groups that are neither. */
const groupColors = ['blue', 'orange', 'purple', 'yellow', 'green', 'dark-blue', 'dark-orange', 'dark-purple'];

/** A color for each of several groups, the first ones easy to tell apart. */
export function useGroupColors(count: number): string[] {
  const { visualization } = useTheme2();
  const names = [...groupColors, ...visualization.palette.slice(groupColors.length)];
  return Array.from({ length: count }, (_, i) => visualization.getColorByName(names[i % names.length]));
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
