import grafanaConfig from '@grafana/eslint-config';
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
    files: ['sdk/js/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: { '@typescript-eslint/no-deprecated': 'error', 'no-console': 'error' },
  },
]);
