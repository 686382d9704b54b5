import { colorManipulator } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { useEffect, useMemo, useRef } from 'react';
import { colorPixels, detail, smooth } from './density';

/** From few to many: ever darker, so that it is one scale to everybody's eyes. */
const scale = ['super-light-yellow', 'yellow', 'dark-orange', 'dark-red'];

interface Props {
  values: Array<number | null>;
  columns: number;
  rows: number;
}

/** A smooth picture of cells, as large as what it lies in. */
export function Density({ values, columns, rows }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { visualization } = useTheme2();
  const pixels = useMemo(() => smooth(values, columns, rows), [values, columns, rows]);
  useEffect(() => {
    const stops = scale.map((name) => rgb(visualization.getColorByName(name)));
    const context = canvas.current!.getContext('2d')!;
    const picture = context.createImageData(columns * detail, rows * detail);
    picture.data.set(colorPixels(pixels, stops));
    context.putImageData(picture, 0, 0);
  }, [visualization, pixels, columns, rows]);
  return (
    <canvas
      ref={canvas}
      width={columns * detail}
      height={rows * detail}
      style={{ left: 0, top: 0, width: '100%', height: '100%' }}
    />
  );
}

function rgb(color: string): number[] {
  return colorManipulator.decomposeColor(colorManipulator.asRgbString(color)).values;
}
