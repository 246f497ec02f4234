/**
 * Arrivals: verified events on their way into the inbox. The end of walk one: the shop is answered when this says so.
 * What must never happen here: an event reported as stored before its commit.
 */
import type { VerifiedEvent } from '../core/integration.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import { LIMITS } from '../core/limits.ts';
import type { RandomBytes } from '../core/ports.ts';
import type { Inbox, Stored } from '../core/store.ts';
import { BatchError, chunks, type Database, type SqlValue, type Statement, storable } from './database.ts';
import type { Fresh } from './fresh.ts';

interface Arrival {
  readonly id: string;
  readonly source: string;
  /** As the database keeps it. */
  readonly key: string;
  readonly event: VerifiedEvent;
  readonly receivedAt: number;
  resolve(stored: Stored): void;
  reject(error: unknown): void;
}

/** Events of one commit. */
const EVENTS_AT_ONCE = 64;
/** Bodies of one commit, unless one alone is larger: what must be copied and synced before anyone is answered. */
const BYTES_AT_ONCE = 4 * 1024 * 1024;
/** A commit that takes longer is not waited for before more is handed on. */
const SLOW_MS = 100;
const COLUMNS = [
  'id', 'source', 'key', 'account', 'type', 'mode', 'created_at', 'received_at', 'headers',
  'state', 'attempts', 'deaths', 'due_at', 'refresh',
] as const; // biome-ignore format: one list, one glance

export function makeArrivals(db: Database, random: RandomBytes, fresh: Fresh): Pick<Inbox, 'addEvent'> {
  let arrivals: Arrival[] = [];
  let writing = false;

  /** Group commit: what arrives while a commit is under way is written together in the next one. */
  async function flush(): Promise<void> {
    if (writing) return;
    writing = true;
    while (arrivals.length > 0) {
      // Else they would wait for this commit, for the one that is begun before they are told of its end, and for their own.
      const slow = setInterval(() => void writeNext(), SLOW_MS);
      await writeNext();
      clearInterval(slow);
    }
    writing = false;
  }

  async function writeNext(): Promise<void> {
    if (arrivals.length === 0) return;
    const count = groupOf(arrivals);
    const group = arrivals.slice(0, count);
    arrivals = arrivals.slice(count);
    await write(group);
  }

  async function write(group: readonly Arrival[]): Promise<void> {
    try {
      const { events, bodies } = insertEvents(group, db.limits.parameters);
      const rows = (await db.batch([...events, ...bodies], 'waited for')).slice(0, events.length).flat();
      const stored = new Map(rows.map((row) => [`${row.source}\n${row.key}`, String(row.id)]));
      for (const it of group) {
        const id = stored.get(`${it.source}\n${it.key}`);
        if (id === undefined) it.reject(new Error(`the database did not confirm the event ${it.key}`));
        else {
          if (id === it.id) fresh.keep(id, it.event.body);
          it.resolve({ id, duplicate: id !== it.id });
        }
      }
    } catch (error) {
      const own = error instanceof BatchError && error.kind !== 'unavailable';
      // The fault of one of them: each goes on alone.
      if (own && group.length > 1) for (const it of group) await write([it]);
      else for (const it of group) it.reject(error);
    }
  }

  return {
    addEvent: (source, event, receivedAt) =>
      new Promise<Stored>((resolve, reject) => {
        const id = timeOrderedId('evt', receivedAt, random(ID_BYTES));
        arrivals.push({ id, source, key: storable(event.key), event, receivedAt, resolve, reject });
        void flush();
      }),
  };
}

function insertEvents(
  group: readonly Arrival[],
  parameters: number,
): { readonly events: Statement[]; readonly bodies: Statement[] } {
  const tuple = `(${COLUMNS.map(() => '?').join(', ')})`;
  const paramsOf = (some: readonly Arrival[]) => some.flatMap(({ id, source, key, event, receivedAt }): SqlValue[] => [
    id, source, key, event.account, event.type, event.mode, event.created_at, receivedAt,
    JSON.stringify(event.headers), 'received', 0, 0, receivedAt, 0,
  ]); // biome-ignore format: in the order of COLUMNS
  // A no-op update makes the row that was there come back too, in the same statement.
  const events = chunks(group, Math.floor(parameters / COLUMNS.length)).map((some) => ({
    sql: `INSERT INTO events (${COLUMNS.join(', ')}) VALUES ${some.map(() => tuple).join(', ')}
      ON CONFLICT (source, key) DO UPDATE SET key = key RETURNING id, source, key`,
    params: paramsOf(some),
  }));
  const parts = group.flatMap(({ id, event }) =>
    partsOf(event.body).map((bytes, part) => ({ id, part, bytes })),
  );
  const bodies = chunks(parts, Math.min(EVENTS_AT_ONCE, Math.floor(parameters / 3))).map((some) => ({
    sql: `INSERT INTO event_bodies (event_id, part, bytes)
      SELECT column1, column2, column3 FROM (VALUES ${some.map(() => '(?, ?, ?)').join(', ')})
      WHERE column1 IN (SELECT id FROM events WHERE id = column1)`,
    params: some.flatMap(({ id, part, bytes }): SqlValue[] => [id, part, bytes]),
  }));
  return { events, bodies };
}

/** How many of those that wait go together: at least one. */
function groupOf(arrivals: readonly Arrival[]): number {
  let bytes = 0;
  for (const [count, { event }] of arrivals.entries()) {
    bytes += event.body.length;
    if (count > 0 && (count >= EVENTS_AT_ONCE || bytes > BYTES_AT_ONCE)) return count;
  }
  return arrivals.length;
}

function partsOf(body: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < body.length; at += LIMITS.body_part_bytes) {
    parts.push(body.subarray(at, at + LIMITS.body_part_bytes));
  }
  return parts;
}
