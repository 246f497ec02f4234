/**
 * The rival: what people write today, small and whole. Express takes the raw body, the shop's SDK verifies it, and the
 * handler writes everything in one transaction: the event with its body, the order, its items and their license keys.
 * As durable as Keyferry (WAL, synchronous=FULL, answered after the commit), and as many rows for what was bought.
 */
import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import express from 'express';
import Stripe from 'stripe';
import { SECRET } from '../secret.ts';
import { beTarget } from '../targets/target.ts';

const db = new Database(process.env.BENCH_DATABASE);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.pragma('foreign_keys = ON');
db.exec(`
  CREATE TABLE IF NOT EXISTS webhook_events (id TEXT PRIMARY KEY, type TEXT NOT NULL, body BLOB NOT NULL,
    received_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, session_id TEXT NOT NULL UNIQUE, email TEXT, name TEXT,
    currency TEXT, total INTEGER, status TEXT NOT NULL, created_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS order_items (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
    sku TEXT NOT NULL, quantity INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS order_items_order ON order_items (order_id);
  CREATE TABLE IF NOT EXISTS licenses (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
    item_id INTEGER NOT NULL REFERENCES order_items (id), key TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
    created_at INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS licenses_order ON licenses (order_id);
`);
const addEvent = db.prepare('INSERT INTO webhook_events (id, type, body, received_at) VALUES (?, ?, ?, ?)');
const addOrder = db.prepare(`INSERT INTO orders (session_id, email, name, currency, total, status, created_at)
  VALUES (?, ?, ?, ?, ?, 'paid', ?)`);
const addItem = db.prepare('INSERT INTO order_items (order_id, sku, quantity) VALUES (?, ?, ?)');
const addLicense = db.prepare(`INSERT INTO licenses (order_id, item_id, key, status, created_at)
  VALUES (?, ?, ?, 'active', ?)`);

/** `ACME-PRO-1:2,ACME-SUITE-1:1`, as the checkout was made with. */
function itemsOf(session: Stripe.Checkout.Session): (readonly [sku: string, quantity: number])[] {
  return (session.metadata?.items ?? '').split(',').map((item) => {
    const [sku = '', quantity] = item.split(':');
    return [sku, Number(quantity)];
  });
}

function newKey(): string {
  return randomBytes(12).toString('hex').toUpperCase().match(/.{4}/g)?.join('-') ?? '';
}

const fulfill = db.transaction((event: Stripe.Event, session: Stripe.Checkout.Session, body: Buffer) => {
  const now = Date.now();
  addEvent.run(event.id, event.type, body, now);
  const { customer_details: buyer, currency, amount_total } = session;
  const order = addOrder.run(session.id, buyer?.email, buyer?.name, currency, amount_total, now);
  for (const [sku, quantity] of itemsOf(session)) {
    const item = addItem.run(order.lastInsertRowid, sku, quantity);
    for (let unit = 0; unit < quantity; unit++)
      addLicense.run(order.lastInsertRowid, item.lastInsertRowid, newKey(), now);
  }
});

const stripe = new Stripe('sk_test_bench');
const app = express();
app.post('/webhooks/stripe', express.raw({ type: 'application/json' }), (request, response) => {
  let event: Stripe.Event;
  try {
    event = stripe.webhooks.constructEvent(request.body, request.get('stripe-signature') ?? '', SECRET);
  } catch {
    response.status(400).json({ error: 'the signature is wrong' });
    return;
  }
  try {
    if (event.type === 'checkout.session.completed') fulfill(event, event.data.object, request.body);
    response.json({ received: true });
  } catch (error) {
    const known = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT');
    response.status(known ? 200 : 500).json({ received: known });
  }
});

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  beTarget(address.port, { end: async () => void db.close() });
});
