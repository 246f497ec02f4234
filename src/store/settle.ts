/**
 * The one atomic batch of a settle, statement by statement: version, customer, order, names, lines, licenses,
 * reviews and the ends of its events. What must never happen here: a row that is written apart from the version
 * row, which is what keeps two settles from interleaving.
 */
import { givenAt } from '../core/applied.ts';
import { customerIdentity } from '../core/customer.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import { LIMITS } from '../core/limits.ts';
import { stateOf } from '../core/plan.ts';
import type { RandomBytes } from '../core/ports.ts';
import type { AppliedChange, Proposal, Settlement } from '../core/store.ts';
import type { Buyer } from '../core/things.ts';
import { audited } from './audit.ts';
import {
  type DatabaseLimits,
  insertRows,
  jsonChunks,
  jsonRows,
  type SqlValue,
  type Statement,
  statement,
  textParts,
} from './database.ts';
import { givenStatements, seenParams, UNSEEN } from './given-settle.ts';
import { endEvent, forgetAwaits } from './inbox.ts';
import { BURIED, forgetCustomers, leaveCustomer } from './redact-people.ts';

/** The changes as the timeline keeps them. */
export function changesText({ changes }: Settlement): string {
  return JSON.stringify(changes.map(withoutKey));
}

/**
 * @param told its changes as text
 * @param limits of the database; what goes in as JSON is cut to them
 */
export function settleStatements(
  it: Settlement,
  told: string,
  random: RandomBytes,
  limits: DatabaseLimits,
): Statement[] {
  const valueBytes = limits.value_bytes;
  const identity = customerIdentity(it.buyer, it.source, it.account);
  const first = it.version === 1;
  return [
    statement(
      it.keys_seen ? INSERT_VERSION_SEEN : INSERT_VERSION,
      it.order_id,
      it.version,
      ...seenParams(it),
      it.at,
      jsonRows(it.unburied ?? []),
      it.source,
      it.account,
      JSON.stringify(it.cause),
      it.revision_id,
      told,
    ),
    ...givenStatements(it, valueBytes),
    ...(identity && it.buyer ? [customer(identity, it.buyer, it.at, random)] : []),
    ...(identity && first && it.buyer?.member_of
      ? [statement(JOIN_ACCOUNT, it.buyer.member_of, identity)]
      : []),
    ...(identity && !first ? leaveCustomer(it.order_id, identity) : []),
    // Before the order, which takes its name from them.
    ...refStatements(it, limits),
    first ? insertOrder(it, identity) : updateOrder(it, identity),
    ...docStatements(it, first, valueBytes),
    ...buyerStatements(it, limits),
    ...itemStatements(it, first, limits),
    ...licenseStatements(it, limits),
    ...reviewStatements(it, first, valueBytes),
    ...(it.forgets ? forgetCustomers([it.order_id]) : []),
    ...(it.audits ?? []).map((entry) => audited(entry, it.at, random)),
    ...it.ends.flatMap((end) => [endEvent(end, 'or fail'), forgetAwaits(end)]),
  ];
}

/** A tombstone makes the whole batch fail: it writes NULL into a column that forbids it. */
const insertVersion = (
  at: string,
) => `INSERT INTO sale_versions (order_id, version, at, cause, revision_id, changes)
  VALUES (?, ?, ${at}, CASE WHEN NOT EXISTS (${BURIED}) THEN ? END, ?, ?)`;
const INSERT_VERSION = insertVersion('?');
/** So does a key that it did not see. */
const INSERT_VERSION_SEEN = insertVersion(`CASE WHEN NOT ${UNSEEN} THEN ? END`);

function docStatements(it: Settlement, first: boolean, valueBytes: number): Statement[] {
  const parts = textParts(JSON.stringify(it.doc), valueBytes);
  return [
    ...parts.map((text, part) => statement(WRITE_DOC, it.order_id, part, text)),
    ...(first
      ? []
      : [statement('DELETE FROM sales WHERE order_id = ? AND part >= ?', it.order_id, parts.length)]),
  ];
}

const WRITE_DOC = `INSERT INTO sales (order_id, part, doc) VALUES (?, ?, ?)
  ON CONFLICT (order_id, part) DO UPDATE SET doc = excluded.doc`;

function customer(identity: string, buyer: Buyer, at: number, random: RandomBytes): Statement {
  return statement(
    `INSERT INTO customers (id, identity, email, name, company, phone, reference, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (identity) DO UPDATE SET name = coalesce(name, excluded.name),
       company = coalesce(company, excluded.company), phone = coalesce(phone, excluded.phone),
       reference = coalesce(reference, excluded.reference)`,
    timeOrderedId('cus', at, random(ID_BYTES)),
    identity,
    buyer.email,
    buyer.name,
    buyer.company,
    buyer.phone,
    buyer.reference,
    at,
  );
}

/** Only as the order comes into being: whoever takes the customer out later is not contradicted. */
const JOIN_ACCOUNT = `UPDATE customers SET account_id = (SELECT id FROM accounts WHERE id = ?)
  WHERE identity = ? AND account_id IS NULL`;

/** A settle that used an older revision than there is by now must not put a parked line back to sleep. */
export const NEXT_AT = `CASE WHEN ? AND EXISTS (SELECT 1 FROM mapping_revisions WHERE source = ? AND number > ?)
  THEN ? ELSE ? END`;

export function nextAt(
  it: Pick<Settlement, 'source' | 'revision_number' | 'next_at' | 'at'>,
  parked: boolean,
): SqlValue[] {
  return [parked ? 1 : 0, it.source, it.revision_number, it.at, it.next_at];
}

function hasParked(it: Settlement): boolean {
  return it.items.some((item) => item.state === 'parked');
}

/** An order whose name is not its own, or nobody's, makes the whole batch fail: it writes NULL into a column that forbids it. */
const INSERT_ORDER = `INSERT INTO orders (id, source, account, external_id, created_at, label, version, state, test,
    flags, refs, customer_id, currency, total, bought_at, revision_id, next_at, updated_at)
  VALUES (?1, ?2, ?3, (SELECT ref FROM sale_refs WHERE source = ?2 AND account = ?3 AND ref = ?4 AND order_id = ?1), ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM customers WHERE identity = ?), ?, ?, ?, ?, ${NEXT_AT}, ?)`;
const UPDATE_ORDER = `UPDATE orders SET label = ?, version = ?, state = ?, test = ?, flags = ?, refs = ?,
    customer_id = coalesce((SELECT id FROM customers WHERE identity = ?), customer_id),
    currency = ?, total = ?, bought_at = ?, revision_id = ?, next_at = ${NEXT_AT}, updated_at = ?
  WHERE id = ?`;

function insertOrder(it: Settlement, identity: string | null): Statement {
  return statement(
    INSERT_ORDER,
    it.order_id,
    it.source,
    it.account,
    it.external_id,
    it.at,
    ...orderValues(it, identity),
  );
}

function updateOrder(it: Settlement, identity: string | null): Statement {
  return statement(UPDATE_ORDER, ...orderValues(it, identity), it.order_id);
}

/** What each settle says of its order anew, in the order of both statements above. */
function orderValues(it: Settlement, identity: string | null): SqlValue[] {
  return [
    it.label,
    it.version,
    it.state,
    it.test ? 1 : 0,
    JSON.stringify(it.flags),
    JSON.stringify(it.doc.refs),
    identity,
    it.currency,
    it.total,
    it.bought_at,
    it.revision_id,
    ...nextAt(it, hasParked(it)),
    it.at,
  ];
}

/** New names, and the wake-up of events that wait for one of them: in the same batch, so none is missed. */
function refStatements(it: Settlement, limits: DatabaseLimits): Statement[] {
  const refs = [...new Set(it.new_refs)];
  if (refs.length === 0) return [];
  const rows = refs.map((ref) => [it.source, it.account, ref, it.order_id]);
  return [
    ...insertRows('INSERT INTO sale_refs (source, account, ref, order_id) ROWS', rows, limits),
    statement(WAKE, it.at, it.source, it.account, jsonRows(refs)),
  ];
}

const WAKE = `UPDATE events SET due_at = ?1 WHERE state = 'waiting' AND lease IS NULL
  AND id IN (SELECT event_id FROM event_awaits
    WHERE source = ?2 AND account = ?3 AND ref IN (SELECT value FROM json_each(?4)))`;

/** None is taken back before the order is redacted: an address that was replaced is still in what is stored. */
function buyerStatements(it: Settlement, limits: DatabaseLimits): Statement[] {
  const rows = it.new_buyers.map(({ kind, name }) => [it.source, it.account, kind, name, it.order_id]);
  return insertRows(ADD_BUYERS, rows, limits);
}

const ADD_BUYERS =
  'INSERT INTO order_buyers (source, account, kind, name, order_id) ROWS ON CONFLICT DO NOTHING';

function itemStatements(it: Settlement, first: boolean, limits: DatabaseLimits): Statement[] {
  const rows = it.items.map((item, ordinal) => [
    it.order_id, ordinal, item.line_id, item.title, item.quantity, item.state, item.rule, item.product, item.policy,
    item.part, JSON.stringify(item.refs), item.problem ? JSON.stringify(item.problem) : null, item.reason, it.source,
  ]); // biome-ignore format: in the order of the columns
  const clear = first ? [] : [statement('DELETE FROM order_items WHERE order_id = ?', it.order_id)];
  return [...clear, ...insertRows(INSERT_ITEMS, rows, limits)];
}

const INSERT_ITEMS = `INSERT INTO order_items (order_id, ordinal, line_id, title, quantity, state, rule, product,
  policy, part, refs, problem, reason, source) ROWS`;

function licenseStatements(it: Settlement, limits: DatabaseLimits): Statement[] {
  const issued = it.changes.filter((change) => change.change === 'issue');
  const changed = it.changes.filter((change) => change.change !== 'issue').map(changedRow);
  const update = (rows: readonly (typeof changed)[number][], sql: string) =>
    jsonChunks(rows, limits.value_bytes).map((json) => statement(sql, json, it.at));
  return [
    // Before the inserts: a replaced license must leave its slot first.
    ...update(
      changed.filter((row) => 'reasons' in row),
      STATE_OF_LICENSES,
    ),
    ...update(
      changed.filter((row) => 'fields' in row),
      FIELDS_OF_LICENSES,
    ),
    ...insertRows(
      ISSUE_LICENSES,
      issued.map((change) => issuedRow(it, change)),
      limits,
    ),
  ];
}

const STATE_OF_LICENSES = `UPDATE licenses SET reasons = value->>'reasons', state = value->>'state',
    replaced = value->>'replaced', updated_at = ?2
  FROM json_each(?1) WHERE licenses.id = value->>'license_id'`;
const FIELDS_OF_LICENSES = `UPDATE licenses SET fields = value->>'fields', valid_until = value->>'valid_until',
    starts_at = coalesce(value->>'starts_at', starts_at), policy = coalesce(value->>'policy', policy),
    updated_at = ?2
  FROM json_each(?1) WHERE licenses.id = value->>'license_id'`;
const ISSUE_LICENSES = `INSERT INTO licenses (id, order_id, line_id, unit, part, generation, replaced, key, product,
  policy, license_type, state, reasons, fields, starts_at, valid_until, issuer, created_at, updated_at) ROWS`;

function issuedRow(it: Settlement, change: Extract<AppliedChange, { readonly change: 'issue' }>) {
  const { fields, reasons } = change;
  const since = change.given ? givenAt(it) : it.at;
  return [
    change.license_id, it.order_id, change.line_id, change.unit, change.part, change.generation, 0,
    // A license without a key is a bug, and the column says so.
    change.key ?? null, change.product, change.policy, fields.license_type ?? 'perpetual', stateOf(reasons),
    JSON.stringify(reasons), JSON.stringify(fields), change.starts_at, change.valid_until, it.issuer, since, it.at,
  ]; // biome-ignore format: in the order of the columns
}

function changedRow({ from: _before, ...change }: AppliedChange) {
  return {
    ...change,
    ...('reasons' in change
      ? { state: stateOf(change.reasons), reasons: JSON.stringify(change.reasons) }
      : {}),
    ...('fields' in change ? { fields: JSON.stringify(change.fields) } : {}),
    replaced: 'replaced' in change && change.replaced ? 1 : 0,
  };
}

/** Open reviews are those of this settle; one that is no longer proposed goes, a decided one stays. */
function reviewStatements(it: Settlement, first: boolean, valueBytes: number): Statement[] {
  const rows = it.reviews.map((review) => ({ ...review, changes: toldOf(review.changes) }));
  const names = jsonRows(it.reviews.map(({ name }) => name));
  const clear = statement(
    `DELETE FROM reviews WHERE order_id = ? AND state = 'open'
       AND name NOT IN (SELECT value FROM json_each(?))`,
    it.order_id,
    names,
  );
  const add = jsonChunks(rows, valueBytes).map((json) => statement(WRITE_REVIEWS, it.order_id, it.at, json));
  // Decided before it is cleared: it is proposed no more.
  return [...decisionStatements(it), ...(first ? [] : [clear]), ...add];
}

const WRITE_REVIEWS = `INSERT INTO reviews (order_id, name, state, line_id, act, title, changes, created_at)
  SELECT ?1, value->>'name', 'open', value->>'line_id', value->>'act', value->>'title', value->>'changes', ?2
  FROM json_each(?3) WHERE true
  ON CONFLICT (order_id, name) DO UPDATE SET title = excluded.title, changes = excluded.changes
  WHERE state = 'open'`;

function decisionStatements({ order_id, at, cause, decided }: Settlement): Statement[] {
  if (!decided) return [];
  return [
    statement(
      `UPDATE reviews SET state = ?, decided_at = ?, decided_by = ?, changes = coalesce(?, changes)
       WHERE order_id = ? AND name = ? AND state = 'open'`,
      decided.decision,
      at,
      'actor' in cause ? cause.actor : null,
      decided.changes && toldOf(decided.changes),
      order_id,
      decided.review,
    ),
  ];
}

/** What is shown of a review: how many changes there are, and of very many the first. */
function toldOf(changes: readonly Proposal['changes'][number][]): string {
  const first: unknown[] = [];
  let letters = 0;
  for (const change of changes.slice(0, LIMITS.told_changes)) {
    const told = withoutKey(change);
    letters += JSON.stringify(told).length;
    if (letters > LIMITS.told_letters) break;
    first.push(told);
  }
  return JSON.stringify({ count: changes.length, first });
}

function withoutKey(change: Proposal['changes'][number] & { readonly key?: string }): unknown {
  const { key: _secret, ...told } = change;
  return told;
}
