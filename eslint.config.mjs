import grafanaConfig from '@grafana/eslint-config';
import grafanaI18n from '@grafana/i18n/eslint-plugin';
import { defineConfig } from 'eslint/config';

export default defineConfig([
  { ignores: ['**/node_modules/', '**/dist/', '**/coverage/', '**/test-results/', '.footfall/'] },
  ...grafanaConfig,
  {
    files: ['src/**/*.{ts,tsx}', 'internal/**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      '@typescript-eslint/no-deprecated': 'error',
      'no-console': 'error',
      'no-restricted-globals': ['error', 'location'],
      'react/prop-types': 'off',
      'react/react-in-jsx-scope': 'off',
    },
  },
  {
    // Every visible text of the plugin goes through t(), for its translation.
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['**/*.test.*', 'src/components/testing.tsx'],
    plugins: { '@grafana/i18n': grafanaI18n },
    rules: {
      '@grafana/i18n/no-untranslated-strings': ['error', { calleesToIgnore: ['^css$'] }],
      '@grafana/i18n/no-translation-top-level': 'error',
    },
  },
  {
    files: ['sdk/js/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: { '@typescript-eslint/no-deprecated': 'error', 'no-console': 'error' },
  },
]);
