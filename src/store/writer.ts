/**
 * The writer thread of the embedded file: it owns the only write connection. Batches that arrive while a
 * commit is under way are written together in the next one, each under its own savepoint, and answered after
 * that commit. What must never happen here: an answer before the commit, or a connection used again after an
 * unknown error.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import Database from 'libsql';

interface Job {
  readonly id: number;
  readonly statements: readonly { readonly sql: string; readonly params: readonly unknown[] }[];
}
type Outcome =
  | { id: number; rows: unknown[][] }
  | { id: number; kind: 'conflict' | 'unavailable'; message: string };
interface Prepared {
  readonly statement: Database.Statement;
  readonly returns: boolean;
}

const { path, busyMs, groupSize } = workerData as { path: string; busyMs: number; groupSize: number };
const port = parentPort;
if (!port) throw new Error('writer.ts runs as a worker thread');

let connection: { db: Database.Database; prepared: Map<string, Prepared> } | null = null;

function open(): { db: Database.Database; prepared: Map<string, Prepared> } {
  const db = new Database(path, { timeout: busyMs });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma(`busy_timeout = ${busyMs}`);
  return { db, prepared: new Map() };
}

/** After BUSY or an unknown error a libSQL connection may hold a statement that swallows later commits. */
function discard(): void {
  const broken = connection;
  connection = null;
  try {
    broken?.db.close();
  } catch {
    // It is thrown away either way.
  }
}

function run(prepared: Map<string, Prepared>, db: Database.Database, job: Job): unknown[][] {
  return job.statements.map(({ sql, params }) => {
    let known = prepared.get(sql);
    if (!known) {
      const made = db.prepare(sql);
      known = { statement: made, returns: made.columns().length > 0 };
      prepared.set(sql, known);
    }
    if (known.returns) return known.statement.all(...params);
    known.statement.run(...params);
    return [];
  });
}

function isConflict(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && code.startsWith('SQLITE_CONSTRAINT');
}

function writeGroup(jobs: readonly Job[]): Outcome[] {
  const outcomes: Outcome[] = [];
  try {
    connection ??= open();
    const { db, prepared } = connection;
    db.exec('BEGIN IMMEDIATE');
    for (const job of jobs) {
      db.exec('SAVEPOINT job');
      try {
        outcomes.push({ id: job.id, rows: run(prepared, db, job) });
      } catch (error) {
        if (!isConflict(error)) throw error;
        db.exec('ROLLBACK TO job');
        outcomes.push({ id: job.id, kind: 'conflict', message: String(error) });
      }
      db.exec('RELEASE job');
    }
    db.exec('COMMIT');
    if (db.inTransaction) throw new Error('a transaction is still open after COMMIT');
    return outcomes;
  } catch (error) {
    discard();
    if (jobs.length > 1) return jobs.flatMap((job) => writeGroup([job]));
    return jobs.map(({ id }) => ({ id, kind: 'unavailable', message: String(error) }));
  }
}

port.on('message', (first: Job | 'close') => {
  const jobs: Job[] = [];
  for (let next: Job | 'close' | undefined = first; next !== undefined; ) {
    if (next === 'close') {
      if (jobs.length > 0) port.postMessage(writeGroup(jobs));
      discard();
      port.close();
      return;
    }
    jobs.push(next);
    next = jobs.length < groupSize ? receiveMessageOnPort(port)?.message : undefined;
  }
  port.postMessage(writeGroup(jobs));
});

try {
  connection = open();
  port.postMessage('ready');
} catch (error) {
  port.postMessage({ failed: String(error) });
}
