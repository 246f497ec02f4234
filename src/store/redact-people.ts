/**
 * Tombstones, and the customers that go with them. It stands beside settle, which writes nothing that lies under a
 * tombstone it has not seen. What must never happen here: a tombstone taken back, or a customer forgotten who bought
 * elsewhere, too.
 */
import { hexOf } from '../core/bytes.ts';
import type { RandomBytes } from '../core/ports.ts';
import type { PrivacyStore } from '../core/privacy-records.ts';
import { type Database, jsonChunks, jsonRows, type Statement, statement } from './database.ts';

const KEY_BYTES = 32;
const BURY = `INSERT INTO redactions (source, account, kind, name, at, cause)
  SELECT ?1, ?2, value->>'kind', value->>'name', ?3, ?4 FROM json_each(?5) WHERE true ON CONFLICT DO NOTHING`;
/** A query that has a row if one of these names (`[{kind, name}]`) is buried: source, account and names are its parameters. */
export const BURIED = `SELECT 1 FROM json_each(?) j CROSS JOIN redactions r
  ON r.source = ? AND r.account = ? AND r.kind = j.value->>'kind' AND r.name = j.value->>'name'`;
// It lies with the tombstones, where it is of use, under a kind that no name is looked for by.
const EMAIL_KEY = `SELECT cause FROM redactions WHERE source = '' AND account = '' AND kind = 'email_key' AND name = ''`;
const DRAW_KEY = `INSERT INTO redactions (source, account, kind, name, at, cause)
  VALUES ('', '', 'email_key', '', 0, ?) ON CONFLICT DO NOTHING`;

const REDACTED = (flags: string) => `EXISTS (SELECT 1 FROM json_each(${flags}) WHERE value = 'redacted')`;
/** An identity that leads to nobody: it is made of the row's own id. */
const FORGOTTEN = `identity LIKE 'redacted:%'`;
/** A new version: nobody who had read the name writes it back. */
const NAMELESS = `identity = 'redacted:' || id, email = NULL, name = NULL, company = NULL,
    phone = NULL, reference = NULL, version = version + 1`;
const FORGET = `UPDATE customers SET ${NAMELESS}
  WHERE id IN (SELECT customer_id FROM orders WHERE id IN (SELECT value FROM json_each(?1))) AND NOT ${FORGOTTEN}
    AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = customers.id AND NOT ${REDACTED('o.flags')})`;
const LEFT = `UPDATE customers SET ${NAMELESS}
  WHERE id = (SELECT customer_id FROM orders WHERE id = ?1) AND identity <> ?2
    AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = customers.id AND o.id <> ?1)`;
/** Those who never bought: no order leads to them. */
const ALONE = `UPDATE customers SET ${NAMELESS} WHERE identity IN (SELECT value FROM json_each(?1))
  AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = customers.id)`;
const CLEAR = `UPDATE customers SET name = NULL, company = NULL, phone = NULL, reference = NULL, version = version + 1
  WHERE id IN (SELECT customer_id FROM orders WHERE id IN (SELECT value FROM json_each(?1)) AND ${REDACTED('flags')})
    AND NOT ${FORGOTTEN}
  RETURNING id, (SELECT max(o.id) FROM orders o WHERE o.customer_id = customers.id
    AND NOT ${REDACTED('o.flags')}) AS kept`;
const LEAVE = `UPDATE orders SET customer_id = NULL WHERE id IN (SELECT value FROM json_each(?1))
  AND ${REDACTED('flags')} AND customer_id IN (SELECT id FROM customers WHERE id = orders.customer_id AND NOT ${FORGOTTEN})`;
/** What people wrote down with what they did: it may name who asked for it. */
const UNNOTE = `UPDATE sale_versions SET cause = json_remove(cause, '$.note')
  WHERE order_id IN (SELECT o.id FROM orders o WHERE o.id IN (SELECT value FROM json_each(?1)) AND ${REDACTED('o.flags')})
    AND cause->>'note' IS NOT NULL`;
/** Of what is licensed, the values go that may have been written for the buyer. */
const BARE = (
  column: string,
) => `CASE WHEN json_type(${column}, '$.licenses') = 'array' THEN json_set(${column}, '$.licenses',
    (SELECT json_group_array(json_remove(value, '$.fields')) FROM json_each(${column}, '$.licenses'))) ELSE ${column} END`;
/** Of who bought, only what was changed is told, not from what to what. */
const NAMES = (column: string) =>
  `(SELECT json_group_object(key, NULL) FROM json_each(${column}) HAVING ${column} IS NOT NULL)`;
const REDACTED_ORDERS = `SELECT o.id FROM orders o WHERE o.id IN (SELECT value FROM json_each(?1)) AND ${REDACTED('o.flags')}`;
const UNAUDIT_ORDERS = `UPDATE audit SET note = NULL, before = ${BARE('before')}, after = ${BARE('after')}
  WHERE subject IN (${REDACTED_ORDERS}
    UNION ALL SELECT id FROM licenses WHERE order_id IN (${REDACTED_ORDERS})
    UNION ALL SELECT id FROM events WHERE order_id IN (${REDACTED_ORDERS}))`;
const unaudit = (
  customers: string,
) => `UPDATE audit SET note = NULL, before = ${NAMES('before')}, after = ${NAMES('after')}
  WHERE subject IN (${customers})`;
const UNAUDIT_CUSTOMERS = unaudit(`SELECT o.customer_id FROM orders o
  WHERE o.id IN (SELECT value FROM json_each(?1)) AND ${REDACTED('o.flags')} AND o.customer_id IS NOT NULL`);
const UNAUDIT_LEFT = unaudit(`SELECT c.id FROM orders o JOIN customers c ON c.id = o.customer_id
  WHERE o.id = ?1 AND c.identity = 'redacted:' || c.id`);
/** Last of all that leads from a person to these orders: till then whoever takes it up again finds them by it. */
const UNNAME = `DELETE FROM order_buyers
  WHERE order_id IN (SELECT o.id FROM orders o WHERE o.id IN (SELECT value FROM json_each(?1)) AND ${REDACTED('o.flags')})`;
const FILL = `UPDATE customers SET name = coalesce(name, ?2), company = coalesce(company, ?3),
    phone = coalesce(phone, ?4), reference = coalesce(reference, ?5) WHERE id = ?1 AND NOT ${FORGOTTEN}`;

/**
 * Of orders that are redacted: a customer whose orders all are is forgotten, and stays theirs without a name. One who
 * has others keeps these alone, and what their shops say of them. The story of these orders is told without notes, and
 * they are found by nobody's name.
 */
export function forgetCustomers(orderIds: readonly string[]): Statement[] {
  const ids = jsonRows(orderIds);
  return [FORGET, CLEAR, UNAUDIT_CUSTOMERS, LEAVE, UNNOTE, UNAUDIT_ORDERS, UNNAME].map((sql) =>
    statement(sql, ids),
  );
}

/**
 * Before an order goes to the customer of this identity: whom it was of till then is forgotten with their last order,
 * since nobody would find them again who asks to be.
 */
export function leaveCustomer(orderId: string, identity: string): Statement[] {
  return [statement(LEFT, orderId, identity), statement(UNAUDIT_LEFT, orderId)];
}

type People = Pick<
  PrivacyStore,
  'bury' | 'isBuried' | 'emailKey' | 'forgetCustomers' | 'forgetAlone' | 'fillCustomer'
>;

export function makeRedactPeople(db: Database, random: RandomBytes): People {
  async function emailKey(): Promise<string | null> {
    const [row] = await db.read(EMAIL_KEY);
    return row ? String(row.cause) : null;
  }

  return {
    bury: async (source, account, names, cause, now) => {
      const rows = jsonChunks(names, db.limits.value_bytes);
      await db.batch(rows.map((json) => statement(BURY, source, account, now, cause, json)));
    },

    isBuried: async (source, account, names) => {
      const rows = await db.read(`${BURIED} LIMIT 1`, [jsonRows(names), source, account]);
      return rows.length > 0;
    },

    emailKey: async () => {
      const known = await emailKey();
      if (known !== null) return known;
      const drawn = hexOf(random(KEY_BYTES));
      await db.batch([statement(DRAW_KEY, drawn)]);
      // Another process may have been first.
      const key = await emailKey();
      if (key === null) throw new Error('the key of addresses was written and is not there');
      return key;
    },

    forgetCustomers: async (orderIds) => {
      const [, cleared = []] = await db.batch(forgetCustomers(orderIds));
      return cleared.flatMap(({ id, kept }) =>
        kept === null ? [] : [{ customer_id: String(id), order_id: String(kept) }],
      );
    },

    forgetAlone: async (identities) => {
      await db.batch([statement(ALONE, jsonRows(identities))]);
    },

    fillCustomer: async (id, { name, company, phone, reference }) => {
      await db.batch([statement(FILL, id, name, company, phone, reference)]);
    },
  };
}
