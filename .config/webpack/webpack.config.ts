/*
 * The plugin's bundle, after the configuration of @grafana/create-plugin (Apache-2.0): an AMD module that takes React,
 * rxjs, emotion and Grafana's packages from Grafana. It has one chunk and no assets of its own, so it needs no public path.
 */
import CopyWebpackPlugin from 'copy-webpack-plugin';
import fs from 'fs';
import path from 'path';
import { IgnorePlugin, type Configuration } from 'webpack';
import { base, root, type Env } from './base';

const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const pluginId = JSON.parse(fs.readFileSync(path.join(root, 'plugin.json'), 'utf8')).id;

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

export default (env: Env): Configuration => ({
  ...base(env, 'plugin'),
  context: path.join(root, 'src'),
  entry: { module: './module.ts' },
  externals,
  output: {
    path: path.join(root, 'dist'),
    // The back end's programs are built by others into the same folder.
    clean: { keep: /^(gpx_|go_plugin_build_manifest)/ },
    filename: '[name].js',
    library: { type: 'amd' },
    uniqueName: pluginId,
  },
  plugins: [
    // @grafana/i18n would load it as a chunk of its own, for Grafana's translators only.
    new IgnorePlugin({ resourceRegExp: /^i18next-pseudo$/ }),
    new CopyWebpackPlugin({
      patterns: [
        { from: 'plugin.json', context: root, transform: stamp },
        { from: 'README.md', context: root, transform: linkedFromAfar },
        { from: '{LICENSE,CHANGELOG.md}', context: root },
        { from: 'img/*' },
        { from: 'locales/*/*.json' },
        { from: 'provisioning/dashboards/*.json', context: root, to: 'dashboards/[name][ext]', noErrorOnMissing: true },
      ],
    }),
  ],
});
