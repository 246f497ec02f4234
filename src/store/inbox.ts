/**
 * The inbox: events from the moment they are stored until they are settled. Between acknowledge and settle.
 * What must never happen here: an end written by a worker whose lease is gone.
 */
import type { Answer } from '../core/integration.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import { LIMITS } from '../core/limits.ts';
import type { RandomBytes } from '../core/ports.ts';
import type { ClaimedEvent, EventEnd, FoundEvent, Inbox } from '../core/store.ts';
import { readAnswers } from './answers.ts';
import { BODY_BYTES, readBodies } from './bytes.ts';
import { type Database, jsonRows, type Row, type Statement, statement, textParts } from './database.ts';
import type { Fresh } from './fresh.ts';
import { makeTogether, type Names, namesJson } from './together.ts';

export function makeInbox(db: Database, random: RandomBytes, fresh: Fresh): Omit<Inbox, 'addEvent'> {
  /** Leases that nobody holds, since the claim's answer never came for example, and when each was left. */
  let orphans: readonly (readonly [lease: string, at: number])[] = [];
  /** Events that could not be let go. */
  let unwanted: readonly ClaimedEvent[] = [];
  /** By those whose events are left: from when on others may be due, and when that was looked at whole. */
  const passed = new Map<string, { readonly from: number; readonly at: number }>();
  const hasAnswers = makeTogether(async (ids: readonly string[]) => {
    const found = new Set((await db.read(ANSWERED, [jsonRows(ids)])).map(({ event_id }) => event_id));
    return ids.map((id) => found.has(id));
  });
  const isAwaited = makeTogether(async (sales: readonly Names[]) => {
    const found = new Set((await db.read(AWAITED, [namesJson(sales)])).map(({ asker }) => asker));
    return sales.map((_, asker) => found.has(asker));
  });

  /** Takes events with a lease of its own; one whose answer is lost is given back at the next try. */
  async function take(now: number, claim: (lease: string) => Statement): Promise<ClaimedEvent[]> {
    const lease = timeOrderedId('lease', now, random(ID_BYTES));
    const [lost, left] = [orphans, unwanted];
    [orphans, unwanted] = [[], []];
    const leases = jsonRows(lost.map(([lease]) => lease));
    const released = [
      ...(lost.length > 0 ? [statement(RELEASE, now, now - OUTAGE_MS, leases)] : []),
      ...(left.length > 0 ? [letGoOf(left, now)] : []),
    ];
    try {
      const rows = await db.batch([...released, claim(lease)]);
      return await claimed((rows.at(-1) ?? []).filter((row) => row.lease === lease));
    } catch (error) {
      // What is older than RELEASE looks for is forgotten: a long outage must not fill the memory.
      orphans = [...orphans, ...lost, [lease, now] as const].filter(([, at]) => at > now - OUTAGE_MS);
      unwanted = [...unwanted, ...left];
      throw error;
    }
  }

  /** Rows as events. */
  async function claimed(rows: readonly Row[]): Promise<ClaimedEvent[]> {
    const found = new Map<unknown, Uint8Array>();
    for (const { id, body_bytes } of rows) {
      const body = fresh.take(String(id), Number(body_bytes));
      if (body) found.set(id, body);
    }
    const bodies = await readBodies(
      db,
      rows.filter(({ id }) => !found.has(id)),
    );
    return rows.map((row) =>
      readClaimed(row, found.get(row.id) ?? bodies.get(String(row.id)) ?? new Uint8Array()),
    );
  }

  return {
    claimEvents: async (now, limit, except = [], suspects = 1) => {
      const others = jsonRows(except.toSorted());
      const known = passed.get(others);
      const holds = known && known.from <= now && Math.abs(now - known.at) < PASSED_MS;
      const { from, at } = holds ? known : { from: 0, at: now };
      // A look first: an idle worker takes no write lock, unless it must give back what it never got; and where
      // nobody answers, no more leases are drawn.
      const [first] = await db.read(FIRST_DUE, [now, others, from]);
      const next = first ? Number(first.due_at) : null;
      if (passed.size >= PASSED_AT_MOST) passed.clear();
      if (except.length > 0) passed.set(others, { from: (next ?? now) - LATE_MS, at });
      if (next === null && orphans.length + unwanted.length === 0) return [];
      const events = await take(now, (lease) =>
        statement(CLAIM, lease, now + LIMITS.lease_ms, now, limit, others, suspects, next ?? from),
      );
      // RETURNING knows no order; ids are time-ordered.
      return events.sort((a, b) => (a.id < b.id ? -1 : 1));
    },

    claimWaiters: async (source, account, refs, now) => {
      // As in claimEvents: most sales have nobody waiting for them.
      if (!(await isAwaited({ source, account, refs }))) return [];
      return take(now, (lease) =>
        statement(CLAIM_WAITERS, lease, now + LIMITS.lease_ms, source, account, jsonRows(refs)),
      );
    },

    seizeEvent: async (id, now) => {
      const [event] = await take(now, (lease) => statement(SEIZE, lease, now + LIMITS.lease_ms, id));
      return event ?? null;
    },

    findEvent: async (source, key) => {
      const [row] = await db.read('SELECT id FROM events WHERE source = ? AND key = ?', [source, key]);
      return row ? String(row.id) : null;
    },

    readEvent: makeTogether(async (ids: readonly string[]) => {
      const rows = await db.read(EVENTS, [jsonRows(ids)]);
      const found = new Map((await claimed(rows)).map((event, n) => [event.id, foundOf(event, rows[n])]));
      return ids.map((id) => found.get(id) ?? null);
    }),

    renewLeases: async (leases, now, since = now - LIMITS.lease_ms) => {
      if (leases.length === 0) return;
      await db.batch([statement(RENEW, now + LIMITS.lease_ms, since, jsonRows(leases))]);
    },

    setBack: async (now, byMs) => {
      await db.batch([statement(SET_BACK, now, now + LIMITS.lease_ms, byMs)]);
    },

    letGo: async (events, now) => {
      if (events.length === 0) return;
      await db.batch([letGoOf(events, now)]).catch(() => {
        unwanted = [...unwanted, ...events];
      });
    },

    answersOf: async (eventId) => {
      // Most events asked nobody; what was answered may be large, and is read for one alone.
      if (!(await hasAnswers(eventId))) return [];
      const answers = readAnswers(await db.read(ANSWERS, [eventId]));
      return answers.map(({ refresh: _refresh, ...answer }) => answer);
    },

    addAnswers: async (eventId, refresh, answers) => {
      await db.batch([
        ...answers.flatMap(({ id, asked, stamp, body }: Answer) =>
          textParts(JSON.stringify(body), db.limits.value_bytes).map((text, part) =>
            statement(ADD_ANSWER, id, part, eventId, refresh, asked, stamp, text),
          ),
        ),
        statement('UPDATE events SET refresh = ? WHERE id = ?', refresh, eventId),
      ]);
    },

    endEvents: async (ends) => {
      if (ends.length === 0) return [];
      const rows = await db.batch(ends.flatMap((end) => [endEvent(end, 'if held'), forgetAwaits(end)]));
      return ends.filter((_, i) => (rows[i * 2] ?? []).length > 0).map((it) => it.event_id);
    },

    waitForSale: async (end, source, account, refs) => {
      const names = jsonRows(refs);
      const rows = await db.batch([
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
        statement(ADD_AWAITS, source, account, end.event_id, names),
      ]);
      return (rows[0] ?? []).length > 0;
    },
  };
}

function letGoOf(events: readonly ClaimedEvent[], now: number): Statement {
  return statement(LET_GO, now, jsonRows(events.map(({ id, lease }) => ({ id, lease }))));
}

const EVENTS = `SELECT *, ${BODY_BYTES} FROM events WHERE id IN (SELECT value FROM json_each(?))`;
// What is left of others can be a hundred thousand events, and would be read past at every look.
const FIRST_DUE = `SELECT due_at FROM events WHERE state IN ('received', 'waiting') AND due_at BETWEEN ?3 AND ?1
  AND source NOT IN (SELECT value FROM json_each(?2)) ORDER BY due_at LIMIT 1`;
/** What was due before and is written only now is found by the next look that is whole, or within this time. */
const PASSED_MS = 30_000;
const LATE_MS = 2_000;
const PASSED_AT_MOST = 16;
// A lease that is still there is that of a worker that died, or hangs. Suspects beyond those that are wanted go free in
// the same breath, behind the others: held for a moment only, a death in that moment would count against all of them.
const CLAIM = `WITH due AS MATERIALIZED (
    SELECT id, due_at, deaths + (lease IS NOT NULL) BETWEEN ${LIMITS.suspect_deaths} AND ${LIMITS.deaths - 1} AS suspect
    FROM events WHERE state IN ('received', 'waiting') AND due_at BETWEEN ?7 AND ?3
      AND source NOT IN (SELECT value FROM json_each(?5)) ORDER BY due_at LIMIT ?4),
  wanted AS MATERIALIZED (SELECT id FROM due WHERE NOT suspect
    UNION ALL SELECT id FROM (SELECT id FROM due WHERE suspect ORDER BY due_at LIMIT ?6))
  UPDATE events SET deaths = deaths + (lease IS NOT NULL),
    lease = CASE WHEN id IN (SELECT id FROM wanted) THEN ?1 END,
    due_at = CASE WHEN id IN (SELECT id FROM wanted) THEN ?2 ELSE ?3 END
  WHERE id IN (SELECT id FROM due) RETURNING *, ${BODY_BYTES}`;
const AWAITED = `SELECT DISTINCT j.value->>0 AS asker FROM json_each(?) j WHERE EXISTS (SELECT 1 FROM event_awaits
  WHERE source = j.value->>1 AND account = j.value->>2 AND ref = j.value->>3)`;
const ANSWERED = `SELECT DISTINCT event_id FROM event_answers
  WHERE event_id IN (SELECT value FROM json_each(?))`;
const CLAIM_WAITERS = `UPDATE events SET lease = ?1, due_at = ?2
  WHERE id IN (SELECT DISTINCT e.id FROM event_awaits a JOIN events e ON e.id = a.event_id
    WHERE a.source = ?3 AND a.account = ?4 AND a.ref IN (SELECT value FROM json_each(?5))
      AND e.state = 'waiting' AND e.lease IS NULL LIMIT ${LIMITS.waiter_count})
  RETURNING *, ${BODY_BYTES}`;
// An unfinished one must not be claimed from under the hands that seized it. A person who sends a parked one again
// knows what it died of.
const SEIZE = `UPDATE events SET lease = ?1, deaths = CASE state WHEN 'parked' THEN 0 ELSE deaths END,
    due_at = CASE WHEN state IN ('received', 'waiting') THEN ?2 ELSE due_at END
  WHERE id = ?3 RETURNING *, ${BODY_BYTES}`;
// What is held is due soon: bounded so, the index is read near its end and not whole.
const RENEW = `UPDATE events SET due_at = ?1
  WHERE state IN ('received', 'waiting') AND due_at BETWEEN ?2 AND ?1
    AND lease IN (SELECT value FROM json_each(?3))`;
// Whoever holds a lease renews it before it ends. Of what only waits nobody knows what it waits for: it goes by the step.
const SET_BACK = `UPDATE events SET due_at = CASE WHEN lease IS NOT NULL THEN ?2 WHEN state = 'received' THEN ?1
    ELSE max(?1, due_at - ?3) END
  WHERE state IN ('received', 'waiting') AND due_at > ?2 AND (?3 > 0 OR lease IS NOT NULL OR state = 'received')`;
/** A claim whose answer was lost is looked for as long as this after its lease ran out. */
const OUTAGE_MS = 3_600_000;
// Still found by when it would have run out.
const RELEASE = `UPDATE events SET lease = NULL, due_at = ?1
  WHERE state IN ('received', 'waiting') AND due_at BETWEEN ?2 AND ?1 + ${LIMITS.lease_ms}
    AND lease IN (SELECT value FROM json_each(?3))`;
// By event: others of the same claim, under the same lease, are still in somebody's hands.
const LET_GO = `UPDATE events SET lease = NULL, due_at = ?1 WHERE state IN ('received', 'waiting')
    AND (id, lease) IN (SELECT value->>'id', value->>'lease' FROM json_each(?2))`;
const ANSWERS = `SELECT a.* FROM event_answers a JOIN events e ON e.id = a.event_id AND e.refresh = a.refresh
  WHERE a.event_id = ? ORDER BY a.id, a.part`;
const ADD_ANSWER = `INSERT INTO event_answers (id, part, event_id, refresh, asked, stamp, body)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const ADD_AWAITS = `INSERT INTO event_awaits (source, account, ref, event_id)
  SELECT ?1, ?2, value, ?3 FROM json_each(?4)
  WHERE EXISTS (SELECT 1 FROM events WHERE id = ?3 AND state = 'waiting' AND lease IS NULL)
  ON CONFLICT DO NOTHING`;
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
  const held = guard === 'or fail' ? '' : 'AND lease = ?6 RETURNING id';
  return statement(
    `UPDATE events SET state = ${state}, problem = ?2, order_id = coalesce(?3, order_id),
       attempts = attempts + ?7, due_at = coalesce(?4, due_at), lease = NULL
     WHERE id = ?5 ${held}`,
    end.state,
    end.problem ? JSON.stringify(end.problem) : null,
    end.order_id,
    end.due_at,
    end.event_id,
    end.lease,
    end.untried !== true && (end.state === 'waiting' || end.state === 'parked') ? 1 : 0,
  );
}

/** By what is written, not by what was wanted: whoever lost the lease must not take another's wake-up away. */
export function forgetAwaits(end: EventEnd): Statement {
  return statement(
    `DELETE FROM event_awaits WHERE event_id = ?1
       AND NOT EXISTS (SELECT 1 FROM events WHERE id = ?1 AND state = 'waiting')`,
    end.event_id,
  );
}

/** With how it ended, as `endEvent` wrote it. */
function foundOf(event: ClaimedEvent, row: Row = {}): FoundEvent {
  const { state } = row;
  if (row.lease !== null || (state !== 'done' && state !== 'ignored' && state !== 'parked'))
    return { ...event, ended: null };
  const problem = row.problem === null ? null : JSON.parse(String(row.problem));
  return {
    ...event,
    ended: { state, problem, order_id: row.order_id === null ? null : String(row.order_id) },
  };
}

function readClaimed(row: Row, body: Uint8Array): ClaimedEvent {
  return {
    id: String(row.id),
    source: String(row.source),
    account: String(row.account),
    key: String(row.key),
    type: String(row.type),
    mode: row.mode === 'live' || row.mode === 'test' ? row.mode : null,
    created_at: row.created_at === null ? null : Number(row.created_at),
    received_at: Number(row.received_at),
    headers: JSON.parse(String(row.headers)),
    body,
    lease: String(row.lease ?? ''),
    attempts: Number(row.attempts),
    deaths: Number(row.deaths),
    refresh: Number(row.refresh),
  };
}
