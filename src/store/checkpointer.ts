/**
 * The checkpointer thread of the embedded file: it brings the log into the file beside the writer, who would hold the
 * door up for as long. The writer does it itself only where this one falls behind, or cannot. What must never happen
 * here: content written, or a wait for a lock that others want.
 */
import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'libsql';

export interface CheckpointerSettings {
  readonly path: string;
  /** How often it looks whether anything was written, in ms. */
  readonly everyMs: number;
}

// startCheckpointer gives these.
const { path, everyMs } = workerData as CheckpointerSettings;
const connection = new Database(path, { timeout: 0 });
connection.exec('PRAGMA synchronous = FULL');
let seen = 0;

function look(): void {
  const writtenAt = statSync(`${path}-wal`, { throwIfNoEntry: false })?.mtimeMs ?? seen;
  if (writtenAt === seen) return;
  seen = writtenAt;
  try {
    // PASSIVE waits for nobody.
    connection.pragma('wal_checkpoint(PASSIVE)');
  } catch {
    // A full disk, or another who is at it: what was written is as safe in the log.
  }
}

const looking = setInterval(look, everyMs);
parentPort?.once('message', () => {
  clearInterval(looking);
  connection.close();
  parentPort?.close();
});
