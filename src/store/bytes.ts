/**
 * A stored body in one piece again. It stands between the rows of `event_bodies` and whoever reads a body: the
 * inbox and the API.
 */
import { joined } from '../core/bytes.ts';
import { type Database, jsonRows, type Row } from './database.ts';

/** For a SELECT or RETURNING of events: what `readBodies` wants to know of each. */
export const BODY_BYTES =
  '(SELECT sum(length(bytes)) FROM event_bodies WHERE event_id = events.id) AS body_bytes';
/** Bodies of one answer, unless one alone is larger: libSQL servers refuse to send more than ten megabytes. */
const BYTES_AT_ONCE = 4 * 1024 * 1024;
const BODIES = `SELECT event_id, bytes FROM event_bodies
  WHERE event_id IN (SELECT value FROM json_each(?)) ORDER BY event_id, part`;

/** @param rows of events, with BODY_BYTES. @returns their bodies by id, in as few questions as answers allow */
export async function readBodies(db: Database, rows: readonly Row[]): Promise<Map<string, Uint8Array>> {
  const parts: Row[] = [];
  for (const ids of readTogether(rows)) parts.push(...(await db.read(BODIES, [jsonRows(ids)])));
  const bodies = Map.groupBy(parts, ({ event_id }) => String(event_id));
  return new Map([...bodies].map(([id, own]) => [id, bodyOf(own.map(({ bytes }) => bytesOf(bytes)))]));
}

function readTogether(rows: readonly Row[]): unknown[][] {
  const groups: unknown[][] = [];
  let room = 0;
  for (const { id, body_bytes } of rows) {
    const size = Number(body_bytes);
    const group = groups.at(-1);
    if (group && size <= room) group.push(id);
    else {
      groups.push([id]);
      room = BYTES_AT_ONCE;
    }
    room -= size;
  }
  return groups;
}

/** @throws when a column that holds bytes does not: a bug */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new Error('a body part is not bytes');
}

/** The parts in their order; without any, no bytes. One alone needs no copy. */
export function bodyOf(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only ? only : joined(parts);
}
