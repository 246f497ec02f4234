/** Who asks to be forgotten is forgotten everywhere, for good, and keeps every license. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { stripe } from '../../integrations/stripe/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { AskedRedaction } from '../../src/core/privacy.ts';
import type { Store } from '../../src/core/store.ts';
import { BatchError, type Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openFile } from '../../src/store/open-file.ts';
import { type House, type HouseOptions, openHouse, type Webhook } from '../house.ts';
import type { DatabaseKind } from '../runtimes/databases.ts';
import { onServer } from '../runtimes/remote.ts';
import { freshFolder } from '../store/on-file.ts';

const FILES = {
  'catalog.yaml': `products:
  - { code: acmepro, name: Acme Pro, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
`,
  'shopify.yaml': `integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules: [ { when: {}, grant: { product: acmepro } } ]
`,
  'stripe.yaml': `integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ] }
rules: [ { when: {}, grant: { product: acmepro } } ]
`,
};
const AT = Date.UTC(2026, 10, 2);

let house: House;
const open = (more: Partial<HouseOptions> = {}): Promise<House> =>
  openHouse({
    files: FILES,
    env: { SHOPIFY_WEBHOOK_SECRET: 'secret', STRIPE_WEBHOOK_SECRET: 'whsec_1' },
    at: AT,
    ...more,
  });
beforeEach(async () => {
  house = await open();
});
afterEach(() => house.close());

function sample(name: string, seed: string, of = shopify): Webhook {
  const it = of.samples.find((one) => one.name === name);
  if (!it) throw new Error(`there is no sample ${name}`);
  return it.make(house.clock.now(), seed);
}
async function told(
  name: string,
  seed: string,
  change: (body: string) => string = (it) => it,
): Promise<void> {
  house.clock.advance(1_000);
  const { type, body } = sample(name, seed);
  expect(await house.send('shopify', { type, body: change(body) })).toMatchObject({ ok: true });
  await house.settle();
}

/** Every word that any table holds, but for what a test leaves out. */
async function words(): Promise<string> {
  const tables = await house.db.read(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
  );
  const text = (value: unknown) =>
    value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
  const all = tables.map(async ({ name }) => {
    const rows = await house.db.read(`SELECT * FROM "${String(name)}"`);
    return rows.map((row) => `${String(name)}: ${Object.values(row).map(text).join(' | ')}`).join('\n');
  });
  return (await Promise.all(all)).join('\n');
}
/** The lines in which a person of this seed, or anybody of the samples' name, is still to be found. */
async function traces(seed: string): Promise<string[]> {
  const person = new RegExp(`ada\\+${seed}|Ada|Engine Row|Example Analytics|97201`);
  return (await words()).split('\n').filter((line) => person.test(line));
}
const licenses = async () =>
  house.db.read(
    'SELECT id, order_id, line_id, unit, key, state, fields, valid_until FROM licenses ORDER BY id',
  );
const orders = () => house.db.read('SELECT * FROM orders ORDER BY id');
const customers = () => house.db.read('SELECT * FROM customers ORDER BY id');
const requests = async () => (await house.privacy.requests({}, { limit: 50, after: null })).items;
async function redact(asked: Partial<AskedRedaction>) {
  const redacted = await house.privacy.redact({ source: 'shopify', dry_run: false, ...asked }, 'a test');
  if (!redacted.ok) throw new Error(JSON.stringify(redacted.problem));
  await house.settle();
  return redacted.value;
}

describe('a shop passes on that a customer is to be forgotten', () => {
  test('it is done by itself, everywhere, and no license changes', async () => {
    await told('paid', 'one');
    await told('refund-unit', 'one');
    const before = await licenses();
    expect(before.length).toBeGreaterThan(0);
    expect((await traces('one')).length).toBeGreaterThan(1);

    await told('redact', 'one');
    expect(await traces('one')).toEqual([]);
    expect(await licenses()).toEqual(before);
    expect(await requests()).toMatchObject([
      {
        kind: 'redact_customer',
        source: 'shopify',
        done_at: house.clock.now(),
        done_by: 'keyferry',
        due_at: house.clock.now() + LIMITS.privacy_due_ms,
        subject: { orders: [expect.any(String)], customer: expect.any(String), email: null },
        progress: { touched: { orders: 1, events: 2 } },
      },
    ]);
    expect((await house.events()).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    const [order] = await orders();
    expect(JSON.parse(String(order?.flags))).toContain('redacted');
    expect(order?.label).toMatch(/^#\d+$/);
    const [customer] = await customers();
    expect(customer).toMatchObject({
      identity: `redacted:${customer?.id}`,
      email: null,
      name: null,
      phone: null,
    });
    // A customer who is nobody any more still holds what they bought together.
    expect(order?.customer_id).toBe(customer?.id);
  });

  test('and in the file’s own bytes, once its log is written into it', async () => {
    await house.close();
    const { folder, remove } = freshFolder();
    const path = join(folder, 'keyferry.db');
    const kept: DatabaseKind = {
      name: 'a file that stays',
      open: async () => {
        const db = await openFile(path);
        await migrate(db, 0);
        return { db, close: () => db.close() };
      },
    };
    house = await open({ database: kept });
    for (let i = 0; i < 4; i++) await told('paid', `bytes${i}`);
    await house.close();
    const found = () => readFileSync(path, 'latin1').match(/ada\+bytes\d/g) ?? [];
    expect(new Set(found()).size).toBe(4);
    house = await open({ database: kept, at: AT + 60_000 });
    for (let i = 0; i < 3; i++) await told('redact', `bytes${i}`);
    await house.close();
    expect([...new Set(found())]).toEqual(['ada+bytes3']);
    remove();
    house = await open();
  });

  test('on a server, too', async () => {
    await house.close();
    house = await open({ database: onServer });
    await told('paid', 'server');
    await told('redact', 'server');
    expect(await traces('server')).toEqual([]);
    expect(await requests()).toMatchObject([
      { done_by: 'keyferry', progress: { touched: { orders: 1, events: 1 } } },
    ]);
  });

  test('its order tells so, by the event that brought it', async () => {
    await told('paid', 'tells');
    await told('redact', 'tells');
    const [row] = await orders();
    const order = await house.records.order(String(row?.id));
    expect(order?.timeline.entries.at(-1)).toMatchObject({
      cause: { by: 'events', events: [{ type: 'customers/redact' }] },
      change_count: 0,
    });
  });

  test('told twice, it is one request; nothing more is written', async () => {
    await told('paid', 'twice');
    const { type, body } = sample('redact', 'twice');
    for (let i = 0; i < 2; i++) await house.send('shopify', { type, body });
    await house.settle();
    expect(await requests()).toHaveLength(1);
    const before = await words();
    const redaction = (await house.events()).find((it) => it.type === 'customers/redact');
    await house.replay(redaction?.id ?? '');
    await house.settle();
    expect(await requests()).toHaveLength(1);
    expect(await words()).toBe(before);
  });

  test('others are as they were', async () => {
    await told('paid', 'self');
    await told('paid', 'other');
    await told('redact', 'self');
    const left = (await customers()).filter(({ email }) => email !== null);
    expect(left).toMatchObject([{ email: 'ada+other@example.com', name: 'Ada Example' }]);
    expect((await words()).match(/ada\+other@/g)?.length).toBeGreaterThan(2);
    expect((await words()).includes('ada+self@')).toBe(false);
  });
});

describe('what comes later', () => {
  test('of the same order, or told again, brings no name back', async () => {
    await told('paid', 'late');
    await told('redact', 'late');
    await told('edited', 'late');
    await told('cancelled', 'late');
    expect(await traces('late')).toEqual([]);
    for (const { id } of await house.events()) await house.replay(id);
    expect(await traces('late')).toEqual([]);
    expect((await orders())[0]?.flags).toContain('redacted');
  });

  test('of an order that was not known yet is read without its buyer', async () => {
    await told('redact', 'early');
    expect((await requests())[0]?.done_at).not.toBeNull();
    await told('paid', 'early');
    expect(await traces('early')).toEqual([]);
    expect((await licenses()).length).toBeGreaterThan(0);
    expect(await customers()).toEqual([]);
    expect((await orders())[0]).toMatchObject({ customer_id: null, state: 'issued' });
  });

  test('of the same customer, another order, too', async () => {
    await told('paid', 'again');
    await told('redact', 'again');
    await told('bundle', 'again');
    expect(await orders()).toHaveLength(2);
    expect(await traces('again')).toEqual([]);
  });

  test('and shows whose an older order was takes the name out of all that was told of it', async () => {
    const guest = (body: string) => JSON.stringify({ ...JSON.parse(body), customer: null });
    const { body } = sample('paid', 'joined');
    await told('paid', 'joined', guest);
    await redact({ customer: String(JSON.parse(body).customer.id) });
    expect((await traces('joined')).length).toBeGreaterThan(0);
    const before = await licenses();
    await told('edited', 'joined');
    expect(await traces('joined')).toEqual([]);
    expect(await licenses()).toEqual(before);
  });

  test('and waits for its order, waits without its name', async () => {
    await told('redact', 'waits');
    await told('refund-unit', 'waits', (body) => body.replace('"note":null', '"note":"Ada wrote"'));
    expect((await house.events()).map(({ state }) => state)).toEqual(['done', 'waiting']);
    expect(await traces('waits')).toEqual([]);
  });

  test('in whatever order it is told, the licenses are the same', async () => {
    const worth = async () =>
      (await house.db.read('SELECT line_id, unit, state FROM licenses ORDER BY line_id, unit')).filter(
        ({ state }) => state === 'active',
      );
    const ways = [
      ['paid', 'refund-unit', 'redact'],
      ['redact', 'refund-unit', 'paid'],
      ['refund-unit', 'redact', 'paid'],
      ['paid', 'redact', 'refund-unit'],
    ];
    const ends: unknown[] = [];
    for (const way of ways) {
      await house.close();
      house = await open();
      for (const name of way) await told(name, 'order');
      expect(await traces('order')).toEqual([]);
      ends.push(await worth());
    }
    expect(new Set(ends.map((it) => JSON.stringify(it))).size).toBe(1);
  });
});

describe('who settles while it is forgotten', () => {
  test('loses: a name that was read before the tombstone is not written after it', async () => {
    let meanwhile: (() => Promise<void>) | null = null;
    const { db } = house;
    const beside: DatabaseKind = { name: 'the same', open: async () => ({ db, close: async () => {} }) };
    const slow = await open({
      database: beside,
      between: (store: Store) => ({
        ...store,
        settle: async (it) => {
          const before = meanwhile;
          meanwhile = null;
          await before?.();
          return store.settle(it);
        },
      }),
    });
    meanwhile = async () => {
      await told('redact', 'race');
    };
    const { type, body } = sample('paid', 'race');
    await slow.send('shopify', { type, body });
    slow.clock.advance(1);
    await slow.settle();
    expect(meanwhile).toBeNull();
    expect((await licenses()).length).toBeGreaterThan(0);
    expect(await traces('race')).toEqual([]);
  });

  test.for([
    ['before', false],
    ['right after', true],
  ] as const)('whoever dies %s any step, another goes on', async ([, written]) => {
    for (let dies = 1; dies < 200; dies++) {
      await told('paid', `death${dies}`);
      const { db, clock } = house;
      let armed = false;
      let calls = 0;
      /** From its n-th question on, the database is out of reach for this process. */
      const alive = async <T>(ask: () => Promise<T>): Promise<T> => {
        if (!armed || ++calls <= dies) return ask();
        if (written && calls === dies + 1) await ask();
        throw new BatchError('unavailable', 'away');
      };
      const mortal: Database = {
        ...db,
        read: (sql, params) => alive(() => db.read(sql, params)),
        batch: (statements) => alive(() => db.batch(statements)),
      };
      const doomed = await open({
        at: clock.now(),
        database: { name: 'the same', open: async () => ({ db: mortal, close: async () => {} }) },
      });
      armed = true;
      const { type, body } = sample('redact', `death${dies}`);
      await doomed.send('shopify', { type, body }).catch(() => {});
      await doomed.settle().catch(() => {});
      const finished = calls <= dies;
      clock.advance(LIMITS.lease_ms + 60_001);
      if (!(await house.events()).some((it) => it.type === 'customers/redact' && it.state !== 'done'))
        await house.send('shopify', { type, body });
      await house.settle();
      expect(await traces(`death${dies}`), `dead after ${dies} calls`).toEqual([]);
      expect((await requests()).filter(({ done_at }) => done_at === null)).toEqual([]);
      if (finished) return;
    }
    throw new Error('it never lived to the end');
  });
});

describe('by hand', () => {
  test.for([
    ['its address', { email: 'Ada+hand@Example.com' }],
    ['the id that the shop gave', { customer: 'shop' }],
    ['the id of the customer', { customer: 'ours' }],
    ['an order', { order: 'ours' }],
    ['the name of an order', { order: 'shop' }],
  ] as const)('a person is found by %s', async ([, asked]) => {
    await told('paid', 'hand');
    const [customer] = await customers();
    const [order] = await orders();
    const real = {
      ...asked,
      ...('customer' in asked && {
        customer: String(asked.customer === 'ours' ? customer?.id : customer?.reference),
      }),
      ...('order' in asked && { order: String(asked.order === 'ours' ? order?.id : order?.external_id) }),
    };
    const dry = await redact({ ...real, dry_run: true });
    expect(dry).toEqual({ request: null, touched: { orders: 1, events: 1 } });
    const before = await licenses();
    const { touched, request } = await redact(real);
    expect(touched).toEqual({ orders: 1, events: 1 });
    expect(request).toMatchObject({ done_at: house.clock.now(), by: 'a test' });
    expect(await traces('hand')).toEqual([]);
    expect(await licenses()).toEqual(before);
    // What comes of the same person, or of the same order, stays without a name.
    await told('edited', 'hand');
    expect(await traces('hand')).toEqual([]);
    expect(await redact({ ...real, dry_run: true })).toMatchObject({ touched: { orders: 0 } });
  });

  test('an address that is forgotten is remembered by nothing that could be guessed elsewhere', async () => {
    await redact({ email: 'ada+hash@example.com' });
    const rows = await house.db.read(`SELECT name FROM redactions WHERE kind = 'customer'`);
    expect(rows).toEqual([{ name: expect.stringMatching(/^email:[0-9a-f]{64}$/) }]);
    await told('paid', 'hash');
    expect(await traces('hash')).toEqual([]);
  });

  test('the same id at another shop is somebody else', async () => {
    await told('paid', 'same');
    await house.db.batch([{ sql: `UPDATE customers SET reference = '42'`, params: [] }]);
    expect(await redact({ customer: '42' })).toMatchObject({ touched: { orders: 0 } });
    expect(await customers()).toMatchObject([{ email: 'ada+same@example.com' }]);
  });

  test('nor is anybody else’s order or customer found at a source that is not theirs', async () => {
    await house.write({ 'other.yaml': FILES['shopify.yaml'] });
    const guest = (name: string) => (body: string) => {
      const order = JSON.parse(body);
      return JSON.stringify({
        ...order,
        email: null,
        contact_email: null,
        billing_address: { ...order.billing_address, name },
        customer: { ...order.customer, id: 7, email: null },
      });
    };
    await told('paid', 'guest', guest('Ada Guest'));
    house.clock.advance(1_000);
    const { type, body } = sample('paid', 'namesake');
    await house.send('other', { type, body: guest('Bob Namesake')(body) });
    await house.settle();
    const [mine, ...others] = await customers();
    expect(others).toHaveLength(1);
    const [order] = await orders();
    for (const asked of [{ customer: String(mine?.id) }, { order: String(order?.id) }]) {
      const refused = await house.privacy.redact({ source: 'other', dry_run: false, ...asked }, 'a test');
      expect(refused).toMatchObject({ problem: { code: 'not_found' } });
      expect(await house.privacy.exportOf({ source: 'other', ...asked }, null)).toEqual(refused);
    }
    expect(await requests()).toEqual([]);
    const own = await house.privacy.exportOf({ customer: String(mine?.id) }, null);
    expect(own).toMatchObject({ value: { orders: [{ source: 'shopify' }], customers: [{ id: mine?.id }] } });
    // The shop's own id says nobody for sure, until it is said of which shop.
    expect(await house.privacy.exportOf({ customer: '7' }, null)).toMatchObject({
      problem: { code: 'request_invalid', detail: expect.stringContaining('other, shopify') },
    });
  });

  test('an address that the shop corrected is not left behind', async () => {
    await told('paid', 'before');
    await told('edited', 'before', (body) => body.replaceAll('ada+before@', 'ada+corrected@'));
    expect((await customers()).filter(({ email }) => email !== null)).toHaveLength(1);
    await redact({ email: 'ada+corrected@example.com' });
    expect(await traces('before')).toEqual([]);
    expect(await traces('corrected')).toEqual([]);
  });

  /** As `told`, by somebody with this address and this id of the shop's. */
  const from = (email: string, id: number) => (body: string) => {
    const order = JSON.parse(body.replaceAll(/ada\+\w+@/g, `ada+${email}@`));
    return JSON.stringify({ ...order, customer: { ...order.customer, id } });
  };

  test('who bought with one address under two ids is found by each of them', async () => {
    await told('paid', 'first', from('ids', 71));
    await told('paid', 'second', from('ids', 72));
    expect(await customers()).toMatchObject([{ reference: '71' }]);
    const records = await house.privacy.exportOf({ source: 'shopify', customer: '72' }, null);
    const [older, newer] = await orders();
    expect(records).toMatchObject({
      value: { orders: [{ id: newer?.id }], customers: [{ reference: '71' }] },
    });
    expect(await redact({ customer: '72', dry_run: true })).toMatchObject({
      touched: { orders: 1, events: 1 },
    });
    expect(await redact({ customer: '72' })).toMatchObject({ touched: { orders: 1, events: 1 } });
    const named = 'SELECT DISTINCT order_id FROM order_buyers';
    expect(await house.db.read(named)).toEqual([{ order_id: older?.id }]);
    expect(await redact({ customer: '71' })).toMatchObject({ touched: { orders: 1, events: 1 } });
    expect(await traces('ids')).toEqual([]);
    expect(await house.db.read(named)).toEqual([]);
  });

  test('and so by a shop that passes on one of them alone', async () => {
    await told('paid', 'first', from('passed', 71));
    await told('paid', 'second', from('passed', 72));
    const without = (id: number) => (body: string) => {
      const { customer, ...request } = JSON.parse(body);
      return JSON.stringify({ ...request, customer: { ...customer, id, email: null }, orders_to_redact: [] });
    };
    await told('redact', 'passed', without(72));
    expect(await requests()).toMatchObject([{ progress: { touched: { orders: 1, events: 1 } } }]);
    await told('redact', 'passed2', without(71));
    expect(await traces('passed')).toEqual([]);
  });

  test('an address that the shop replaced still leads to its order', async () => {
    await told('paid', 'replaced', from('old', 71));
    await told('edited', 'replaced', from('new', 71));
    expect(await customers()).toMatchObject([{ email: null }, { email: 'ada+new@example.com' }]);
    expect(await redact({ email: 'ada+old@example.com' })).toMatchObject({
      touched: { orders: 1, events: 2 },
    });
    for (const word of ['old', 'new']) expect(await traces(word)).toEqual([]);
    expect(await customers()).toMatchObject([{ email: null }, { email: null }]);
  });

  test.for([
    ['after it', 'later'],
    ['before it', 'before'],
  ] as const)('so does one that was out of date when it came, if the request comes %s', async ([, when]) => {
    const outdated = sample('paid', 'late');
    if (when === 'before') await redact({ email: 'ada+old@example.com' });
    await told('edited', 'late', from('new', 71));
    await house.send('shopify', { type: outdated.type, body: from('old', 71)(outdated.body) });
    await house.settle();
    expect(await orders()).toHaveLength(1);
    if (when === 'later') await redact({ email: 'ada+old@example.com' });
    for (const word of ['old', 'new']) expect(await traces(word)).toEqual([]);
  });

  test('of an order that is redacted no buyer is written down again, and of an unchanged one no more', async () => {
    await told('paid', 'named');
    const names = () => house.db.read('SELECT rowid, * FROM order_buyers ORDER BY rowid');
    const before = await names();
    expect(before.map(({ kind }) => kind)).toEqual(['reference', 'email']);
    await told('edited', 'named');
    expect(await names()).toEqual(before);
    await redact({ email: 'ada+named@example.com' });
    expect(await names()).toEqual([]);
    await told('cancelled', 'named', from('elsewhere', 79));
    for (const { id } of await house.events()) await house.replay(id);
    expect(await names()).toEqual([]);
    expect(await traces('elsewhere')).toEqual([]);
  });

  test('who bought at another source as well stays known there, by what that shop says', async () => {
    await told('paid', 'both');
    const { type, body } = sample('one-time', 'both', stripe);
    const asAda = body.replaceAll('noor.veerman@example.com', 'ada+both@example.com');
    await house.send('stripe', { type, body: asAda });
    await house.settle();
    expect(await customers()).toHaveLength(1);
    await redact({ email: 'ada+both@example.com' });
    expect(await customers()).toMatchObject([{ email: 'ada+both@example.com', name: 'Noor Veerman' }]);
    const left = (await orders()).sort((a, b) => (String(a.source) < String(b.source) ? -1 : 1));
    expect(left.map((it) => [it.source, it.customer_id === null])).toEqual([
      ['shopify', true],
      ['stripe', false],
    ]);
    await redact({ source: 'stripe', email: 'ada+both@example.com' });
    expect(await traces('both')).toEqual([]);
  });

  test('a person of many orders is done by the rounds, and nothing is missed', async () => {
    const many = 3 * LIMITS.redacted_orders + 1;
    for (let i = 0; i < many; i++)
      await told('paid', `many${i}`, (body) => body.replaceAll(/ada\+many\d+@/g, 'ada+many@'));
    const { request } = await redact({ email: 'ada+many@example.com' });
    expect(request?.id).toBeDefined();
    const [done] = await requests();
    expect(done).toMatchObject({ progress: { touched: { orders: many, events: many } } });
    expect(done?.done_at).not.toBeNull();
    expect(await traces('many')).toEqual([]);
  });
});

describe('a whole shop', () => {
  test('is forgotten in steps, with events of no order, and what comes later', async () => {
    for (let i = 0; i < LIMITS.redacted_orders + 2; i++) await told('paid', `shop${i}`);
    await told('unknown-topic', 'shop', (body) => body.replace('"Acme Software"', '"ada+shop@example.com"'));
    await told('data-request', 'shop0');
    const before = await licenses();
    const dry = await redact({ shop: true, dry_run: true });
    expect(dry.touched).toEqual({ orders: LIMITS.redacted_orders + 2, events: LIMITS.redacted_orders + 4 });
    await redact({ shop: true });
    // Beside the one that asks for an export.
    const done = (await requests()).find(({ kind }) => kind === 'redact_shop');
    expect(done?.done_at).not.toBeNull();
    expect(await traces('shop')).toEqual([]);
    expect(await licenses()).toEqual(before);
    await told('paid', 'shopnew');
    await told('unknown-topic', 'shopnew', (body) =>
      body.replace('"Acme Software"', '"ada+shop@example.com"'),
    );
    expect(await traces('shop')).toEqual([]);
    expect((await customers()).every(({ email }) => email === null)).toBe(true);
  });

  test('of another source nothing is touched', async () => {
    await told('paid', 'kept');
    await redact({ source: 'stripe', shop: true });
    expect(await customers()).toMatchObject([{ email: 'ada+kept@example.com' }]);
  });
});

test('what cannot be carried out yet is told with its source, rests, and lets the next one through', async () => {
  await told('paid', 'next');
  const subject = JSON.stringify({
    orders: ['1'],
    customer: null,
    email: null,
    by: 'a test',
    progress: null,
  });
  const add = `INSERT INTO privacy_requests (id, source, account, kind, subject, created_at, due_at)
    VALUES ('req_0', 'gone', '', 'redact_customer', ?, 0, 1)`;
  await house.db.batch([{ sql: add, params: [subject] }]);
  await told('redact', 'next');
  expect(await traces('next')).toEqual([]);
  const flags = async () => (await house.records.notes(['gone'])).get('gone')?.alarms;
  expect(await flags()).toMatchObject([{ code: 'redaction_waits', count: 1, detail: 'req_0' }]);
  await house.settle();
  expect(await flags()).toMatchObject([{ count: 1 }]);
  house.clock.advance(60_000);
  await house.settle();
  expect(await flags()).toMatchObject([{ count: 2 }]);
  expect((await requests()).map(({ id, done_at }) => [id === 'req_0', done_at === null])).toEqual([
    [false, false],
    [true, true],
  ]);
});

describe('somebody asks for their records', () => {
  test('the owner is told, and the request stays open until it is answered', async () => {
    await told('paid', 'asks');
    await told('data-request', 'asks');
    const [request] = await requests();
    expect(request).toMatchObject({
      kind: 'export',
      done_at: null,
      due_at: house.clock.now() + 30 * 86_400_000,
    });
    const flags = async () => (await house.records.notes(['shopify'])).get('shopify')?.alarms;
    expect(await flags()).toMatchObject([
      { code: 'export_requested', count: 1, detail: expect.stringContaining(request?.id ?? '-') },
    ]);
    const [, event] = await house.events();
    await house.replay(event?.id ?? '');
    expect(await flags()).toMatchObject([{ count: 1 }]);

    const page = await house.privacy.exportFor(request?.id ?? '', null);
    if (!page.ok) throw new Error('it is there');
    expect(page.value.next).toBeNull();
    expect(page.value.customers).toMatchObject([{ email: 'ada+asks@example.com' }]);
    const [order] = page.value.orders;
    expect(order?.items.flatMap((it) => it.licenses).length).toBeGreaterThan(0);
    expect(new TextDecoder().decode(order?.events[0]?.body ?? new Uint8Array())).toContain('Engine Row');
    expect(page.value.requests).toMatchObject([{ id: request?.id }]);

    expect((await requests())[0]?.done_at).toBeNull();
    const done = await house.privacy.done(request?.id ?? '', 'a test');
    expect(done).toMatchObject({ ok: true, value: { done_at: house.clock.now(), done_by: 'a test' } });
    expect(await flags()).toEqual([]);
  });

  test('nobody marks a redaction as done by hand', async () => {
    const { request } = await redact({ order: 'nobody knows it' });
    expect(await house.privacy.done(request?.id ?? '', 'a test')).toMatchObject({
      ok: false,
      problem: { code: 'request_by_itself' },
    });
  });
});

test('an app that is taken off the shop is told with its source', async () => {
  await told('uninstalled', 'gone');
  expect((await house.records.notes(['shopify'])).get('shopify')?.alarms).toMatchObject([
    { code: 'app_uninstalled', count: 1 },
  ]);
});
