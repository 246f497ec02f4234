/**
 * Writes the files that are made from code; with `--check` only says which of them are stale. Migrations are
 * made by tools/migrations.ts.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { integrations } from '../integrations/index.ts';
import { mappingSchemas } from '../src/config/schemas.ts';
import { clientTypes } from './client-types.ts';
import { commandPage } from './command-page.ts';
import { migrationList } from './migration-list.ts';
import { problemsPage } from './problems-page.ts';

interface Generated {
  /** From the project's root. */
  readonly path: string;
  /** The whole file, ending with a newline; the same code always gives the same text. */
  readonly make: () => string | Promise<string>;
}

/** Every generated file has its line here, and nowhere else. */
const GENERATED: readonly Generated[] = [
  { path: 'docs/problems.md', make: problemsPage },
  { path: 'docs/command-line.md', make: commandPage },
  { path: 'src/store/migration-list.ts', make: migrationList },
  { path: 'src/client/paths.ts', make: () => clientTypes() },
  ...mappingSchemas(integrations).map(({ path, text }) => ({ path, make: () => text })),
];

const root = new URL('../', import.meta.url);
const checking = process.argv.includes('--check');

for (const { path, make } of GENERATED) {
  const file = fileURLToPath(new URL(path, root));
  const wanted = await make();
  if (textOf(file) === wanted) continue;
  if (checking) {
    console.error(`${path} is stale: run \`npm run generate\` and check in what it writes.`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, wanted);
    console.log(`wrote ${path}`);
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
