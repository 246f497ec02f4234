/**
 * Brings a database to this version's tables. Each migration and its row go in as one batch, so that a boot
 * that dies leaves none half done, and of two boots at once one applies it and the other finds it there.
 */
import { BatchError, type Database, statement } from './database.ts';
import { MIGRATIONS } from './migration-list.ts';

const NAMES =
  'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY NOT NULL, applied_at INTEGER NOT NULL)';

/** @returns the names of the migrations that this call applied */
export async function migrate(db: Database, now: number): Promise<readonly string[]> {
  await db.batch([statement(NAMES)]);
  const applied: string[] = [];
  for (const { name, statements } of MIGRATIONS) {
    if (await isApplied(db, name)) continue;
    try {
      await db.batch([
        statement('INSERT INTO migrations (name, applied_at) VALUES (?, ?)', name, now),
        ...statements.map((sql) => statement(sql)),
      ]);
      applied.push(name);
    } catch (error) {
      if (!(error instanceof BatchError) || !(await isApplied(db, name))) throw error;
    }
  }
  return applied;
}

async function isApplied(db: Database, name: string): Promise<boolean> {
  return (await db.read(`SELECT 1 FROM migrations WHERE name IN (?1, ?1 || '.sql')`, [name])).length > 0;
}

/**
 * For doors that leave migrations to a command. On D1 the command is wrangler's, which writes the names of the
 * files into the same table.
 * @returns the names of the migrations that the database lacks
 */
export async function missingMigrations(db: Database): Promise<readonly string[]> {
  const tables = await db.read(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'`);
  const rows = tables.length > 0 ? await db.read('SELECT name FROM migrations') : [];
  const applied = new Set(rows.map(({ name }) => String(name).replace(/\.sql$/, '')));
  return MIGRATIONS.map(({ name }) => name).filter((it) => !applied.has(it));
}

/** The newest migration of this version: the version of the tables. */
export const SCHEMA_VERSION = MIGRATIONS.at(-1)?.name ?? 'none';
