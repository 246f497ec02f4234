/**
 * What the bench says must be true whatever the machine: its deliveries are right, its numbers are those that it
 * measured, and the databases it makes are such as Keyferry makes. How fast anything is, no test asks.
 */
import Libsql from 'libsql';
import Stripe from 'stripe';
import { afterEach, describe, expect, test } from 'vitest';
import { putInOneFile } from '../bench/databases.ts';
import { makeDigits, makeTemplate, orderIdOf, type Scheme, writeDelivery } from '../bench/deliveries.ts';
import { multiply } from '../bench/multiply.ts';
import { median, quantile } from '../bench/numbers.ts';
import { makePlace, type Place } from '../bench/place.ts';
import { insertSameRows } from '../bench/rivals/bulk.ts';
import type { Row } from '../bench/rows.ts';
import { SECRET } from '../bench/secret.ts';
import { doneAt } from '../bench/stand.ts';
import { summary, terminalText } from '../bench/tables.ts';
import { type NodeHouse, openHouse } from '../src/node.ts';
import { freshFolder } from './store/on-file.ts';

const SIZES = [2048, 6144];
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function freshPlace(): Place {
  const { folder, remove } = freshFolder();
  ends.push(remove);
  return makePlace(folder);
}

async function openOn(place: Place, database: string): Promise<NodeHouse> {
  const opened = await openHouse({ env: place.env(database), log: () => {} });
  if (!opened.ok) throw new Error(opened.problem.detail);
  expect(opened.value.taken.errors).toEqual([]);
  return opened.value;
}

/** One delivery as the sender writes it, read as a server would. */
function delivery(scheme: Scheme, bytes: number, digits: string) {
  const template = makeTemplate(scheme, `/webhooks/${scheme}`, bytes);
  const request = Buffer.from(template.bytes);
  writeDelivery(template, request, digits, Date.now());
  const [head = '', body = ''] = request.toString('latin1').split('\r\n\r\n');
  const [line, ...fields] = head.split('\r\n');
  const headers = new Headers(
    fields.map((field): [string, string] => {
      const colon = field.indexOf(': ');
      return [field.slice(0, colon), field.slice(colon + 2)];
    }),
  );
  return { line, headers, body };
}

async function send(house: NodeHouse, bytes: number, digits: string): Promise<number> {
  const { headers, body } = delivery('shopify', bytes, digits);
  const answer = await house.app.request('/webhooks/shopify', { method: 'POST', headers, body });
  return answer.status;
}

/** @returns a closed database with some orders, before and after they were issued */
async function drained(place: Place, count: number): Promise<{ stored: string; done: string }> {
  const stored = place.database();
  const house = await openOn(place, stored);
  const nextDigits = makeDigits();
  for (let i = 0; i < count; i++) expect(await send(house, 2048, nextDigits())).toBe(200);
  await house.close();
  putInOneFile(stored);
  const done = place.database(stored);
  const again = await openOn(place, done);
  await again.drain();
  await again.close();
  putInOneFile(done);
  return { stored, done };
}

function rows(database: string, sql: string): unknown[] {
  const db = new Libsql(database);
  try {
    return db.prepare(sql).raw().all([]);
  } finally {
    db.close();
  }
}

describe('the deliveries', () => {
  test.each(SIZES)(
    'of %i bytes are accepted, and each is an order of two lines and three licenses',
    async (bytes) => {
      const place = freshPlace();
      const house = await openOn(place, place.database());
      ends.push(house.close);
      for (const digits of ['000000000001', '987654321098']) {
        expect(await send(house, bytes, digits)).toBe(200);
        await house.drain();
        const { items } = await house.records.orders(
          { external_id: orderIdOf(digits) },
          { limit: 2, after: null },
        );
        expect(items.map((order) => [order.state, order.items.map((it) => it.licenses.length)])).toEqual([
          ['issued', [2, 1]],
        ]);
      }
    },
  );

  test.each(SIZES)('of %i bytes have exactly these', (bytes) => {
    for (const scheme of ['shopify', 'stripe'] as const) {
      const { headers, body } = delivery(scheme, bytes, '000000000001');
      expect([body.length, headers.get('content-length')]).toEqual([bytes, String(bytes)]);
    }
  });

  test("of the rival's shop pass its SDK, and name their own checkout", () => {
    const { headers, body } = delivery('stripe', 6144, '123456789012');
    const event = new Stripe('sk_test_bench').webhooks.constructEvent(
      body,
      headers.get('stripe-signature') ?? '',
      SECRET,
    );
    expect([event.id, event.type]).toEqual([
      'evt_1Keyferryonetimebuyer123456789012',
      'checkout.session.completed',
    ]);
  });

  test('never bear the same digits twice', () => {
    const nextDigits = makeDigits();
    const all = new Set(Array.from({ length: 100_000 }, nextDigits));
    expect(all.size).toBe(100_000);
    expect([...all].every((digits) => /^\d{12}$/.test(digits))).toBe(true);
  });
});

describe('the numbers', () => {
  test('a median lies in the middle, of an even count between two', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN]);
  });

  test('a quantile is one of the numbers', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect([0, 0.5, 0.99, 1].map((share) => quantile(hundred, share))).toEqual([1, 50, 99, 100]);
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });

  test('what was done between two marks is shared out', () => {
    const marks = [
      { done: 10, at: 1_000 },
      { done: 30, at: 2_000 },
    ];
    expect([500, 1_000, 1_500, 3_000].map((at) => doneAt(marks, at))).toEqual([0, 10, 20, 30]);
  });
});

describe('the table', () => {
  const row: Row = {
    what: 'acknowledge',
    unit: '/s',
    ours: { name: 'Keyferry', values: [6_000, 9_000, 8_000], p50: [5, 7, 6], p99: [20, 30, 25] },
    beside: { name: 'bare server', values: [10_000, 12_000, 10_000] },
    must: { atLeast: 0.65 },
    aim: { atLeast: 0.85 },
  };

  test('holds each round against its own neighbor', () => {
    expect(terminalText(row)).toBe(
      [
        'acknowledge',
        '  Keyferry     8,000/s (6,000–9,000); p50 6.00 ms, p99 25.0 ms',
        '  bare server  10,000/s (10,000–12,000)',
        '  0.75 × (0.60–0.80)   must ≥ 0.65 × ✓   aim ≥ 0.85 × ✗',
      ].join('\n'),
    );
  });

  test('judges a number by itself where there is nobody beside it', () => {
    const alone: Row = { ...row, unit: 'ms', beside: null, must: { atMost: 10_000 }, aim: { atMost: 50 } };
    expect(summary([alone])).toBe('acknowledge   8,000 ms  must ≤ 10000 ms ✓   aim ≤ 50 ms ✗');
  });
});

describe('the databases', () => {
  test('the script that draining is held against writes the very rows of it', async () => {
    const place = freshPlace();
    const { stored, done } = await drained(place, 120);
    await insertSameRows(stored, done);
    for (const table of ['events', 'orders', 'order_items', 'licenses', 'customers', 'sales', 'sale_refs'])
      expect(rows(stored, `SELECT * FROM ${table} ORDER BY 1, 2, 3`)).toEqual(
        rows(done, `SELECT * FROM ${table} ORDER BY 1, 2, 3`),
      );
  });

  test('one that was made large is sound, and issues what comes', async () => {
    const place = freshPlace();
    const { done } = await drained(place, 120);
    await multiply(done, 1_000);
    expect(rows(done, 'PRAGMA integrity_check')).toEqual([['ok']]);
    expect(rows(done, 'PRAGMA foreign_key_check')).toEqual([]);
    expect(rows(done, 'SELECT count(*), count(DISTINCT external_id) FROM orders')).toEqual([[1_000, 1_000]]);
    expect(rows(done, 'SELECT count(DISTINCT key) FROM licenses')).toEqual([[3_000]]);
    const house = await openOn(place, done);
    ends.push(house.close);
    expect(await send(house, 6144, '000000000000')).toBe(200);
    await house.drain();
    const [order] = (
      await house.records.orders({ external_id: orderIdOf('000000000000') }, { limit: 2, after: null })
    ).items;
    expect(order?.state).toBe('issued');
  });
});
