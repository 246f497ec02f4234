/**
 * How the tests run: in processes of their own, two at least, with a bound on each. Two groups: what runs on Node,
 * and what needs Cloudflare's runtime (D1, workerd, wrangler), which takes longer.
 */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import closingLine from './tools/closing-line.ts';

const WORKERS = 'test/worker/**/*.test.ts';

export default defineConfig({
  test: {
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
    projects: [
      { extends: true, test: { name: 'node', include: ['test/**/*.test.ts'], exclude: [WORKERS] } },
      { extends: true, test: { name: 'workers', include: [WORKERS] } },
    ],
  },
});
