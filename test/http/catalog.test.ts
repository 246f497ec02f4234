/** The catalog by hand where only one runtime need show it: a start without files, files beside it, what it costs, what is written down of it. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { makeSources } from '../../src/config/sources.ts';
import { BatchError, type Database } from '../../src/store/database.ts';
import { makePeople } from '../../src/store/people.ts';
import { makeRecords } from '../../src/store/records.ts';
import { makeStore } from '../../src/store/store.ts';
import { type Answered, type Client, client, FILES, send } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

const HAT = { code: 'hat', policies: [{ code: 'basic', license_type: 'perpetual' }] };
let house: HttpHouse;
let api: Client;
beforeEach(async () => {
  house = await openHttpHouse();
  api = client(house);
});
afterEach(() => house.close());

const run = (sql: string) => house.db.batch([{ sql, params: [] }]);
const files = (over: Readonly<Record<string, string>> = {}) =>
  Object.entries({ ...FILES, ...over }).map(([path, text]) => ({ path, text }));

describe('a vendor who has no files', () => {
  beforeEach(() => run('DELETE FROM mapping_revisions'));

  test('begins with a product, sells it by hand, and then maps a shop to it', async () => {
    expect((await api.get('/v1/products')).items).toEqual([]);
    const order = { items: [{ product: 'hat' }] };
    expect((await api.call('POST', '/v1/orders', order)).body.code).toBe('catalog_missing');
    const made = await api.call('POST', '/v1/products', HAT, { 'if-match': '"0"' });
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"1"']);
    expect(made.body.revisions).toEqual([{ source: 'manual', revision: 1 }]);
    expect((await api.call('POST', '/v1/products', HAT, { 'if-match': '"0"' })).status).toBe(412);
    expect((await api.call('POST', '/v1/orders', order)).status).toBe(201);
    const settings = { webhook_secrets: ['$SHOPIFY_WEBHOOK_SECRET'] };
    const rules = [{ when: { sku: 'ACME-*' }, grant: { product: 'hat' } }];
    const mapping = { integration: 'shopify', mode: 'test', settings, rules };
    expect((await api.call('PUT', '/v1/mappings/shopify', { mapping })).status).toBe(200);
    await send(house, 'shopify', 'paid', 'first');
    await house.settle();
    const { items } = await api.get('/v1/licenses?product=hat');
    expect(items.length).toBeGreaterThan(1);
    const changed = await api.call('PATCH', '/v1/products/hat', { name: 'A hat' });
    expect([changed.body.revisions.length, changed.body.left]).toEqual([2, []]);
  });

  test('of two who begin at once, both products are there', async () => {
    const cap = { ...HAT, code: 'cap' };
    const both = await Promise.all([HAT, cap].map((it) => api.call('POST', '/v1/products', it)));
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    expect((await api.get('/v1/products')).items.map((it: Answered) => it.code)).toEqual(['cap', 'hat']);
  });
});

test('a database from before there were orders by hand sells by its newest catalog', async () => {
  await run(`DELETE FROM mapping_revisions WHERE source = 'manual'`);
  expect((await api.call('POST', '/v1/orders', { items: [{ product: 'acmecli' }] })).status).toBe(201);
  expect((await api.call('PATCH', '/v1/products/acmecli', { name: 'CLI' })).body.left).toEqual([]);
  expect((await api.get('/v1/mappings/manual')).revision).toBe(2);
});

test('a file that did not change undoes nothing, one that did is what is sold from then on', async () => {
  await api.call('POST', '/v1/products', HAT);
  await house.sources.takeFiles(files());
  expect((await api.call('GET', '/v1/products/hat')).status).toBe(200);
  const changed = {
    'catalog.yaml': (FILES['catalog.yaml'] ?? '').replace('name: Acme Pro', 'name: Acme Max'),
  };
  await house.sources.takeFiles(files(changed));
  expect((await api.call('GET', '/v1/products/hat')).status).toBe(404);
  expect((await api.get('/v1/products/acmepro')).name).toBe('Acme Max');
  expect(await api.get('/v1/mappings/manual')).toMatchObject({ origin: 'file', revision: 3 });
});

test('a source whose file was taken away stays closed, whatever becomes of the catalog; a mapping that is put opens it', async () => {
  const stripe = async () =>
    (await api.get('/v1/sources')).items.find((it: Answered) => it.name === 'stripe');
  await api.call('POST', '/v1/products', HAT);
  expect(await stripe()).toMatchObject({ open: true });
  await house.sources.takeFiles(files().filter(({ path }) => path !== 'stripe.yaml'));
  expect(await stripe()).toMatchObject({ open: false, problem: { code: 'source_closed' } });
  await api.call('PATCH', '/v1/products/hat', { name: 'A hat' });
  expect(await stripe()).toMatchObject({ open: false, revision: 3 });
  const { mapping } = await api.get('/v1/mappings/stripe');
  await api.call('PUT', '/v1/mappings/stripe', { mapping });
  expect(await stripe()).toMatchObject({ open: true });
});

test('a mapping that no longer fits is left alone, and the answer says so', async () => {
  await run(
    `UPDATE mapping_revisions SET mapping = json_set(mapping, '$.rules[0].grant[0].product', 'gone') WHERE source = 'shopify'`,
  );
  const { body } = await api.call('POST', '/v1/products', HAT);
  expect(body.left).toEqual([{ source: 'shopify', because: 'faulty' }]);
});

test('each change stands in the audit log: who, what, and what was there before; of persons no word', async () => {
  await api.call('POST', '/v1/products', HAT);
  await api.call('PATCH', '/v1/products/hat/policies/basic', { max_activations: 2, note: 'x'.repeat(500) });
  await api.call('PATCH', '/v1/products/hat/policies/basic', { max_activations: 3 });
  await api.call('DELETE', '/v1/products/hat');
  const { mapping } = await api.get('/v1/mappings/stripe');
  await api.call('PUT', '/v1/mappings/stripe', {
    mapping: { ...mapping, unmapped: 'ignore' },
    note: 'why not',
  });
  await api.call('POST', '/v1/mappings/stripe/rollback', { revision: 1 });
  const { body: account } = await api.call('POST', '/v1/accounts', { name: 'Acme' });
  const { body: person } = await api.call('POST', '/v1/customers', { email: 'ada@example.com', name: 'Ada' });
  await api.call('PATCH', `/v1/customers/${person.id}`, { account_id: account.id, phone: '555' });
  await api.call('DELETE', `/v1/customers/${person.id}`);
  await api.call('DELETE', `/v1/accounts/${account.id}`);
  const rows = await house.db.read(
    `SELECT actor, action, subject, before, after, note FROM audit WHERE actor NOT LIKE '%.yaml' ORDER BY rowid`,
  );
  const json = (it: unknown) => (it === null ? null : JSON.parse(String(it)));
  const told = rows.map((it) => [it.action, it.subject, json(it.before), json(it.after), it.note]);
  expect(told).toEqual([
    ['product.create', 'hat', null, expect.objectContaining({ code: 'hat' }), null],
    ['policy.update', 'hat/basic', {}, { max_activations: 2, note: '…' }, null],
    ['policy.update', 'hat/basic', { max_activations: 2 }, { max_activations: 3 }, null],
    ['product.delete', 'hat', expect.objectContaining({ code: 'hat' }), null, null],
    ['mapping.put', 'stripe', { revision: 5 }, { revision: 6 }, 'why not'],
    ['mapping.rollback', 'stripe', { revision: 6 }, { revision: 7 }, null],
    ['account.create', account.id, null, { name: 'Acme' }, null],
    ['customer.create', person.id, null, { account_id: null, fields: ['email', 'name'] }, null],
    ['customer.update', person.id, { account_id: null }, { account_id: account.id, fields: ['phone'] }, null],
    ['customer.delete', person.id, { account_id: account.id }, null, null],
    ['account.delete', account.id, { name: 'Acme' }, null, null],
  ]);
  expect(JSON.stringify(rows)).not.toMatch(/ada|Ada|555/);
  expect(new Set(rows.map((it) => it.actor)).size).toBe(1);
});

test('what is asked before something is deleted, and by whom customers are found, an index answers', async () => {
  // Before anything is explained, which keeps the reader where it was.
  const { body: account } = await api.call('POST', '/v1/accounts', { name: 'Acme' });
  const { body: person } = await api.call('POST', '/v1/customers', { reference: '1' });
  const plans: string[] = [];
  const seen: Database = {
    ...house.db,
    read: async (sql, params = []) => {
      const rows = await house.db.read(`EXPLAIN QUERY PLAN ${sql}`, params);
      plans.push(...rows.map(({ detail }) => String(detail)));
      return house.db.read(sql, params);
    },
  };
  const { revisions } = makeStore(seen, (count) => randomBytes(count));
  const records = makeRecords(seen);
  const page = { limit: 50, after: null };
  await revisions.sold({ product: 'acmepro' });
  await revisions.sold({ product: 'acmepro', policy: 'yearly' });
  await revisions.newest('stripe');
  await revisions.newest('stripe', ['file']);
  await revisions.of('stripe', page);
  await records.customers({ account: 'acc_x' }, page);
  await records.customers({ reference: 'x' }, page);
  const clock = { now: () => house.now() };
  const people = makePeople({
    db: seen,
    clock,
    random: (count) => randomBytes(count),
    buried: async () => [],
  });
  await people.removeAccount(account.id, { actor: 'ann', versions: null });
  await people.removeCustomer(person.id, { actor: 'ann', versions: null });
  expect(plans.filter((it) => it.startsWith('SCAN') && !it.includes('json_each'))).toEqual([]);
  for (const name of [
    'licenses_sold',
    'given_keys_product',
    'customers_account',
    'customers_reference',
    'orders_customer',
  ])
    expect(
      plans.some((it) => it.includes(name)),
      name,
    ).toBe(true);
});

describe('an answer of the database that is lost', () => {
  const edit = {
    is: 'create',
    at: { part: 'product', code: 'hat' },
    content: { ...HAT, name: 'hat' },
  } as const;
  const by = { actor: 'ann', versions: null };
  const lost = () => Promise.reject(new BatchError('unavailable', 'gone'));
  const sourcesOn = (batch: Database['batch']) => {
    const { revisions } = makeStore({ ...house.db, batch }, (count) => randomBytes(count));
    return makeSources({ revisions, integrations, env: {}, clock: { now: () => house.now() } }).catalogs;
  };
  const revisions = async () => (await house.db.read('SELECT count(*) AS n FROM mapping_revisions'))[0]?.n;

  test('of what was written is found out, and nothing is written twice', async () => {
    const before = Number(await revisions());
    const catalogs = sourcesOn(async (statements) => {
      await house.db.batch(statements);
      return lost();
    });
    expect(await catalogs.edit(edit, by)).toMatchObject({ ok: true, value: { number: 2 } });
    expect(await revisions()).toBe(before + 4);
  });

  test('of what was not is no change, and whoever asks again makes it', async () => {
    const before = await revisions();
    await expect(sourcesOn(lost).edit(edit, by)).rejects.toThrow('gone');
    expect(await revisions()).toBe(before);
    expect((await api.call('POST', '/v1/products', HAT)).status).toBe(201);
  });
});
