/** How the tests run: in processes of their own, two at least, with a bound on each. */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import closingLine from './tools/closing-line.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['tools/test-folder.ts'],
    environment: 'node',
    globals: false,
    pool: 'forks',
    // On two cores still two: while one test waits for a process that it started, another can work.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 20_000,
    dangerouslyIgnoreUnhandledErrors: false,
    reporters: ['default', closingLine],
  },
});
