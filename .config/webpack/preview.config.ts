/*
 * The preview page: the plugin's own editor and data source in a page of their own, with all of Grafana's packages
 * bundled, because no Grafana is there to lend them.
 */
import CopyWebpackPlugin from 'copy-webpack-plugin';
import HtmlWebpackPlugin from 'html-webpack-plugin';
import path from 'path';
import { IgnorePlugin, type Configuration } from 'webpack';
import { base, root, type Env } from './base';

const page = path.join(root, 'internal/preview/page');
const inter = path.join(root, 'node_modules/@fontsource-variable/inter/files');
const icons = path.join(root, 'node_modules/@grafana/ui/dist/public/img/icons');

export default (env: Env): Configuration => ({
  ...base(env, 'preview'),
  devtool: env.production ? false : 'eval-source-map',
  context: page,
  // The second page draws answers that tests hand to it.
  entry: { main: './main.tsx', views: path.join(root, 'internal/e2e/browser/views.tsx') },
  output: {
    path: path.join(root, '.footfall/preview'),
    clean: true,
    filename: env.production ? '[name].[contenthash:8].js' : '[name].js',
    publicPath: '/',
  },
  plugins: [
    // The page is in English.
    new IgnorePlugin({ resourceRegExp: /^\.\/locale$/, contextRegExp: /moment$/ }),
    ...Object.entries({ main: 'index.html', views: 'views.html' }).map(
      ([chunk, filename]) =>
        new HtmlWebpackPlugin({
          template: 'index.html',
          filename,
          chunks: [chunk],
          favicon: path.join(root, 'src/img/logo.svg'),
        })
    ),
    new CopyWebpackPlugin({
      patterns: [
        // Where @grafana/ui looks for its icons and fonts. Its package lacks one icon that its time picker shows.
        { from: icons, to: 'public/build/img/icons' },
        {
          from: path.join(icons, 'unicons/angle-double-right.svg'),
          to: 'public/build/img/icons/unicons/angle-double-left.svg',
          transform: (svg: Buffer) => svg.toString().replace('<svg ', '<svg transform="scale(-1 1)" '),
        },
        { from: path.join(inter, 'inter-latin-wght-normal.woff2'), to: 'public/fonts/inter/Inter-Regular.woff2' },
        { from: path.join(inter, 'inter-latin-wght-normal.woff2'), to: 'public/fonts/inter/Inter-Medium.woff2' },
        { from: path.join(inter, 'inter-latin-wght-italic.woff2'), to: 'public/fonts/inter/Inter-Italic.woff2' },
      ],
    }),
  ],
});
