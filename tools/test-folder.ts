/**
 * One folder for all that a test run writes for a while, gone with the run: tests end in ways in which they cannot
 * clean up after themselves.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For vitest's globalSetup. @returns what undoes it */
export default function setup(): () => void {
  const before = process.env.TMPDIR;
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-tests-'));
  // Whatever is started from here on, `tmpdir()` is this.
  process.env.TMPDIR = folder;
  // Processes that tests start, hundreds of them, read what the first of them compiled.
  process.env.NODE_COMPILE_CACHE = join(folder, 'compiled');
  // Otherwise in the home of whoever runs the tests.
  process.env.WRANGLER_LOG_PATH = join(folder, 'wrangler');
  return () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
}
