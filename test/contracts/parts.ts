/**
 * What a store promises where one value may hold little: what is long lies in parts and comes back whole, and a settle
 * that is too large is written in parts, each whole for its slots. Here twenty kilobytes are the most.
 */
import { expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { samples } from '../../integrations/shopify/samples.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { makeHouse } from '../../src/house.ts';
import type { Database } from '../../src/store/database.ts';
import { makeStore } from '../../src/store/store.ts';
import { count, endOf, eventOf, NOON, nextOf, settlementOf } from '../fakes/settlements.ts';
import { deliveryOf, digest, seededRandom, settableClock } from '../house.ts';
import type { Current } from './store.ts';

const SMALL = { parameters: 100, value_bytes: 20_000 };
const UNITS = 2_000;
const SECRET = 'shpss_of_a_large_sale';
const FILES = [
  {
    path: 'catalog.yaml',
    text: `
products:
  - code: acmepro
    policies: [ { code: perpetual, default: true, license_type: perpetual } ]
`,
  },
  {
    path: 'shopify.yaml',
    text: `
integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY ] }
rules:
  - when: { sku: "ACME-PRO-*" }
    grant: { product: acmepro }
  - when: {}
    ignore: not of this test
`,
  },
];

export function partsContract(current: Current): void {
  /** @param parts how many parts of settles are written before the process is dead */
  function small(parts = Number.POSITIVE_INFINITY): Database {
    const { db } = current();
    let written = 0;
    return {
      ...db,
      limits: SMALL,
      read: (sql, params) => db.read(sql, params),
      batch: async (statements) => {
        for (const { sql, params } of statements) {
          expect(params.length).toBeLessThanOrEqual(SMALL.parameters);
          for (const it of params)
            if (typeof it === 'string')
              expect(Buffer.byteLength(it), sql).toBeLessThanOrEqual(SMALL.value_bytes);
        }
        const settles = statements.some(({ sql }) => sql.includes('INSERT INTO sale_versions'));
        if (settles && ++written > parts) throw new Error('this process is dead');
        return db.batch(statements);
      },
    };
  }

  const clock = settableClock(NOON);
  const random = seededRandom('parts');

  /** One process on the database: its own store and bridge, its own death. */
  async function live(parts?: number) {
    const house = makeHouse({
      db: small(parts),
      env: { SHOPIFY: SECRET },
      environment: { maxBodyBytes: LIMITS.body_bytes, maxUnitsPerLine: UNITS },
      clock,
      random,
      digest,
      fetch: () => Promise.reject(new Error('nobody is asked')),
      log: () => {},
      notify: () => {},
    });
    const { errors } = await house.sources.takeFiles(FILES);
    expect(errors).toEqual([]);
    return house;
  }
  type Life = Awaited<ReturnType<typeof live>>;

  async function sell({ bridge }: Life): Promise<void> {
    const { type, body } = samples.find(({ name }) => name === 'paid')?.make(NOON, 'large') ?? {
      type: '',
      body: '',
    };
    const many = body.replaceAll(/"(current_)?quantity":2\b/g, `"$1quantity":${UNITS}`);
    expect(many).not.toBe(body);
    const bytes = new TextEncoder().encode(many);
    const headers = await shopify.sign(type, bytes, SECRET, clock.now(), digest);
    expect(await bridge.receive('shopify', deliveryOf(headers, bytes, clock.now()))).toMatchObject({
      ok: true,
    });
  }

  async function expectAll(): Promise<void> {
    const { db } = current();
    const [found] = await db.read(
      `SELECT count(*) AS licenses, count(DISTINCT key) AS keys, count(DISTINCT unit) AS units,
         min(unit) AS first, max(unit) AS last FROM licenses WHERE state = 'active' AND replaced = 0`,
    );
    expect(found).toEqual({ licenses: UNITS, keys: UNITS, units: UNITS, first: 0, last: UNITS - 1 });
    const [order] = await db.read('SELECT version, next_at, state FROM orders');
    const versions = await db.read('SELECT version FROM sale_versions ORDER BY version');
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, i) => i + 1));
    expect(versions.length).toBeGreaterThan(10);
    expect(order).toEqual({ version: versions.length, next_at: null, state: 'issued' });
  }

  test(`a sale of ${UNITS} units is settled in parts, each a version of its own`, {
    timeout: 60_000,
  }, async () => {
    const house = await live();
    await sell(house);
    await house.drain();
    await expectAll();
    expect(await count(current().db, `events WHERE state = 'done'`)).toBe(1);
  });

  test('one that dies between two parts is finished by its event', { timeout: 60_000 }, async () => {
    const dying = await live(7);
    await sell(dying);
    await dying.bridge.work();
    const half = await count(current().db, 'licenses');
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(UNITS);
    expect(await count(current().db, 'sale_versions')).toBe(7);
    clock.advance(60_000);
    await (await live()).drain();
    await expectAll();
    expect(await count(current().db, `events WHERE state = 'done'`)).toBe(1);
  });

  test('and by the clock, when no event is left that would', { timeout: 60_000 }, async () => {
    const dying = await live(5);
    await sell(dying);
    await dying.bridge.work();
    const { store, db } = current();
    const [event] = await db.read('SELECT id FROM events');
    const held = await store.seizeEvent(String(event?.id), clock.now());
    if (!held) throw new Error('it is there');
    await store.endEvents([endOf(held)]);
    const next = await live();
    // Somebody may still be at it: not before the lease would be over.
    await next.drain();
    expect(await count(db, 'licenses')).toBeLessThan(UNITS);
    clock.advance(LIMITS.lease_ms);
    await next.drain();
    await expectAll();
  });

  test('a long answer and a long document of a sale come back whole', async () => {
    const store = makeStore(small(), random);
    const { id } = await store.addEvent('shop', eventOf('k1'), NOON);
    const text = 'ж🗝️"\\'.repeat(9_000);
    const answers = ['b', 'a'].map((name) => ({
      id: `${id}/0/${name}`,
      asked: name,
      stamp: NOON,
      body: { text, name },
    }));
    await store.addAnswers(id, 0, answers);
    expect(await store.answersOf(id)).toEqual([...answers].reverse());
    const it = settlementOf('1001', {
      doc: { ...settlementOf('1001').doc, decisions: { [text]: 'accepted' } },
    });
    expect(await store.settle(it)).toBe('settled');
    expect(await count(current().db, 'sales')).toBeGreaterThan(5);
    expect((await store.loadSale(it.order_id))?.doc).toEqual(it.doc);
  });

  test('a document that became shorter leaves nothing of what it was', async () => {
    const store = makeStore(small(), random);
    const { doc } = settlementOf('1001');
    const long = settlementOf('1001', {
      doc: { ...doc, decisions: { [`a${'long'.repeat(20_000)}`]: 'accepted' } },
    });
    await store.settle(long);
    expect(await store.settle(nextOf(long, { doc }))).toBe('settled');
    expect(await count(current().db, 'sales')).toBe(1);
    expect((await store.loadSale(long.order_id))?.doc).toEqual(doc);
  });
}
