import path from 'path';
import TerserPlugin from 'terser-webpack-plugin';
import type { Configuration } from 'webpack';

export type Env = { production?: boolean };

export const root = process.cwd();

/** What the plugin's bundle and the preview page have in common. */
export function base(env: Env, name: string): Configuration {
  return {
    name,
    mode: env.production ? 'production' : 'development',
    devtool: env.production ? 'source-map' : 'eval-source-map',
    cache: {
      type: 'filesystem',
      name: `${name}-${env.production ? 'production' : 'development'}`,
      buildDependencies: { config: [path.join(root, '.config/webpack/'), path.join(root, 'package-lock.json')] },
    },
    module: {
      rules: [
        {
          test: /\.tsx?$/,
          exclude: /node_modules/,
          loader: 'swc-loader',
          options: {
            jsc: {
              target: 'es2022',
              parser: { syntax: 'typescript', tsx: true },
              transform: { react: { runtime: 'automatic' } },
            },
          },
        },
        { test: /\.css$/, use: ['style-loader', 'css-loader'] },
        { test: /\.svg$/, type: 'asset/resource' },
      ],
    },
    optimization: { minimizer: [new TerserPlugin({ minify: TerserPlugin.swcMinify, extractComments: false })] },
    performance: { hints: false },
    resolve: { extensions: ['.js', '.ts', '.tsx'] },
  };
}
