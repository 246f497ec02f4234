/**
 * Brings a database to this version's tables. Each migration and its row go in as one batch, so that a boot
 * that dies leaves none half done, and of two boots at once one applies it and the other finds it there. What must
 * never happen here: a program that goes on with tables that a newer one made.
 */
import { fail, ok, type Problem, problem, type Result } from '../core/problem.ts';
import { BatchError, type Database, statement } from './database.ts';
import { MIGRATIONS } from './migration-list.ts';

const NAMES =
  'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY NOT NULL, applied_at INTEGER NOT NULL)';

/** The newest migration of this version: the version of the tables. */
export const SCHEMA_VERSION = MIGRATIONS.at(-1)?.name ?? 'none';

/** @returns the names of the migrations that this call applied, or `database_newer`: then nothing was written */
export async function migrate(db: Database, now: number): Promise<Result<readonly string[]>> {
  const before = await appliedMigrations(db);
  const newer = newerThanThis(before);
  if (newer) return { ok: false, problem: newer };
  // A start that has nothing to bring waits for nobody's lock.
  if (MIGRATIONS.every(({ name }) => before.includes(name))) return ok([]);
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
  // A reader that was open before them takes the new tables in as it reads; a query that names an index would fail.
  await isApplied(db, SCHEMA_VERSION);
  return ok(applied);
}

/** By its two spellings: on D1 wrangler writes the names of the files into the same table. */
async function isApplied(db: Database, name: string): Promise<boolean> {
  return (await db.read(`SELECT 1 FROM migrations WHERE name IN (?1, ?1 || '.sql')`, [name])).length > 0;
}

/** Empty where none was ever applied. */
async function appliedMigrations(db: Database): Promise<readonly string[]> {
  const tables = await db.read(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'`);
  const rows = tables.length > 0 ? await db.read('SELECT name FROM migrations ORDER BY name') : [];
  return rows.map(({ name }) => String(name).replace(/\.sql$/, ''));
}

function newerThanThis(applied: readonly string[]): Problem | null {
  const unknown = applied.filter((it) => !MIGRATIONS.some(({ name }) => name === it));
  if (unknown.length === 0) return null;
  return problem('database_newer', `it has ${unknown.join(', ')}; this version ends with ${SCHEMA_VERSION}`);
}

/** Whether a newer program has brought the database on meanwhile. */
export async function findNewer(db: Database): Promise<Problem | null> {
  return newerThanThis(await appliedMigrations(db));
}

/** For doors that leave migrations to a command: whether the tables are those of this version. */
export async function checkTables(db: Database): Promise<Result<null>> {
  const applied = await appliedMigrations(db);
  const newer = newerThanThis(applied);
  if (newer) return { ok: false, problem: newer };
  const missing = MIGRATIONS.map(({ name }) => name).filter((it) => !applied.includes(it));
  return missing.length > 0 ? fail('database_outdated', `it lacks ${missing.join(', ')}`) : ok(null);
}
