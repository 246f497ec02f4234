/**
 * Whether a database file is sound: SQLite's own two checks, on another connection than those of the house. What must
 * never happen here: a file that dead processes left opened by us, since that would mend it for them: a copy is.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import Libsql from 'libsql';

const BUSY_MS = 10_000;

/** Of a file that is in use, or at rest. @returns complaints */
export function unsoundness(database: string): readonly string[] {
  const connection = new Libsql(database, { timeout: BUSY_MS });
  try {
    const found = ['integrity_check', 'foreign_key_check'].flatMap((check) =>
      connection.prepare(`PRAGMA ${check}`).raw().all(),
    );
    return found
      .map((row) => JSON.stringify(row))
      .filter((row) => row !== '["ok"]')
      .map((row) => `unsound: ${row}`);
  } finally {
    connection.close();
  }
}

/** Of a file that nobody has open since its processes were killed, with the log that they left. @returns complaints */
export function unsoundnessAfterDeath(database: string, scratch: string): readonly string[] {
  const copy = join(scratch, basename(database));
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch);
  for (const suffix of ['', '-wal']) {
    if (existsSync(database + suffix)) copyFileSync(database + suffix, copy + suffix);
  }
  const complaints = existsSync(copy) ? unsoundness(copy) : [];
  rmSync(scratch, { recursive: true, force: true });
  return complaints;
}
