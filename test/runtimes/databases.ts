/**
 * Every kind of database that Keyferry runs on, each opened empty, with its tables made: what a suite runs on so
 * that no law holds on one kind only.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS } from '../../src/core/limits.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openFile } from '../../src/store/open-file.ts';
import { onServer } from './remote.ts';

export interface OpenDatabase {
  readonly db: Database;
  /** Closes it; nothing of it is left. */
  close(): Promise<void>;
}

export interface DatabaseKind {
  /** After "on": `an embedded file`. */
  readonly name: string;
  open(): Promise<OpenDatabase>;
  /** Ends what those that were opened share; for the end of a test file. */
  stop?(): Promise<void>;
}

/** @param busyMs how long its writer waits for another's lock */
export function fileWaiting(busyMs: number): DatabaseKind {
  return {
    name: 'an embedded file',
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'keyferry-'));
      const db = await openFile(join(folder, 'keyferry.db'), busyMs);
      await migrate(db, 0);
      return {
        db,
        close: async () => {
          await db.close();
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

export const onFile = fileWaiting(LIMITS.busy_timeout_ms);

export const DATABASES: readonly DatabaseKind[] = [onFile, onServer];
