/**
 * `keyferry backup`: a consistent copy of the database while Keyferry works on, opened and examined before it is
 * called a backup. What must never happen here: a file of somebody else overwritten.
 */
import { existsSync, rmSync, statSync } from 'node:fs';
import { backupFile, openFile } from '../store/open-file.ts';
import { CALL } from './called.ts';
import { locateDatabase } from './open.ts';
import { done, failed, messageOf, type Outcome, systemCode } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { bytes, wrap } from './text.ts';

export async function backup(target: string, { env, width }: Terminal): Promise<Outcome> {
  const located = locateDatabase(env, 'existing');
  if ('exit' in located) return located;
  const { file, name } = located;
  if (file === null) return onServer(name);
  if (existsSync(target)) return targetExists(target);
  try {
    backupFile(file, target);
    await examine(target);
  } catch (error) {
    // Somebody else made it since it was looked for: it stays.
    if (systemCode(error) === 'EEXIST' && existsSync(target)) return targetExists(target);
    rmSync(target, { force: true });
    return failed({
      code: 'backup_failed',
      title: 'The copy could not be made',
      detail: messageOf(error),
      hint: `Look at the space and the permissions where the copy goes, then try again. \`${CALL} doctor\` examines the database itself.`,
    });
  }
  const { size } = statSync(target);
  const restore = `To restore it: stop Keyferry, put a copy of it in the place of ${file}, remove ${file}-wal and ${file}-shm if they are there, and start.`;
  const text = [`${target}: ${bytes(size)}, opened and examined: it is whole.`, ...wrap(restore, width)];
  return done({ file: target, bytes: size, of: file, integrity: 'ok' }, text.join('\n'));
}

/** Table by table over the wire the copy would be of no one moment: the server can do it whole. */
function onServer(name: string): Outcome {
  return failed(
    {
      code: 'backup_on_server',
      title: 'A database on a server is copied by its server',
      detail: name,
      hint: 'On Turso: `turso db shell NAME .dump > backup.sql`, or go back to any moment with `turso db create NEW --from-db NAME --timestamp TIME`. With your own sqld: copy what its --db-path holds, by a snapshot of the volume.',
    },
    2,
  );
}

function targetExists(target: string): Outcome {
  return failed({
    code: 'backup_target_exists',
    title: 'The target exists already',
    detail: target,
    hint: 'Name a new file, for example with the date: backup-2026-11-01.db. Nothing was overwritten.',
  });
}

/** @throws when the copy is not a whole database */
async function examine(path: string): Promise<void> {
  const db = await openFile(path);
  try {
    const rows = await db.read('PRAGMA integrity_check');
    const said = rows.map((it) => String(Object.values(it)[0])).join('; ');
    if (said !== 'ok') throw new Error(`the copy is damaged: ${said}`);
  } finally {
    await db.close();
    for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
  }
}
