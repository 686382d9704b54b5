/*
 * The client for web pages: one small script that works with a script tag (as window.footfall) and in bundlers; and beside it the overlay,
 * which it loads for a link from a panel.
 */
import path from 'path';
import type { Configuration } from 'webpack';
import { base, root, type Env } from './base';

const folder = path.join(root, 'sdk/js');

export default (env: Env): Configuration => ({
  ...base(env, 'sdk'),
  devtool: false,
  context: folder,
  entry: {
    footfall: { import: './footfall.ts', library: { name: 'footfall', type: 'umd', export: 'default' } },
    'footfall-overlay': './overlay.ts',
  },
  target: ['web', 'es2020'],
  output: {
    path: path.join(folder, 'dist'),
    filename: '[name].js',
  },
});
