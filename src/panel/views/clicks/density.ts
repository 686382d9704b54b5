/** Pixels of the picture for each cell, along a side. */
export const detail = 6;
/** What is less than this, between 0 and 1, is not drawn. */
const faintest = 0.06;
/** How far a cell reaches into its neighbours, in cells. */
const spread = 0.7;

/**
 * Cells, column by column, as a smooth picture: its pixels, row by row, between 0 and 1, the largest. What a cell counts is spread around
 * its middle.
 */
export function smooth(values: Array<number | null>, columns: number, rows: number): Float32Array {
  const width = columns * detail;
  const height = rows * detail;
  const across = new Float32Array(width * rows);
  const weight = (pixel: number, cell: number) => {
    const distance = (pixel + 0.5) / detail - (cell + 0.5);
    return Math.exp(-(distance * distance) / (2 * spread * spread));
  };
  const near = (pixel: number, cells: number) => {
    const cell = Math.floor(pixel / detail);
    return [Math.max(0, cell - 2), Math.min(cells - 1, cell + 2)];
  };
  for (let x = 0; x < width; x++) {
    const [from, to] = near(x, columns);
    for (let column = from; column <= to; column++) {
      const share = weight(x, column);
      for (let row = 0; row < rows; row++) {
        across[row * width + x] += share * (values[column * rows + row] ?? 0);
      }
    }
  }
  const pixels = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const [from, to] = near(y, rows);
    for (let row = from; row <= to; row++) {
      const share = weight(y, row);
      for (let x = 0; x < width; x++) {
        pixels[y * width + x] += share * across[row * width + x];
      }
    }
  }
  const largest = pixels.reduce((most, value) => Math.max(most, value), 0);
  return largest ? pixels.map((value) => value / largest) : pixels;
}

/** The pixels in colors, as red, green, blue and how opaque; fewer clicks are lighter and let more of the page through. */
export function colorPixels(pixels: Float32Array, stops: number[][]): Uint8ClampedArray {
  const data = new Uint8ClampedArray(pixels.length * 4);
  pixels.forEach((value, i) => {
    // Their root: one button gathers most of the clicks of a page.
    const depth = Math.sqrt(value);
    const at = depth * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      data[i * 4 + channel] = stops[low][channel] + (stops[low + 1][channel] - stops[low][channel]) * (at - low);
    }
    data[i * 4 + 3] = 225 * Math.min(1, Math.max(0, depth - faintest) * 1.5);
  });
  return data;
}
