/**
 * Makes some rows of a large database rare: values that few orders, events and licenses have, the oldest of all. What must
 * never happen here: a rare value among the newest rows, where any walk would find it.
 */
import Libsql from 'libsql';

const RARE = 20;

/** @param path of a closed database */
export function rarify(path: string): void {
  const db = new Libsql(path);
  db.pragma('foreign_keys = OFF');
  const oldest = (table: string) => `SELECT id FROM ${table} ORDER BY id LIMIT ${RARE}`;
  const half = (table: string) => `SELECT id FROM ${table} ORDER BY id LIMIT ${RARE / 2}`;
  for (const sql of [
    `INSERT INTO customers (id, identity, email, created_at) VALUES ('cus_busy', 'email:busy@example.com', 'busy@example.com', 0)`,
    // A tenth of all orders is of one customer.
    `UPDATE orders SET customer_id = 'cus_busy' WHERE rowid % 10 = 0`,
    `UPDATE orders SET source = 'rare' WHERE id IN (${oldest('orders')})`,
    `UPDATE orders SET state = 'cancelled', test = 0, customer_id = 'cus_busy' WHERE id IN (${half('orders')})`,
    `UPDATE order_items SET state = 'parked' WHERE order_id IN (${oldest('orders')})`,
    `UPDATE order_items SET source = 'rare' WHERE order_id IN (${half('orders')})`,
    `UPDATE events SET source = 'rare', type = 'rare' WHERE id IN (${oldest('events')})`,
    `UPDATE events SET state = 'ignored' WHERE id IN (${oldest('events')})`,
    `UPDATE events SET state = 'parked' WHERE id IN (${half('events')})`,
    `UPDATE licenses SET product = 'rare' WHERE id IN (${oldest('licenses')})`,
    `UPDATE licenses SET state = 'revoked' WHERE id IN (${half('licenses')})`,
    `UPDATE licenses SET state = 'suspended' WHERE id IN (SELECT id FROM licenses ORDER BY id LIMIT 4)`,
    `UPDATE licenses SET valid_until = 1 + rowid WHERE rowid % 5 = 0`,
  ])
    db.exec(sql);
  db.close();
}
