/*
 * The bundles of the data source and of the panel that lies in its folder, after the configuration of @grafana/create-plugin
 * (Apache-2.0): AMD modules that take React, rxjs, emotion and Grafana's packages from Grafana.
 */
import CopyWebpackPlugin from 'copy-webpack-plugin';
import fs from 'fs';
import path from 'path';
import { IgnorePlugin, type Configuration } from 'webpack';
import { base, root, type Env } from './base';

const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const idOf = (manifest: string): string => JSON.parse(fs.readFileSync(path.join(root, manifest), 'utf8')).id;
const datasource = idOf('plugin.json');
const panel = idOf('src/panel/plugin.json');

const externals = [
  'i18next',
  'lodash',
  'moment',
  'react',
  'react/jsx-runtime',
  'react/jsx-dev-runtime',
  'react-dom',
  'rxjs',
  '@emotion/css',
  '@emotion/react',
  /^@grafana\/(data|runtime|ui|schema)/,
];

function stamp(content: Buffer): string {
  return content
    .toString()
    .replaceAll('%VERSION%', version)
    .replaceAll('%TODAY%', new Date().toISOString().slice(0, 10));
}

/** The README as Grafana shows it, away from the files that it links to. */
function linkedFromAfar(content: Buffer): string {
  const home = 'https://github.com/footfall-analytics/footfall';
  return content
    .toString()
    .replace(
      /\]\((?!https:|#)([^)]+)\)/g,
      (_, file) => `](${home}/${file.endsWith('.png') ? 'raw' : 'blob'}/main/${file})`
    );
}

function plugin(env: Env, id: string, entry: string, folder: string): Configuration {
  return {
    ...base(env, id),
    context: path.join(root, 'src'),
    entry: { module: entry },
    externals: [...externals, { 'amd-module': 'module' }],
    output: {
      path: path.join(root, folder),
      // The programs of the back end, and the panel, are built by others into the same folder.
      clean: { keep: new RegExp(`^(gpx_|go_plugin_build_manifest|${panel})`) },
      filename: '[name].js',
      chunkFilename: '[name].[contenthash:8].js',
      library: { type: 'amd' },
      publicPath: `public/plugins/${id}/`,
      uniqueName: id,
    },
  };
}

/** @grafana/i18n would load it as a chunk of its own, for Grafana's translators only. */
const noPseudoLanguage = new IgnorePlugin({ resourceRegExp: /^i18next-pseudo$/ });

export default (env: Env): Configuration[] => [
  {
    ...plugin(env, datasource, './module.ts', 'dist'),
    plugins: [
      noPseudoLanguage,
      new CopyWebpackPlugin({
        patterns: [
          { from: 'plugin.json', context: root, transform: stamp },
          { from: 'README.md', context: root, transform: linkedFromAfar },
          { from: '{LICENSE,CHANGELOG.md}', context: root },
          { from: 'img/*' },
          { from: 'locales/*/*.json' },
          {
            from: 'provisioning/dashboards/*.json',
            context: root,
            to: 'dashboards/[name][ext]',
            noErrorOnMissing: true,
          },
        ],
      }),
    ],
  },
  {
    ...plugin(env, panel, './panel/module.ts', path.join('dist', panel)),
    plugins: [
      noPseudoLanguage,
      new CopyWebpackPlugin({
        patterns: [
          { from: 'panel/plugin.json', to: 'plugin.json', transform: stamp },
          { from: 'panel/README.md', to: 'README.md' },
          { from: '{LICENSE,CHANGELOG.md}', context: root },
          { from: 'img/logo.svg', to: 'img/[name][ext]' },
          // The panel draws the words of the data source.
          {
            from: 'locales/*/*.json',
            to: ({ absoluteFilename }) => `locales/${path.basename(path.dirname(absoluteFilename!))}/${panel}.json`,
          },
        ],
      }),
    ],
  },
];
