/**
 * How things stand in the database, for whoever watches the house: a part of records.ts. What must never happen here: a
 * count without a bound, or one that no index leads.
 */
import { LIMITS } from '../core/limits.ts';
import type { Pulse } from '../core/records.ts';
import { type Database, jsonRows } from './database.ts';
import { firstIdAt } from './record-queries.ts';
import { integer } from './rows.ts';

const counted = (rows: string) => `(SELECT count(*) FROM (${rows} LIMIT ${LIMITS.counted_rows}))`;

// The words of each partial index must stand in the query for it to be used.
const PULSE = `SELECT
  (SELECT min(due_at) FROM events WHERE state IN ('received', 'waiting') AND due_at <= ?1) AS oldest_due_at,
  ${counted(`SELECT 1 FROM events WHERE state IN ('received', 'waiting') AND due_at <= ?1`)} AS due,
  ${counted(`SELECT 1 FROM events WHERE state IN ('received', 'waiting') AND due_at > ?1`)} AS later,
  ${counted(`SELECT 1 FROM events WHERE state IN ('waiting', 'parked') AND state = 'parked'`)} AS parked_events,
  ${counted(`SELECT 1 FROM reviews WHERE state = 'open'`)} AS open_reviews,
  ${counted(`SELECT 1 FROM jobs WHERE state = 'queued'`)} AS queued_jobs,
  ${counted(`SELECT 1 FROM jobs WHERE state = 'running'`)} AS running_jobs,
  ${counted(`SELECT 1 FROM jobs WHERE state = 'failed' AND id >= ?2`)} AS failed_jobs`;
const PARKED_LINES = `SELECT j.value AS source,
  ${counted(`SELECT 1 FROM order_items WHERE state = 'parked' AND source = j.value`)} AS count FROM json_each(?1) j`;

export async function readPulse(db: Database, sources: readonly string[], now: number): Promise<Pulse> {
  const [[row], lines] = await Promise.all([
    db.read(PULSE, [now, firstIdAt(now - LIMITS.failed_jobs_ms, 'job')]),
    db.read(PARKED_LINES, [jsonRows(sources)]),
  ]);
  return {
    oldest_due_at: integer(row?.oldest_due_at),
    due: Number(row?.due),
    later: Number(row?.later),
    parked_events: Number(row?.parked_events),
    open_reviews: Number(row?.open_reviews),
    queued_jobs: Number(row?.queued_jobs),
    running_jobs: Number(row?.running_jobs),
    failed_jobs: Number(row?.failed_jobs),
    parked_lines: new Map(lines.map((it) => [String(it.source), Number(it.count)])),
  };
}
