/**
 * The checkpointer thread of the embedded file: it brings the log into the file beside the writer, who would hold the
 * door up for as long. The writer does it itself only where this one falls behind, or cannot. What must never happen
 * here: content written, or a wait for a lock that others want.
 */
import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'libsql';
import { askRestart, type Restart } from './restart.ts';

export interface CheckpointerSettings {
  readonly path: string;
  /** How often it looks whether anything was written, in ms. */
  readonly everyMs: number;
  /** Asked for when so little of a long log is left that the writer can finish it at once. */
  readonly restart: Restart;
}

// startCheckpointer gives these.
const { path, everyMs, restart } = workerData as CheckpointerSettings;
/** Pages of the log (16 MB) from which on it is to begin anew. */
const LONG_PAGES = 4_000;
/** So many pages (1 MB) the writer finishes in a few milliseconds. */
const FEW_PAGES = 256;
/** While one pass is under way more is written, which the next finds: each finds less. */
const PASSES = 3;

const connection = new Database(path, { timeout: 0 });
connection.exec('PRAGMA synchronous = FULL');
let seen = 0;

function look(): void {
  const writtenAt = statSync(`${path}-wal`, { throwIfNoEntry: false })?.mtimeMs ?? seen;
  if (writtenAt === seen) return;
  seen = writtenAt;
  try {
    if (bringOver() >= LONG_PAGES) askRestart(restart);
  } catch {
    // A full disk, or another who is at it: what was written is as safe in the log.
  }
}

/**
 * The log begins anew with the first write that finds all of it in the file. Under load there is always a little more:
 * the writer itself does the last of it.
 * @returns how long the log is, in pages
 */
function bringOver(): number {
  let log = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    const before = log;
    // PASSIVE waits for nobody. It answers with the length of the log as it found it, or -1 where others are at it.
    const [found] = connection.pragma('wal_checkpoint(PASSIVE)') as { busy: number; log: number }[];
    if (found?.busy !== 0) return 0;
    log = found.log;
    if (log - before < FEW_PAGES) break;
  }
  return log;
}

const looking = setInterval(look, everyMs);
parentPort?.once('message', () => {
  clearInterval(looking);
  connection.close();
  parentPort?.close();
});
