/** A store on an embedded file of its own, gone after the test. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../src/core/store.ts';
import { migrate } from '../../src/store/migrate.ts';
import { type FileDatabase, openFile } from '../../src/store/open-file.ts';
import { makeStore } from '../../src/store/store.ts';

export interface OnFile {
  readonly path: string;
  readonly db: FileDatabase;
  readonly store: Store;
  close(): Promise<void>;
}

/** A new folder, and a way to have it gone. */
export function freshFolder(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** @param busyMs how long its writer waits for another's lock */
export async function openOnFile(busyMs?: number): Promise<OnFile> {
  const { folder, remove } = freshFolder();
  const path = join(folder, 'keyferry.db');
  const db = await openFile(path, busyMs);
  await migrate(db, 0);
  const store = makeStore(db, (count) => randomBytes(count));
  return {
    path,
    db,
    store,
    close: async () => {
      await db.close();
      remove();
    },
  };
}
