/**
 * Jobs as the database keeps them: claimed step by step under a lease, as events are. Beside the river. What must never
 * happen here: a step written down twice, or by a worker whose lease is gone.
 */
import type {
  ClaimedJob,
  FindingKey,
  JobRecord,
  JobState,
  JobStore,
  NewJob,
  ScheduledRun,
} from '../core/jobs.ts';
import type { Json } from '../core/json.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import { LIMITS } from '../core/limits.ts';
import type { RandomBytes } from '../core/ports.ts';
import { problem } from '../core/problem.ts';
import { audited } from './audit.ts';
import { bytesOf } from './bytes.ts';
import {
  BatchError,
  batchOnce,
  type Database,
  jsonChunks,
  jsonRows,
  type Row,
  type Statement,
  statement,
} from './database.ts';
import { sliced, term, when } from './lists.ts';
import { after } from './record-queries.ts';
import { integer, parsed } from './rows.ts';

const ADD = `INSERT INTO jobs (id, kind, state, asked, position, steps, done, total, counts, failures, created_at,
  created_by, ended_at, due_at, slot) VALUES (?, ?, ?, ?, ?, 0, 0, ?, '{}', 0, ?, ?, ?, ?, ?)`;
const ADD_PART = 'INSERT INTO job_parts (job_id, part, bytes) VALUES (?, ?, ?)';
const DUE = `SELECT 1 FROM jobs WHERE due_at <= ?1 AND +kind IN (SELECT value FROM json_each(?2))
  AND (?3 IS NULL OR +id = ?3) LIMIT 1`;
// A lease that is still there is that of a worker that died, or hangs.
const CLAIM = `UPDATE jobs SET lease = ?1, due_at = ?2, state = 'running', started_at = coalesce(started_at, ?3),
    failures = failures + (lease IS NOT NULL), problem = CASE WHEN lease IS NULL THEN problem ELSE ?5 END
  WHERE id = (SELECT id FROM jobs WHERE due_at <= ?3 AND +kind IN (SELECT value FROM json_each(?4))
    AND (?6 IS NULL OR +id = ?6) ORDER BY due_at LIMIT 1)
  RETURNING *`;
const FIND = `INSERT INTO job_findings (job_id, step, ordinal, body) SELECT ?1, ?2, value->>0, value->>1 FROM json_each(?3)
  WHERE EXISTS (SELECT 1 FROM jobs WHERE id = ?1 AND lease = ?4)`;
// Cancelled while the step was under way: what it did is written down, and that is all.
const WRITE = `UPDATE jobs SET position = ?1, steps = steps + 1, done = done + ?2, total = coalesce(?3, total), counts = ?4,
    state = CASE state WHEN 'running' THEN ?5 ELSE state END, ended_at = coalesce(ended_at, ?6),
    due_at = CASE state WHEN 'running' THEN ?7 END, problem = NULL, failures = 0, lease = NULL
  WHERE id = ?8 AND lease = ?9 RETURNING id`;
const FORGET_PARTS = `DELETE FROM job_parts WHERE job_id = ?1 AND EXISTS (SELECT 1 FROM jobs WHERE id = ?1 AND state = 'done')`;
const FAIL = `UPDATE jobs SET problem = ?1, failures = failures + 1, lease = NULL,
    state = CASE WHEN state = 'running' AND ?2 IS NULL THEN 'failed' ELSE state END,
    ended_at = CASE WHEN state = 'running' AND ?2 IS NULL THEN ?3 ELSE ended_at END,
    due_at = CASE state WHEN 'running' THEN ?2 END
  WHERE id = ?4 AND lease = ?5`;
const RENEW = `UPDATE jobs SET due_at = ?1 WHERE state = 'running' AND due_at BETWEEN ?2 AND ?1
  AND lease IN (SELECT value FROM json_each(?3))`;
const LET_GO = `UPDATE jobs SET lease = NULL, due_at = ?1 WHERE state = 'running' AND due_at IS NOT NULL
  AND lease IN (SELECT value FROM json_each(?2))`;
// Whoever holds a lease renews it before it ends. What only waits goes by the step of the clock.
const SET_BACK = `UPDATE jobs SET due_at = CASE WHEN lease IS NOT NULL THEN ?2 ELSE max(?1, due_at - ?3) END
  WHERE due_at > ?2 AND (?3 > 0 OR lease IS NOT NULL)`;
// NULL is what the column forbids: whoever looked before another changed it fails as a whole, audit entry included.
const CANCEL = `UPDATE jobs SET state = CASE WHEN state IN ('queued', 'running') THEN 'cancelled' END, ended_at = ?1,
  due_at = NULL WHERE id = ?2`;
// A step of one that was cancelled may still be under way: its lease is waited for.
const RESUME = `UPDATE jobs SET state = CASE WHEN state IN ('failed', 'cancelled') THEN 'running' END, ended_at = NULL,
  problem = NULL, failures = 0, due_at = CASE WHEN lease IS NULL THEN ?1 ELSE ?1 + ${LIMITS.lease_ms} END WHERE id = ?2`;

/** Of a step whose worker died. */
const LEFT = JSON.stringify(problem('bug', 'a worker ended while it held this step'));
/** Letters of what was asked for that the audit log repeats: the job has it whole. */
const AUDITED_LETTERS = 2_000;

export function makeJobStore(db: Database, random: RandomBytes): JobStore {
  async function one(id: string): Promise<JobRecord | null> {
    const [row] = await db.read('SELECT * FROM jobs WHERE id = ?', [id]);
    return row ? readJob(row) : null;
  }

  /** @param from the states from which it leads on; `to`: the one in which nothing is left to do */
  async function move(
    id: string,
    from: readonly JobState[],
    to: readonly JobState[],
    change: (was: JobState) => readonly Statement[],
  ): Promise<'done' | 'as it was' | 'over' | 'gone'> {
    for (;;) {
      const it = await one(id);
      if (!it) return 'gone';
      if (to.includes(it.state)) return 'as it was';
      if (!from.includes(it.state)) return 'over';
      try {
        await db.batch(change(it.state));
        return 'done';
      } catch (error) {
        // It was in another state by then: look again. States only lead on, so this ends.
        if (!(error instanceof BatchError) || error.kind !== 'conflict') throw error;
      }
    }
  }

  return {
    add: async (it, now) => {
      const id = timeOrderedId('job', now, random(ID_BYTES));
      const record = newRecord(id, it, now);
      const asked = JSON.stringify(it.asked);
      const { kind, state, total, created_by, ended_at } = record;
      const position = it.position === undefined ? null : JSON.stringify(it.position);
      const due = state === 'queued' ? now : null;
      const after = asked.length <= AUDITED_LETTERS ? { kind, asked: it.asked } : { kind };
      const entry = { actor: it.by, action: 'job.create', subject: id, before: null, after };
      const row = [id, kind, state, asked, position, total, now, created_by, ended_at, due, it.slot ?? null];
      try {
        const parts = state === 'queued' ? (it.parts ?? []) : [];
        await batchOnce(
          db,
          [
            statement(ADD, ...row),
            ...parts.map((bytes, part) => statement(ADD_PART, id, part, bytes)),
            audited(entry, now, random),
          ],
          statement('SELECT 1 FROM jobs WHERE id = ?', id),
        );
      } catch (error) {
        if (it.slot !== undefined && error instanceof BatchError && error.kind === 'conflict') return 'taken';
        throw error;
      }
      return record;
    },

    claim: async (kinds, now, only) => {
      const able = jsonRows(kinds);
      // A look first: an idle worker takes no write lock.
      if ((await db.read(DUE, [now, able, only ?? null])).length === 0) return null;
      const lease = timeOrderedId('lease', now, random(ID_BYTES));
      const [rows] = await db.batch([
        statement(CLAIM, lease, now + LIMITS.lease_ms, now, able, LEFT, only ?? null),
      ]);
      const [row] = rows ?? [];
      return row ? readClaimed(row, lease) : null;
    },

    writeStep: async (it, stepped, now) => {
      const over = stepped.position === null;
      const counts: Record<string, number> = { ...it.counts };
      for (const [name, count] of Object.entries(stepped.counts)) counts[name] = (counts[name] ?? 0) + count;
      const found = stepped.findings.map((body, ordinal) => [ordinal, JSON.stringify(body)]);
      const rows = await db.batch([
        ...jsonChunks(found, db.limits.value_bytes).map((some) =>
          statement(FIND, it.id, it.steps, some, it.lease),
        ),
        statement(
          WRITE,
          over ? null : JSON.stringify(stepped.position),
          stepped.done,
          stepped.total ?? null,
          JSON.stringify(counts),
          over ? 'done' : 'running',
          over ? now : null,
          over ? null : now,
          it.id,
          it.lease,
        ),
        ...(over ? [statement(FORGET_PARTS, it.id)] : []),
      ]);
      return (rows.at(over ? -2 : -1) ?? []).length > 0;
    },

    writeFailure: async (it, why, due_at, now) => {
      await db.batch([statement(FAIL, JSON.stringify(why), due_at, now, it.id, it.lease)]);
    },

    renew: async (leases, now, since = now - LIMITS.lease_ms) => {
      if (leases.length === 0) return;
      await db.batch([statement(RENEW, now + LIMITS.lease_ms, since, jsonRows(leases))]);
    },

    letGo: async (leases, now) => {
      if (leases.length > 0) await db.batch([statement(LET_GO, now, jsonRows(leases))]);
    },

    setBack: async (now, by_ms) => {
      // Most houses have no job under way: no write lock for those.
      const ahead = await db.read('SELECT 1 FROM jobs WHERE due_at > ? LIMIT 1', [now + LIMITS.lease_ms]);
      if (ahead.length > 0) await db.batch([statement(SET_BACK, now, now + LIMITS.lease_ms, by_ms)]);
    },

    cancel: (id, by, now) =>
      move(id, ['queued', 'running'], ['cancelled'], (was) => [
        statement(CANCEL, now, id),
        audited(movedFrom('job.cancel', id, by, was, 'cancelled'), now, random),
      ]),

    resume: (id, by, now) =>
      move(id, ['failed', 'cancelled'], ['queued', 'running'], (was) => [
        statement(RESUME, now, id),
        audited(movedFrom('job.resume', id, by, was, 'running'), now, random),
      ]),

    job: one,

    jobs: async ({ kind, state }, slice) => {
      const terms = [
        ...when(state, (it) => term('state = ?', it)),
        // One index leads, and by the state there are fewer.
        ...when(kind, (it) => term(state === undefined ? 'kind = ?' : '+kind = ?', it)),
        ...after('id', slice),
      ];
      const where = terms.map((it) => ` AND ${it.sql}`).join('');
      const rows = await db.read(`SELECT * FROM jobs WHERE true${where} ORDER BY id DESC LIMIT ?`, [
        ...terms.flatMap(({ params }) => params),
        slice.limit + 1,
      ]);
      return sliced(rows, slice, readJob, (row) => [String(row.id)] as const);
    },

    findings: async (id, slice) => {
      const from = slice.after ?? [-1, -1];
      const rows = await db.read(
        `SELECT * FROM job_findings WHERE job_id = ? AND (step, ordinal) > (?, ?) ORDER BY step, ordinal LIMIT ?`,
        [id, ...from, slice.limit + 1],
      );
      const keyOf = (row: Row): FindingKey => [Number(row.step), Number(row.ordinal)];
      return sliced(rows, slice, (row) => parsed<Json>(row.body), keyOf);
    },

    part: async (id, place) => {
      const [row] = await db.read('SELECT bytes FROM job_parts WHERE job_id = ? AND part = ?', [id, place]);
      return row ? bytesOf(row.bytes) : null;
    },

    runs: async (schedule, limit) => {
      // What a slot begins with, and the first text that does not begin so any more.
      const bounds = [schedule, `${schedule}\uffff`];
      const select = 'SELECT slot, state, asked FROM jobs WHERE slot >= ? AND slot < ?';
      const [newest, done] = await Promise.all([
        db.read(`${select} ORDER BY slot DESC LIMIT ?`, [...bounds, limit]),
        db.read(`${select} AND state = 'done' ORDER BY slot DESC LIMIT 1`, bounds),
      ]);
      return [...newest, ...done].map(
        (row): ScheduledRun => ({
          slot: String(row.slot),
          state: stateOf(row),
          asked: parsed(row.asked),
        }),
      );
    },
  };
}

function movedFrom(action: string, subject: string, actor: string, was: JobState, now: JobState) {
  return { actor, action, subject, before: { state: was }, after: { state: now } };
}

function newRecord(id: string, it: NewJob, now: number): JobRecord {
  const over = it.total === 0;
  return {
    id,
    kind: it.kind,
    state: over ? 'done' : 'queued',
    asked: it.asked,
    done: 0,
    total: it.total ?? null,
    counts: {},
    problem: null,
    created_at: now,
    created_by: it.by,
    started_at: null,
    ended_at: over ? now : null,
  };
}

function readJob(row: Row): JobRecord {
  return {
    id: String(row.id),
    // A column that is written from this very type.
    kind: row.kind as JobRecord['kind'],
    state: stateOf(row),
    asked: parsed(row.asked),
    done: Number(row.done),
    total: integer(row.total),
    counts: parsed(row.counts),
    problem: parsed(row.problem),
    created_at: Number(row.created_at),
    created_by: String(row.created_by),
    started_at: integer(row.started_at),
    ended_at: integer(row.ended_at),
  };
}

function stateOf(row: Row): JobState {
  // A column that is written from this very type.
  return row.state as JobState;
}

function readClaimed(row: Row, lease: string): ClaimedJob {
  return {
    ...readJob(row),
    lease,
    position: parsed(row.position),
    steps: Number(row.steps),
    failures: Number(row.failures),
  };
}
