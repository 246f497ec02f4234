/**
 * The writer thread of the embedded file: it owns the only write connection. Batches that arrive while a commit is
 * under way are written together in the next one, those for which a shop waits first, and answered after that commit.
 * What must never happen here: an answer before the commit, a commit into a file that its path no
 * longer names, or a connection used again after an unknown error.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import Database from 'libsql';
import { type BatchErrorKind, codeOf, isFaulty } from './database.ts';
import { askedRestart, type Restart } from './restart.ts';

/** A batch. Its statements name their text by a number: a text crosses over once. */
export interface Job {
  readonly id: number;
  /** Somebody outside waits for it: it goes before those for which nobody does. */
  readonly ahead: boolean;
  readonly texts: readonly number[];
  readonly params: readonly (readonly unknown[])[];
}
/** What one breath of the other side asks for. */
export interface Parcel {
  /** Texts that were not sent before, by their number. */
  readonly texts: readonly (readonly [number, string])[];
  readonly jobs: readonly Job[];
}
export type Outcome =
  | { readonly id: number; readonly rows: unknown[][] }
  | { readonly id: number; readonly kind: BatchErrorKind; readonly message: string };
export interface WriterSettings {
  readonly path: string;
  readonly busyMs: number;
  /** Batches written by one commit at the most: of those for which a shop waits, and of the others. */
  readonly groupSize: number;
  /** The checkpointer asks for it. */
  readonly restart: Restart;
}
interface Prepared {
  readonly statement: Database.Statement;
  readonly returns: boolean;
}
interface Connection {
  readonly db: Database.Database;
  readonly prepared: Map<number, Prepared>;
}

// startWriter gives these.
const { path, busyMs, groupSize, restart } = workerData as WriterSettings;
const port = parentPort;
if (!port) throw new Error('writer.ts runs as a worker thread');

/** Texts are few and fixed; the bound is for the unforeseen. */
const PREPARED_AT_MOST = 500;
/** Statements that bracket each job of a careful group. */
const SAVE = 'SAVEPOINT job';
const RELEASE = 'RELEASE job';
/** While shops wait, a commit takes up so much of the other work: some milliseconds. */
const OTHERS_IN_HURRY = 16;
/** Commits, one after the other, that a few of the other work let pass. */
const PASSED_OVER_AT_MOST = 2;
/** Shops that waited for one of so many commits will wait again. */
const HURRIED_COMMITS = 8;
/** Keys and shops' ids are random: what is inserted next lies anywhere in their indexes. */
const CACHE_KIB = 32 * 1024;
/** Pages of the log (64 MB) from which on the writer brings it into the file itself: the checkpointer falls behind. */
const CHECKPOINT_PAGES = 16_000;
/** Between two attempts at opening, in ms. */
const OPEN_AGAIN_MS = 25;

const NO_ROWS: unknown[] = [];
const texts = new Map<number, string>();
/** What waits to be written, in its order. */
const ahead: Job[] = [];
const others: Job[] = [];
let closing = false;
/** Commits for which no shop waited, one after the other. */
let unhurried = HURRIED_COMMITS;
/** Commits that took none of the others along, though some waited. */
let passedOver = 0;
let connection: Connection | null = null;
/** The file that was opened first. Another one at its path is not the one that readers see: then nothing is written. */
let opened: string | null = null;

/** Which file the path names: device and inode; null when there is none. */
function named(): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.dev}:${found.ino}` : null;
}

function refuseAnotherFile(): void {
  opened ??= named();
  if (named() !== opened) {
    throw new Error(`${path} was moved, deleted or replaced while Keyferry ran: put it back, or start again`);
  }
}

function open(): Connection {
  // See openReader.
  accessSync(path, constants.W_OK);
  for (let waited = 0; ; waited += OPEN_AGAIN_MS) {
    const db = new Database(path, { timeout: busyMs });
    try {
      // One row: the mode that it has now.
      const [mode] = db.pragma('journal_mode = WAL') as { journal_mode: string }[];
      if (mode?.journal_mode !== 'wal') throw new Error('it cannot use a write-ahead log there');
      db.exec('PRAGMA synchronous = FULL');
      db.exec('PRAGMA foreign_keys = ON');
      db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
      db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      // Who is to be forgotten must not stand in freed pages, either.
      db.exec('PRAGMA secure_delete = ON');
      return { db, prepared: new Map() };
    } catch (error) {
      db.close();
      // Of several that make the file a WAL at once, SQLite refuses some without waiting.
      if (!codeOf(error).startsWith('SQLITE_BUSY') || waited >= busyMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, OPEN_AGAIN_MS);
    }
  }
}

/** After BUSY or an unknown error a libSQL connection may hold a statement that swallows later commits. */
function discard(): void {
  const broken = connection;
  connection = null;
  try {
    // Before closing: statements not yet collected keep a closed connection alive, its write lock included.
    if (broken?.db.inTransaction) broken.db.exec('ROLLBACK');
  } catch {
    // SQLite rolled back by itself.
  }
  try {
    broken?.db.close();
  } catch {
    // It is thrown away either way.
  }
}

/**
 * Brings the log into the file: at the end, since statements not yet collected keep SQLite from doing so when it is
 * closed, and who copies the file of a house that stands still copies all of it; and when the checkpointer has left only
 * a little, so that the next write begins the log anew. PASSIVE waits for nobody.
 */
function checkpoint(): void {
  try {
    connection?.db.pragma('wal_checkpoint(PASSIVE)');
  } catch {
    // It stays in the log, and is as safe there.
    discard();
  }
}

function run(it: Connection, job: Job): unknown[][] {
  return job.texts.map((text, n) => {
    const { statement, returns } = it.prepared.get(text) ?? prepare(it, text);
    const params = job.params[n] ?? [];
    // One array, not spread: libSQL takes a lone null or blob for the list of parameters itself.
    if (returns) return statement.all(params);
    statement.run(params);
    return NO_ROWS;
  });
}

function prepare({ db, prepared }: Connection, text: number): Prepared {
  const sql = texts.get(text);
  if (sql === undefined) throw new Error(`the text ${text} never came`);
  const statement = db.prepare(sql);
  const made = { statement, returns: statement.columns().length > 0 };
  if (prepared.size >= PREPARED_AT_MOST) prepared.clear();
  prepared.set(text, made);
  return made;
}

/** Everything that is still wanted, in one commit; a faulty job goes, and the others are written without it. */
function writeGroup(jobs: readonly Job[]): Outcome[] {
  const refused: Outcome[] = [];
  let careful = false;
  for (let left = jobs; left.length > 0; ) {
    const done = attempt(left, careful);
    if (done === 'again') careful = true;
    else if (Array.isArray(done)) return [...refused, ...done];
    else {
      refused.push({ id: done.faulty.id, kind: 'faulty', message: done.message });
      left = left.filter((job) => job !== done.faulty);
    }
  }
  return refused;
}

type Attempt = Outcome[] | 'again' | { readonly faulty: Job; readonly message: string };

/**
 * @param careful each job under a savepoint of its own. They are a tenth of a group's cost and seldom needed: without
 * them a conflict undoes the whole group, and it is written again with them
 */
function attempt(jobs: readonly Job[], careful: boolean): Attempt {
  const outcomes: Outcome[] = [];
  let current: Job | null = null;
  let begun = false;
  try {
    if (opened !== null) refuseAnotherFile();
    connection ??= open();
    const { db } = connection;
    db.exec('BEGIN IMMEDIATE');
    begun = true;
    for (const job of jobs) {
      current = job;
      if (careful) db.exec(SAVE);
      try {
        outcomes.push({ id: job.id, rows: run(connection, job) });
      } catch (error) {
        if (!codeOf(error).startsWith('SQLITE_CONSTRAINT')) throw error;
        if (!careful) {
          db.exec('ROLLBACK');
          if (jobs.length > 1) return 'again';
          return [{ id: job.id, kind: 'conflict', message: String(error) }];
        }
        db.exec(`ROLLBACK TO job`);
        outcomes.push({ id: job.id, kind: 'conflict', message: String(error) });
      }
      if (careful) db.exec(RELEASE);
    }
    current = null;
    db.exec('COMMIT');
    if (db.inTransaction) throw new Error('a transaction is still open after COMMIT');
    refuseAnotherFile();
    return outcomes;
  } catch (error) {
    const code = codeOf(error);
    // A new connection that only waited in vain holds no statement. Through a long wait it stays: others would
    // leave their files open until they are collected.
    const waited = !begun && connection?.prepared.size === 0 && code.startsWith('SQLITE_BUSY');
    if (!waited) discard();
    if (current && isFaulty(error)) return { faulty: current, message: String(error) };
    return jobs.map(({ id }) => ({ id, kind: 'unavailable', message: String(error) }));
  }
}

port.on('message', (first: Parcel | 'close') => {
  take(first);
  for (let more = true; more; ) {
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) take(next.message);
    more = writeNext();
  }
  if (!closing) return;
  checkpoint();
  discard();
  port.close();
});

function take(message: Parcel | 'close'): void {
  if (message === 'close') {
    closing = true;
    return;
  }
  for (const [text, sql] of message.texts) texts.set(text, sql);
  for (const job of message.jobs) (job.ahead ? ahead : others).push(job);
}

/** How many of the others the next commit takes along. */
function roomForOthers(): number {
  if (others.length === 0 || unhurried >= HURRIED_COMMITS) return groupSize;
  // A few wait for a commit of their own, unless shops never cease to knock.
  if (ahead.length > 0 && others.length < OTHERS_IN_HURRY && passedOver < PASSED_OVER_AT_MOST) {
    passedOver++;
    return 0;
  }
  passedOver = 0;
  // Where a sync takes long they pile up, and go together all the same.
  return Math.min(Math.max(OTHERS_IN_HURRY, others.length >> 1), groupSize);
}

/** One commit, and its answers. @returns whether there was anything to write */
function writeNext(): boolean {
  unhurried = ahead.length > 0 ? 0 : unhurried + 1;
  const room = roomForOthers();
  const first = ahead.splice(0, groupSize);
  const group = [...first, ...others.splice(0, room)];
  if (group.length === 0) return false;
  port?.postMessage(writeGroup(group));
  // Nobody waits for it.
  if (askedRestart(restart)) checkpoint();
  return true;
}

try {
  connection = open();
  refuseAnotherFile();
  port.postMessage('ready');
} catch (error) {
  port.postMessage({ failed: error instanceof Error ? error.message : String(error) });
}
