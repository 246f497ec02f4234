/**
 * The audit log: its rows, each written in the very batch that changes something, its pages, and what such a batch may
 * hang on. What must never happen
 * here: a row that is changed or taken away; only a redaction rewrites what names a person (redact-people.ts).
 */
import type { AuditEntry, AuditFilter, AuditRecord } from '../core/audit.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import type { RandomBytes } from '../core/ports.ts';
import type { IdKey, Slice } from '../core/records.ts';
import { type Row, type SqlValue, type Statement, statement } from './database.ts';
import { idKey } from './list-pages.ts';
import { type Page, type Term, term, when } from './lists.ts';
import { after, firstIdAt } from './record-queries.ts';
import { parsed, text } from './rows.ts';

export interface Auditing {
  /** The row is written only where this holds, as the batch has made it so far. */
  readonly where?: Term;
  /** What stands there now, as the database tells it: a query for one JSON text. */
  readonly after?: Term;
}

/** @param now epoch ms */
export function audited(
  it: AuditEntry,
  now: number,
  random: RandomBytes,
  { where = term('true'), after: told }: Auditing = {},
): Statement {
  return statement(
    `INSERT INTO audit (id, at, actor, action, subject, before, note, after)
     SELECT ?, ?, ?, ?, ?, ?, ?, ${told ? `(${told.sql})` : '?'} WHERE ${where.sql}`,
    timeOrderedId('aud', now, random(ID_BYTES)),
    now,
    it.actor,
    it.action,
    it.subject,
    it.before === null ? null : JSON.stringify(it.before),
    it.note ?? null,
    ...(told ? told.params : [it.after === null ? null : JSON.stringify(it.after)]),
    ...where.params,
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

const SELECT = 'SELECT u.*, k.name AS actor_name FROM audit u LEFT JOIN api_keys k ON k.id = u.actor';

/** A subject has few rows, one actor many of one action: what an index leads by is the narrowest. */
export function auditPage(
  { actor, subject, action, from, to }: AuditFilter,
  slice: Slice<IdKey>,
): Page<AuditRecord, IdKey> {
  const by = { subject, actor, action };
  const led: readonly (keyof typeof by)[] =
    subject !== undefined ? ['subject'] : actor !== undefined ? ['actor', 'action'] : ['action'];
  const of = (names: readonly (keyof typeof by)[], alias: string) =>
    names.flatMap((name) => when(by[name], (it) => term(`${alias}${name} = ?`, it)));
  const others = (['actor', 'action'] as const).filter((name) => !led.includes(name));
  return {
    select: SELECT,
    terms: [
      ...of(led, 'u.'),
      ...when(from, (it) => term('u.id >= ?', firstIdAt(it, 'aud'))),
      ...when(to, (it) => term('u.id < ?', firstIdAt(it, 'aud'))),
      ...after('u.id', slice),
    ],
    rest: of(others, ''),
    by: 'u.id DESC',
    read: readAudit,
    key: idKey,
  };
}

function readAudit(row: Row): AuditRecord {
  return {
    id: String(row.id),
    at: Number(row.at),
    actor: String(row.actor),
    actor_name: text(row.actor_name),
    action: String(row.action),
    subject: String(row.subject),
    before: row.before === null ? null : parsed(row.before),
    after: row.after === null ? null : parsed(row.after),
    note: text(row.note) ?? undefined,
  };
}
