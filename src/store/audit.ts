/** The audit log's row, to be written in the very batch that changes something, and what such a batch may hang on. */
import type { AuditEntry } from '../core/audit.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import type { RandomBytes } from '../core/ports.ts';
import { type SqlValue, type Statement, statement } from './database.ts';

/** @param now epoch ms */
export function audited(it: AuditEntry, now: number, random: RandomBytes): Statement {
  return statement(
    `INSERT INTO audit (id, at, actor, action, subject, before, after, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    timeOrderedId('aud', now, random(ID_BYTES)),
    now,
    it.actor,
    it.action,
    it.subject,
    it.before === null ? null : JSON.stringify(it.before),
    it.after === null ? null : JSON.stringify(it.after),
    it.note ?? null,
  );
}

/** A query that has a row once this row of `audited` is there: its batch was written. */
export function auditedAlready({ params: [id = null] }: Statement): Statement {
  return statement('SELECT 1 FROM audit WHERE id = ?', id);
}

/**
 * Fails its batch with a conflict unless the condition holds; a statement that finds nothing to change would fail none.
 * @param condition `EXISTS (SELECT …)`
 */
export function mustHold(condition: string, ...params: SqlValue[]): Statement {
  // NOT NULL says no.
  const nobody = `INSERT INTO audit (id, at, actor, action, subject) SELECT NULL, 0, '', '', ''`;
  return statement(`${nobody} WHERE NOT (${condition})`, ...params);
}
