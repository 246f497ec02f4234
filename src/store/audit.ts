/** The audit log's row, to be written in the very batch that changes something. */
import type { AuditEntry } from '../core/audit.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import type { RandomBytes } from '../core/ports.ts';
import { type Statement, statement } from './database.ts';

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
