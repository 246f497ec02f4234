/**
 * The tables of long work and of what people did. A part of schema.ts. What must never happen here: a finding that
 * stands twice because a step was done again.
 */
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Work that takes many steps. A step's effects may come twice; where the job stands moves once. */
export const jobs = sqliteTable(
  'jobs',
  {
    id: text().primaryKey(),
    /** replay, reconcile, import. */
    kind: text().notNull(),
    /** queued, running, done, failed, cancelled. */
    state: text().notNull(),
    /** What was asked for, as JSON. */
    asked: text().notNull(),
    /** Where the next step begins, as JSON; null at first. */
    position: text(),
    /** Steps that were written down. */
    steps: integer().notNull(),
    done: integer().notNull(),
    /** Of how many; null where that is not known. */
    total: integer(),
    /** By name, as JSON. */
    counts: text().notNull(),
    problem: text(),
    /** Tries of its next step that failed in a row, those of workers that died included. */
    failures: integer().notNull(),
    created_at: integer().notNull(),
    created_by: text().notNull(),
    started_at: integer(),
    ended_at: integer(),
    /** When its next step may be taken; a step under way moves it to the end of its lease. */
    due_at: integer(),
    lease: text(),
    /** Of a scheduled one: which schedule, and which of its times. */
    slot: text(),
  },
  (t) => [
    index('jobs_due').on(t.due_at),
    index('jobs_state').on(t.state, t.id),
    index('jobs_kind').on(t.kind, t.id),
    uniqueIndex('jobs_slot').on(t.slot),
  ],
);

/** What a job found, in its order. */
export const job_findings = sqliteTable(
  'job_findings',
  {
    job_id: text().notNull(),
    step: integer().notNull(),
    ordinal: integer().notNull(),
    body: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.job_id, t.step, t.ordinal] })],
);

/** What a job was given to work on: the file of an import, in parts. */
export const job_parts = sqliteTable(
  'job_parts',
  { job_id: text().notNull(), part: integer().notNull(), bytes: blob({ mode: 'buffer' }).notNull() },
  (t) => [primaryKey({ columns: [t.job_id, t.part] })],
);

/** Who changed what, and what stood there before. Written in the batch that changes it. */
export const audit = sqliteTable(
  'audit',
  {
    id: text().primaryKey(),
    at: integer().notNull(),
    /** The id of an API key, `environment`, `command`, a file or a schedule. */
    actor: text().notNull(),
    /** `account.create`, `license.suspend`, `mapping.put`. */
    action: text().notNull(),
    /** The id of what was changed. */
    subject: text().notNull(),
    before: text(),
    after: text(),
    note: text(),
  },
  (t) => [index('audit_subject').on(t.subject, t.id), index('audit_actor').on(t.actor, t.id)],
);
