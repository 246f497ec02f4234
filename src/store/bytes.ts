/**
 * A stored body in one piece again. It stands between the rows of `event_bodies` and whoever reads a body: the
 * inbox and the API.
 */
import { joined } from '../core/bytes.ts';
import { LIMITS } from '../core/limits.ts';
import { BatchError, type Database, jsonRows, type Row } from './database.ts';

/** For a SELECT or RETURNING of events: what `readBodies` wants to know of each. */
export const BODY_BYTES =
  '(SELECT sum(length(bytes)) FROM event_bodies WHERE event_id = events.id) AS body_bytes';
/** Of one answer: libSQL servers refuse to send more than ten megabytes. A larger body comes by several. */
const PARTS_AT_ONCE = 8;
const BYTES_AT_ONCE = PARTS_AT_ONCE * LIMITS.body_part_bytes;
const BODIES = `SELECT event_id, bytes FROM event_bodies
  WHERE event_id IN (SELECT value FROM json_each(?1)) AND part >= ?2 AND part < ?2 + ${PARTS_AT_ONCE}
  ORDER BY event_id, part`;

/**
 * @param rows of events, with BODY_BYTES. @returns their bodies by id, in as few questions as answers allow
 * @throws BatchError when less of a body came than there is: half a body must not be read as a whole one
 */
export async function readBodies(db: Database, rows: readonly Row[]): Promise<Map<string, Uint8Array>> {
  const parts: Row[] = [];
  for (const { ids, bytes } of readTogether(rows)) {
    for (let part = 0; part === 0 || part * LIMITS.body_part_bytes < bytes; part += PARTS_AT_ONCE)
      parts.push(...(await db.read(BODIES, [jsonRows(ids), part])));
  }
  const found = Map.groupBy(parts, ({ event_id }) => String(event_id));
  return new Map(
    rows.flatMap(({ id, body_bytes }) => {
      const body = bodyOf((found.get(String(id)) ?? []).map(({ bytes }) => bytesOf(bytes)));
      if (body.length !== Number(body_bytes))
        throw new BatchError('unavailable', `${body.length} of ${body_bytes} bytes of the body of ${id}`);
      return body.length > 0 ? [[String(id), body] as const] : [];
    }),
  );
}

/** Together they are no more than BYTES_AT_ONCE, unless one stands alone. */
function readTogether(rows: readonly Row[]): { readonly ids: unknown[]; bytes: number }[] {
  const groups: { readonly ids: unknown[]; bytes: number }[] = [];
  for (const { id, body_bytes } of rows) {
    const size = Number(body_bytes);
    const group = groups.at(-1);
    if (group && group.bytes + size <= BYTES_AT_ONCE) {
      group.ids.push(id);
      group.bytes += size;
    } else groups.push({ ids: [id], bytes: size });
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
function bodyOf(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only ? only : joined(parts);
}
