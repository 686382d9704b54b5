/*
 * The preview page: the plugin's own editor and data source in a page of their own, with all of Grafana's packages
 * bundled, because no Grafana is there to lend them.
 */
import CopyWebpackPlugin from 'copy-webpack-plugin';
import HtmlWebpackPlugin from 'html-webpack-plugin';
import path from 'path';
import type { Configuration } from 'webpack';
import { base, root, type Env } from './base';

const page = path.join(root, 'internal/preview/page');
const inter = 'node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2';

export default (env: Env): Configuration => ({
  ...base(env, 'preview'),
  devtool: env.production ? false : 'eval-source-map',
  context: page,
  entry: './main.tsx',
  output: {
    path: path.join(root, 'dist/preview'),
    clean: true,
    filename: env.production ? '[name].[contenthash:8].js' : '[name].js',
    publicPath: '/',
  },
  plugins: [
    new HtmlWebpackPlugin({ template: 'index.html', favicon: path.join(root, 'src/img/logo.svg') }),
    new CopyWebpackPlugin({
      patterns: [
        // Where @grafana/ui looks for its icons and fonts.
        { from: 'img/icons', context: path.join(root, 'node_modules/@grafana/ui/dist/public'), to: 'public/build/img/icons' },
        ...['Regular', 'Medium'].map((weight) => ({
          from: inter,
          context: root,
          to: `public/fonts/inter/Inter-${weight}.woff2`,
        })),
      ],
    }),
  ],
});
