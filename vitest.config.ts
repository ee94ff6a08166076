import { defineConfig } from 'vitest/config';

// Tests read the sources of sibling packages; only *.built.test.ts look at what a build leaves in dist.
const source = {
  resolve: { conditions: ['@pg-dblink/source'] },
  ssr: { resolve: { conditions: ['@pg-dblink/source'] } },
};
const setupFiles = ['./tools/checks/src/fail-on-console.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './tools/checks/src/closing-line-reporter.ts'],
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['{packages,apps,tools}/*/src/**/*.test.ts'],
          exclude: ['**/*.prop.test.ts', '**/node_modules/**'],
          setupFiles,
          testTimeout: 20_000,
        },
      },
      {
        ...source,
        test: {
          name: 'property',
          include: ['{packages,apps,tools}/*/{src,test}/**/*.prop.test.ts'],
          setupFiles: [...setupFiles, './tools/gate/src/property-set-up.ts'],
          testTimeout: 240_000,
        },
      },
      {
        ...source,
        test: {
          name: 'server',
          include: ['{packages,apps,tools}/*/test/**/*.server.test.ts'],
          setupFiles: [...setupFiles, './tools/checks/src/leave-nothing.ts', './tools/gate/src/property-set-up.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'built',
          include: ['{packages,apps,tools}/*/test/**/*.built.test.ts'],
          setupFiles,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
