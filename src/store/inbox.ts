/**
 * The inbox: events from the moment they are verified until they are settled. Between acknowledge and claim.
 * What must never happen here: an event reported as stored before its commit, or an end written by a worker
 * whose lease is gone.
 */
import type { Answer, VerifiedEvent } from '../core/integration.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import { LIMITS } from '../core/limits.ts';
import type { RandomBytes } from '../core/ports.ts';
import type { ClaimedEvent, EventEnd, Inbox, Stored } from '../core/store.ts';
import { type Database, type Row, type SqlValue, type Statement, statement } from './database.ts';

interface Arrival {
  readonly id: string;
  readonly source: string;
  readonly event: VerifiedEvent;
  readonly receivedAt: number;
  resolve(stored: Stored): void;
  reject(error: unknown): void;
}

/** Rows of one insert: below every database's limit of parameters. */
const ROWS_PER_INSERT = 64;
const COLUMNS = [
  'id', 'source', 'key', 'account', 'type', 'mode', 'created_at', 'received_at', 'headers',
  'state', 'attempts', 'due_at', 'refresh',
] as const; // biome-ignore format: one list, one glance

export function makeInbox(db: Database, random: RandomBytes): Inbox {
  let arrivals: Arrival[] = [];
  let writing = 0;

  /** Group commit: what arrives while a commit is under way is written together in the next one. */
  async function flush(): Promise<void> {
    if (writing > 0 || arrivals.length === 0) return;
    const group = arrivals.slice(0, ROWS_PER_INSERT);
    arrivals = arrivals.slice(ROWS_PER_INSERT);
    writing++;
    try {
      const rows = await db.batch(insertEvents(group));
      const stored = new Map((rows[0] ?? []).map((row) => [`${row.source}\n${row.key}`, String(row.id)]));
      for (const it of group) {
        const id = stored.get(`${it.source}\n${it.event.key}`) ?? it.id;
        it.resolve({ id, duplicate: id !== it.id });
      }
    } catch (error) {
      for (const it of group) it.reject(error);
    } finally {
      writing--;
      void flush();
    }
  }

  return {
    addEvent: (source, event, receivedAt) =>
      new Promise<Stored>((resolve, reject) => {
        const id = timeOrderedId('evt', receivedAt, random(ID_BYTES));
        arrivals.push({ id, source, event, receivedAt, resolve, reject });
        void flush();
      }),

    claimEvents: async (now, limit) => {
      // A look first: an idle worker takes no write lock.
      if ((await db.read(ANY_DUE, [now])).length === 0) return [];
      const lease = timeOrderedId('lease', now, random(ID_BYTES));
      const rows = await db.batch([statement(CLAIM, lease, now + LIMITS.lease_ms, now, limit)]);
      return Promise.all((rows[0] ?? []).map((row) => claimed(db, row)));
    },

    seizeEvent: async (id, now) => {
      const lease = timeOrderedId('lease', now, random(ID_BYTES));
      const rows = await db.batch([statement(SEIZE, lease, id)]);
      const row = rows[0]?.[0];
      return row ? claimed(db, row) : null;
    },

    readEvent: async (id) => {
      const [row] = await db.read('SELECT * FROM events WHERE id = ?', [id]);
      return row ? claimed(db, row) : null;
    },

    renewLeases: async (leases, now) => {
      if (leases.length === 0) return;
      await db.batch([statement(RENEW, now + LIMITS.lease_ms, JSON.stringify(leases))]);
    },

    answersOf: async (eventId) => {
      const rows = await db.read(ANSWERS, [eventId]);
      return rows.map((row) => ({
        id: String(row.id),
        asked: String(row.asked),
        stamp: Number(row.stamp),
        body: JSON.parse(String(row.body)),
      }));
    },

    addAnswers: async (eventId, refresh, answers) => {
      await db.batch([
        ...answers.map((it: Answer) =>
          statement(ADD_ANSWER, it.id, eventId, refresh, it.asked, it.stamp, JSON.stringify(it.body)),
        ),
        statement('UPDATE events SET refresh = ? WHERE id = ?', refresh, eventId),
      ]);
    },

    endEvents: async (ends) => {
      const rows = await db.batch(ends.flatMap((end) => [endEvent(end, 'if held'), forgetAwaits(end)]));
      return ends.filter((_, i) => (rows[i * 2] ?? []).length > 0).map((it) => it.event_id);
    },

    waitForSale: async (end, source, account, refs) => {
      const names = JSON.stringify(refs);
      const rows = await db.batch([
        statement(ADD_AWAITS, source, account, end.event_id, names),
        statement(
          WAIT,
          JSON.stringify(end.problem),
          end.due_at,
          end.event_id,
          end.lease,
          source,
          account,
          names,
        ),
      ]);
      return (rows[1] ?? []).length > 0;
    },
  };
}

function insertEvents(group: readonly Arrival[]): Statement[] {
  const tuple = `(${COLUMNS.map(() => '?').join(', ')})`;
  const params = group.flatMap(({ id, source, event, receivedAt }): SqlValue[] => [
    id, source, event.key, event.account, event.type, event.mode, event.created_at, receivedAt,
    JSON.stringify(event.headers), 'received', 0, receivedAt, 0,
  ]); // biome-ignore format: in the order of COLUMNS
  // A no-op update makes the row that was there come back too, in the same statement.
  const insert = `INSERT INTO events (${COLUMNS.join(', ')}) VALUES ${group.map(() => tuple).join(', ')}
    ON CONFLICT (source, key) DO UPDATE SET key = key RETURNING id, source, key`;
  const parts = group.flatMap(({ id, event }) => partsOf(event.body).map((bytes, part) => ({ id, part, bytes })));
  const bodies = chunks(parts, ROWS_PER_INSERT).map((some) => ({
    sql: `INSERT INTO event_bodies (event_id, part, bytes)
      SELECT column1, column2, column3 FROM (VALUES ${some.map(() => '(?, ?, ?)').join(', ')})
      WHERE column1 IN (SELECT id FROM events WHERE id = column1)`,
    params: some.flatMap(({ id, part, bytes }): SqlValue[] => [id, part, bytes]),
  }));
  return [{ sql: insert, params }, ...bodies];
}

function partsOf(body: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < body.length; at += LIMITS.body_part_bytes) {
    parts.push(body.subarray(at, at + LIMITS.body_part_bytes));
  }
  return parts;
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  const made: T[][] = [];
  for (let at = 0; at < all.length; at += size) made.push(all.slice(at, at + size));
  return made;
}

const ANY_DUE = `SELECT 1 FROM events WHERE state IN ('received', 'waiting') AND due_at <= ? LIMIT 1`;
const CLAIM = `UPDATE events SET lease = ?1, due_at = ?2, attempts = attempts + 1
  WHERE id IN (SELECT id FROM events WHERE state IN ('received', 'waiting') AND due_at <= ?3
    ORDER BY due_at LIMIT ?4)
  RETURNING *`;
const SEIZE = 'UPDATE events SET lease = ? WHERE id = ? RETURNING *';
const RENEW = `UPDATE events SET due_at = ?
  WHERE state IN ('received', 'waiting') AND lease IN (SELECT value FROM json_each(?))`;
const ANSWERS = `SELECT a.* FROM event_answers a JOIN events e ON e.id = a.event_id AND e.refresh = a.refresh
  WHERE a.event_id = ? ORDER BY a.id`;
const ADD_ANSWER = `INSERT INTO event_answers (id, event_id, refresh, asked, stamp, body)
  VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;
const ADD_AWAITS = `INSERT INTO event_awaits (source, account, ref, event_id)
  SELECT ?1, ?2, value, ?3 FROM json_each(?4) WHERE true ON CONFLICT DO NOTHING`;
const WAIT = `UPDATE events SET state = 'waiting', problem = ?1, due_at = ?2, lease = NULL, attempts = 0
  WHERE id = ?3 AND lease = ?4 AND NOT EXISTS (SELECT 1 FROM sale_refs
    WHERE source = ?5 AND account = ?6 AND ref IN (SELECT value FROM json_each(?7)))
  RETURNING id`;

/**
 * Writes how an event ended, under its lease. `or fail` makes the whole batch fail when the lease is gone: it
 * writes NULL into a column that forbids it.
 */
export function endEvent(end: EventEnd, guard: 'or fail' | 'if held'): Statement {
  const state = guard === 'or fail' ? 'CASE WHEN lease = ?6 THEN ?1 END' : '?1';
  const held = guard === 'or fail' ? '' : 'AND lease = ?6';
  return statement(
    `UPDATE events SET state = ${state}, problem = ?2, order_id = coalesce(?3, order_id),
       due_at = coalesce(?4, due_at), lease = NULL
     WHERE id = ?5 ${held} RETURNING id`,
    end.state,
    end.problem ? JSON.stringify(end.problem) : null,
    end.order_id,
    end.due_at,
    end.event_id,
    end.lease,
  );
}

export function forgetAwaits(end: EventEnd): Statement {
  return statement(`DELETE FROM event_awaits WHERE event_id = ? AND ? <> 'waiting'`, end.event_id, end.state);
}

async function claimed(db: Database, row: Row): Promise<ClaimedEvent> {
  const id = String(row.id);
  const parts = await db.read('SELECT bytes FROM event_bodies WHERE event_id = ? ORDER BY part', [id]);
  const mode = row.mode === 'live' || row.mode === 'test' ? row.mode : null;
  return {
    id,
    source: String(row.source),
    account: String(row.account),
    key: String(row.key),
    type: String(row.type),
    mode,
    created_at: row.created_at === null ? null : Number(row.created_at),
    received_at: Number(row.received_at),
    headers: JSON.parse(String(row.headers)),
    body: joined(parts.map((it) => bytesOf(it.bytes))),
    lease: String(row.lease ?? ''),
    attempts: Number(row.attempts),
    refresh: Number(row.refresh),
  };
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new Error('a body part is not bytes');
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const all = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
