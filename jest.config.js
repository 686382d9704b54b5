// Times in tests do not depend on the zone of the machine.
process.env.TZ = 'UTC';

// Packages that ship ES modules only.
const esModules = [
  '@grafana',
  '@ver0',
  '@react-hookz',
  '@wojtekmaj',
  'd3',
  'd3-.*',
  'delaunator',
  'get-user-locale',
  'internmap',
  'marked',
  'memoize',
  'mimic-function',
  'ol',
  'react-calendar',
  'react-colorful',
  'robust-predicates',
  'rxjs',
  'uuid',
];

module.exports = {
  globalSetup: '<rootDir>/.config/jest/judge.js',
  moduleNameMapper: {
    '\\.css$': '<rootDir>/.config/jest/style.js',
    'react-inlinesvg': '<rootDir>/.config/jest/react-inlinesvg.tsx',
  },
  setupFilesAfterEnv: ['<rootDir>/.config/jest/setup.ts'],
  testEnvironment: 'jsdom',
  testMatch: ['<rootDir>/src/**/*.test.{ts,tsx}', '<rootDir>/sdk/js/*.test.ts'],
  // Whole editors are clicked through; a busy machine takes its time.
  testTimeout: 60000,
  transform: {
    '^.+\\.(t|j|mj)sx?$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript', tsx: true }, transform: { react: { runtime: 'automatic' } } } },
    ],
  },
  transformIgnorePatterns: [`node_modules/(?!(${esModules.join('|')})/)`],
  watchPathIgnorePatterns: ['<rootDir>/node_modules', '<rootDir>/dist'],
};
