/**
 * D1 from Node: a Worker on this machine asks the binding whatever a test asks. One runtime for a test file, one
 * database in it that is emptied between tests. A suite runs on it as on the embedded file.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { createTestHarness } from 'wrangler';
import { BatchError, bindable, type Database, type Row, statement } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openD1 } from '../../src/store/open-d1.ts';
import { type Asked, eachValue, received, sent, type Told } from './d1-entry.ts';
import type { DatabaseKind } from './databases.ts';

/** What the local runtime knows; the same as in wrangler.toml. */
const COMPATIBILITY_DATE = '2026-10-20';

interface Runtime {
  readonly db: Database;
  close(): Promise<void>;
}

async function startRuntime(): Promise<Runtime> {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-d1-'));
  const main = join(folder, 'worker.mjs');
  const entry = fileURLToPath(new URL('./d1-entry.ts', import.meta.url));
  await build({ entryPoints: [entry], outfile: main, bundle: true, format: 'esm', target: 'es2024' });
  const harness = createTestHarness({
    workers: [
      {
        config: {
          name: 'd1',
          main,
          no_bundle: true,
          compatibility_date: COMPATIBILITY_DATE,
          d1_databases: [{ binding: 'DB', database_name: 'keyferry', database_id: 'keyferry' }],
        },
      },
    ],
  });
  await harness.listen();

  async function ask(asked: Asked): Promise<Row[][]> {
    const answer = await harness.fetch('/', { method: 'POST', body: JSON.stringify(asked) });
    // The other end is d1-entry.ts.
    const told = (await answer.json()) as Told;
    if ('rows' in told) return told.rows.map((rows) => rows.map((row) => eachValue(row, received)));
    throw told.kind === null ? new Error(told.message) : new BatchError(told.kind, told.message);
  }

  const db: Database = {
    // A stub of the binding is enough to learn them.
    limits: openD1({ prepare: unasked, batch: unasked }).limits,
    read: async (sql, params = []) => {
      const asked = { way: 'read' as const, statements: [{ sql, params: bindable(params).map(sent) }] };
      return (await ask(asked))[0] ?? [];
    },
    batch: async (statements) =>
      ask({
        way: 'batch',
        statements: statements.map(({ sql, params }) => ({ sql, params: bindable(params).map(sent) })),
      }),
    close: async () => {},
  };
  // Once: rows go between tests, tables stay.
  await migrate(db, 0);

  return {
    db,
    close: async () => {
      await harness.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function unasked(): never {
  throw new Error('nobody asks it');
}

let running: Promise<Runtime> | null = null;

/** To be stopped by the file that runs on it, when all is done. */
export const onD1: DatabaseKind & { stop(): Promise<void> } = {
  name: 'D1',
  open: async () => {
    running ??= startRuntime();
    const { db } = await running;
    return {
      db,
      close: async () => {
        const tables = await db.read(
          `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'
             AND name <> 'migrations'`,
        );
        // Rows that point at others are checked at the end only.
        await db.batch([
          statement('PRAGMA defer_foreign_keys = on'),
          ...tables.map(({ name }) => statement(`DELETE FROM "${String(name)}"`)),
        ]);
      },
    };
  },
  stop: async () => {
    const runtime = await running;
    running = null;
    await runtime?.close();
  },
};
