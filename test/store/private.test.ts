/** Who may read the files of a database: its owner alone, whatever the process lets others read elsewhere. */
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { backupFile, openFile } from '../../src/store/open-file.ts';
import { freshFolder } from './on-file.ts';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

// Windows has no such modes.
describe.skipIf(process.platform === 'win32')('the files of a database', () => {
  let place: ReturnType<typeof freshFolder>;
  beforeEach(() => {
    place = freshFolder();
  });
  afterEach(() => place.remove());

  test('are made for their owner alone, with every folder on the way and the log beside them', async () => {
    const path = join(place.folder, 'new', 'deeper', 'keyferry.db');
    const db = await openFile(path);
    await migrate(db, 0);
    const modes = ['..', '.', 'keyferry.db', 'keyferry.db-wal', 'keyferry.db-shm'].map((it) =>
      modeOf(join(path, '..', it)),
    );
    await db.close();
    expect(modes).toEqual(['700', '700', '600', '600', '600']);
  });

  test('that are there already keep their modes, and open', async () => {
    const folder = join(place.folder, 'shared');
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    const path = join(folder, 'keyferry.db');
    writeFileSync(path, '');
    chmodSync(path, 0o644);
    const db = await openFile(path);
    await migrate(db, 0);
    await db.close();
    expect([modeOf(folder), modeOf(path)]).toEqual(['755', '644']);
  });

  test('are copied into a file of their owner alone', async () => {
    const path = join(place.folder, 'keyferry.db');
    const db = await openFile(path);
    await migrate(db, 0);
    // A loose database makes no loose backup.
    chmodSync(path, 0o644);
    const target = join(place.folder, 'backups', 'copy.db');
    backupFile(path, target);
    await db.close();
    expect([modeOf(join(target, '..')), modeOf(target)]).toEqual(['700', '600']);
    expect(statSync(target).size).toBeGreaterThan(10_000);
  });

  test('are never copied over a file of somebody else, not even over an empty one', async () => {
    const path = join(place.folder, 'keyferry.db');
    const db = await openFile(path);
    await migrate(db, 0);
    const target = join(place.folder, 'empty');
    writeFileSync(target, '');
    expect(() => backupFile(path, target)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    await db.close();
    expect([existsSync(target), statSync(target).size]).toEqual([true, 0]);
  });
});
