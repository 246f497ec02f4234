/**
 * Writes the migration that src/store/schema.ts is ahead of; with `--check` only says whether one is missing.
 * The check lets drizzle-kit work on a copy: what is checked in never changes by being looked at.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const kit = join(root, 'node_modules', 'drizzle-kit', 'bin.cjs');
const migrations = join(root, 'src', 'store', 'migrations');

if (process.argv.includes('--check')) check();
else
  process.exitCode =
    spawnSync(process.execPath, [kit, 'generate'], { cwd: root, stdio: 'inherit' }).status ?? 1;

function check(): void {
  // Inside the project, since drizzle-kit takes no absolute path.
  const copy = mkdtempSync(join(root, 'node_modules', '.migrations-'));
  try {
    cpSync(migrations, copy, { recursive: true });
    const before = readdirSync(copy).length;
    const where = ['--dialect', 'sqlite', '--schema', './src/store/schema.ts', '--out', relative(root, copy)];
    const run = spawnSync(process.execPath, [kit, 'generate', ...where], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stale = readdirSync(copy).length !== before;
    const nothingToDo = run.status === 0 && run.stdout.includes('No schema changes');
    if (!stale && nothingToDo) return;
    if (!stale) console.error(run.stdout + run.stderr);
    console.error(
      'src/store/migrations is behind src/store/schema.ts: run `npm run generate` and check in what it writes.',
    );
    process.exitCode = 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
