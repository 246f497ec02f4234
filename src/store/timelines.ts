/**
 * The timelines of orders and licenses, told from the rows that settle appends. It stands beside the river and
 * writes nothing. What must never happen here: a query for each entry, or an answer that grows with the years.
 */
import { LIMITS } from '../core/limits.ts';
import type { Cause } from '../core/store.ts';
import type { Timeline, ToldCause, ToldEvent, ToldRevision } from '../core/timeline.ts';
import { type Database, jsonRows, type Row } from './database.ts';
import { integer, parsed, text } from './rows.ts';

export interface Timelines {
  ofOrder(orderId: string): Promise<Timeline>;
  ofLicense(orderId: string, licenseId: string): Promise<Timeline>;
}

/** Of an entry that is very long its first changes, without what makes them long. */
const OF_ORDER = `SELECT v.version, v.at, v.cause, v.revision_id, json_array_length(v.changes) AS change_count,
    CASE WHEN length(v.changes) <= ${LIMITS.told_letters} THEN v.changes ELSE (
      SELECT json_group_array(json_remove(value, '$.fields', '$.from.fields')) FROM json_each(v.changes)
      WHERE key < ${LIMITS.told_changes}) END AS changes
  FROM sale_versions v WHERE v.order_id = ? ORDER BY v.version DESC LIMIT ?`;
const OF_LICENSE = `SELECT v.version, v.at, v.cause, v.revision_id, count(*) AS change_count,
    json_group_array(json(c.value)) AS changes
  FROM sale_versions v, json_each(v.changes) c WHERE v.order_id = ? AND c.value->>'license_id' = ?
  GROUP BY v.version ORDER BY v.version DESC LIMIT ?`;
const EVENTS = 'SELECT id, type, key FROM events WHERE id IN (SELECT value FROM json_each(?))';
const REVISIONS = 'SELECT id, number FROM mapping_revisions WHERE id IN (SELECT value FROM json_each(?))';
const ACTORS = 'SELECT id, name FROM api_keys WHERE id IN (SELECT value FROM json_each(?))';

export function makeTimelines(db: Database): Timelines {
  async function named(sql: string, ids: readonly string[]): Promise<ReadonlyMap<string, Row>> {
    if (ids.length === 0) return new Map();
    const rows = await db.read(sql, [jsonRows([...new Set(ids)])]);
    return new Map(rows.map((row) => [String(row.id), row]));
  }

  async function told(newestFirst: readonly Row[]): Promise<Timeline> {
    const rows = newestFirst.slice(0, LIMITS.timeline_count).reverse();
    const causes = rows.map((row): Cause => parsed(row.cause));
    const revised = causes.flatMap((it) => ('revision_id' in it ? [it.revision_id] : []));
    const [events, revisions, actors] = await Promise.all([
      named(EVENTS, causes.flatMap((it) => ('event_ids' in it ? it.event_ids : []))),
      named(REVISIONS, [...rows.map((row) => String(row.revision_id)), ...revised]),
      named(ACTORS, causes.flatMap((it) => ('actor' in it ? [it.actor] : []))),
    ]); // biome-ignore format: three of a kind
    const revisionOf = (id: string): ToldRevision => ({ id, number: integer(revisions.get(id)?.number) });
    const eventOf = (id: string): ToldEvent => {
      const row = events.get(id);
      return { id, type: text(row?.type), key: text(row?.key) };
    };
    const causeOf = (it: Cause): ToldCause => {
      if (it.by === 'clock') return it;
      if (it.by === 'events') return { by: it.by, events: it.event_ids.map(eventOf) };
      if (it.by === 'revision') return { by: it.by, revision: revisionOf(it.revision_id) };
      const actor = { actor: it.actor, actor_name: text(actors.get(it.actor)?.name) };
      return it.by === 'replay'
        ? { by: it.by, events: it.event_ids.map(eventOf), ...actor }
        : { by: it.by, act: it.act, note: it.note ?? null, ...actor };
    };
    return {
      entries: causes.map((cause, i) => ({
        version: Number(rows[i]?.version),
        at: Number(rows[i]?.at),
        cause: causeOf(cause),
        revision: revisionOf(String(rows[i]?.revision_id)),
        changes: parsed(rows[i]?.changes),
        change_count: Number(rows[i]?.change_count),
      })),
      truncated: newestFirst.length > rows.length,
    };
  }

  return {
    ofOrder: async (orderId) => told(await db.read(OF_ORDER, [orderId, LIMITS.timeline_count + 1])),
    ofLicense: async (orderId, licenseId) =>
      told(await db.read(OF_LICENSE, [orderId, licenseId, LIMITS.timeline_count + 1])),
  };
}
