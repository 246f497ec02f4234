/** What people do to licenses where things are not plain: several at once, sources that do not run, lines that wait, people forgotten. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeHouse } from '../../src/house.ts';
import {
  ADMIN_KEY,
  type Answered,
  CATALOG,
  type Client,
  client,
  ENV,
  MAX_BODY_BYTES,
  send,
} from '../contracts/http-house.ts';
import { digest, seededRandom } from '../house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
let api: Client;
beforeEach(async () => {
  house = await openHttpHouse();
  api = client(house);
});
afterEach(() => house.close());

/** An order of Shopify, paid and settled. @returns its yearly license of unit 0 */
async function bought(seed: string): Promise<Answered> {
  await send(house, 'shopify', 'paid', seed);
  await house.settle();
  const { items } = await api.get('/v1/licenses?product=acmepro');
  return items.find((it: Answered) => it.policy === 'yearly' && it.unit === 0);
}

const post = (license: Answered, verb: string, body?: unknown, by = api) =>
  by.call('POST', `/v1/licenses/${license.id}/${verb}`, body);
const patch = (license: Answered, values: unknown, by = api) =>
  by.call('PATCH', `/v1/licenses/${license.id}`, values);
const shown = (license: Answered) => api.get(`/v1/licenses/${license.id}`);
const ofOrder = async (license: Answered) =>
  (await api.get(`/v1/licenses?order=${license.order_id}&limit=200`)).items;
const told = async (license: Answered) =>
  (await api.get(`/v1/orders/${license.order_id}`)).timeline.filter(
    (it: Answered) => it.cause.by === 'person',
  );

describe('several at once', () => {
  test('who ask for another key together, in two processes, all get the same one', async () => {
    const license = await bought('chorus');
    const other = await beside(house);
    const before = (await ofOrder(license)).length;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => post(license, 'reissue', {}, i % 2 === 0 ? api : other)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.key)).size).toBe(1);
    expect(await ofOrder(license)).toHaveLength(before + 1);
    expect(await told(license)).toHaveLength(1);
  });

  test('who change different values of one license, beside webhooks of its order, all are heard', async () => {
    const license = await bought('values');
    const other = await beside(house);
    await send(house, 'shopify', 'edited', 'values');
    const answers = await Promise.all([
      patch(license, { max_activations: 7 }),
      patch(license, { custom_fields: { team: 'blue' } }, other),
      patch(license, { metadata: { a: 1 } }),
      patch(license, { metadata: { b: 2 } }, other),
      post(license, 'suspend', {}, other),
      house.settle(),
    ]);
    for (const it of answers) if (it) expect(it.status).toBe(200);
    expect(await shown(license)).toMatchObject({
      state: 'suspended',
      max_activations: 7,
      custom_fields: { team: 'blue' },
      metadata: { a: 1, b: 2 },
    });
    expect(await told(license)).toHaveLength(5);
  });

  test('who reissue and revoke at once end with one license in the slot, revoked', async () => {
    const other = await beside(house);
    for (let i = 0; i < 4; i++) {
      const license = await bought(`rivals${i}`);
      const [reissued, revoked] = await Promise.all([
        post(license, 'reissue'),
        post(license, 'revoke', {}, other),
      ]);
      // Whoever comes second is told which license stands there, or why none does.
      const statuses = [reissued.status, revoked.status].sort();
      expect(statuses).toEqual([200, 409]);
      const slot = (await ofOrder(license)).filter(
        (it: Answered) => it.line_id === license.line_id && it.unit === 0 && it.part === license.part,
      );
      expect(slot.filter((it: Answered) => !it.replaced)).toHaveLength(1);
      expect(slot.filter((it: Answered) => it.state === 'active')).toHaveLength(
        reissued.status === 200 ? 1 : 0,
      );
    }
  });
});

describe('a source', () => {
  test('that is closed, or whose mapping file is gone, keeps nobody from acting on what it sold', async () => {
    const license = await bought('file gone');
    await house.sources.takeFiles([{ path: 'catalog.yaml', text: CATALOG }]);
    expect((await api.get('/v1/sources')).items.find((it: Answered) => it.name === 'shopify')).toMatchObject({
      open: false,
    });
    expect((await post(license, 'suspend')).body).toMatchObject({ state: 'suspended' });
    expect((await patch(license, { max_activations: 3 })).body).toMatchObject({ max_activations: 3 });
    expect((await post(license, 'reissue')).body).toMatchObject({ generation: 1, state: 'suspended' });
  });

  test('of which no mapping can be read is named, and the license stays as it is', async () => {
    const license = await bought('gone');
    const before = await shown(license);
    await house.db.batch([{ sql: 'DELETE FROM mapping_revisions', params: [] }]);
    await house.sources.takeFiles([{ path: 'catalog.yaml', text: 'products: []' }]);
    const { status, body } = await post(license, 'suspend');
    expect([status, body.code, body.detail]).toEqual([409, 'source_unknown', 'shopify']);
    expect({ ...(await shown(license)), timeline: before.timeline }).toEqual(before);
  });

  test('whose catalog has the product no more still lets values be changed that need no catalog', async () => {
    const license = await bought('catalog');
    const catalog = { products: [{ code: 'acmecli', policies: [{ code: 'p', license_type: 'perpetual' }] }] };
    const { mapping } = await api.get('/v1/mappings/shopify');
    const put = await api.call('PUT', '/v1/mappings/shopify', {
      mapping: { ...mapping, rules: [] },
      catalog,
    });
    expect(put.status).toBe(200);
    await house.settle();
    expect((await patch(license, { max_activations: 3 })).body).toMatchObject({ max_activations: 3 });
    const { status, body } = await patch(license, { features: ['export'] });
    expect([status, body.errors[0].path, body.errors[0].message]).toEqual([
      422,
      'body.features',
      expect.stringContaining('no product "acmepro" any more'),
    ]);
    expect((await post(license, 'revoke')).body).toMatchObject({ state: 'revoked' });
  });
});

test('a license of a line that waits for its rule is acted on all the same, and keeps what the shop last said', async () => {
  const license = await bought('waits');
  const { mapping } = await api.get('/v1/mappings/shopify');
  const rules = mapping.rules.filter((it: Answered) => it.name !== 'Pro');
  await api.call('PUT', '/v1/mappings/shopify', { mapping: { ...mapping, rules } });
  // What the shop sold is another variant now, which no rule fits.
  await house.db.batch([
    {
      sql: `UPDATE sales SET doc = json_set(doc, '$.pins', json('{}')) WHERE order_id = ?`,
      params: [license.order_id],
    },
  ]);
  await send(house, 'shopify', 'edited', 'waits');
  await house.settle();
  const order = await api.get(`/v1/orders/${license.order_id}`);
  expect(order.items.map((it: Answered) => it.state)).toContain('parked');
  expect((await post(license, 'suspend')).body).toMatchObject({ state: 'suspended', remark: null });
  const { body } = await post(license, 'reissue');
  expect(body).toMatchObject({ generation: 1, state: 'suspended', valid_until: license.valid_until });
  expect((await post(body, 'reinstate')).body).toMatchObject({ state: 'active', reasons: [] });
  expect((await patch(body, { max_activations: 4 })).body).toMatchObject({ max_activations: 4 });
  await api.call('PUT', '/v1/mappings/shopify', { mapping });
  await house.settle();
  expect(await shown(body)).toMatchObject({
    state: 'active',
    max_activations: 4,
    starts_at: license.starts_at,
  });
  expect((await patch(body, { max_activations: null })).body.max_activations).toBe(license.max_activations);
});

test('who is forgotten is forgotten in the notes, too; the license keeps its values, as those of a rule', async () => {
  const license = await bought('forgotten');
  const values = { custom_fields: { team: 'Ada Example' }, change_note: 'asked for by Ada Example' };
  await patch(license, values);
  await post(license, 'suspend', { note: 'Ada Example called' });
  const { external_id } = await api.get(`/v1/orders/${license.order_id}`);
  const done = await api.call('POST', '/v1/privacy/redactions', { source: 'shopify', order: external_id });
  expect(done.status).toBe(200);
  const notes = (await told(license)).map((it: Answered) => [it.cause.act.split(' ')[0], it.cause.note]);
  expect(notes).toContainEqual(['change', null]);
  expect(notes).toContainEqual(['suspend', null]);
  expect(await shown(license)).toMatchObject({ state: 'suspended', custom_fields: { team: 'Ada Example' } });
  expect((await patch(license, { custom_fields: null })).body).toMatchObject({ custom_fields: {} });
  expect((await post(license, 'reinstate')).body).toMatchObject({ state: 'active' });
});

test('a database that cannot be written does nothing, and the same said later does it once', async () => {
  const license = await bought('dies');
  let fails = true;
  const dying = await beside(house, () => fails);
  const answer = await post(license, 'reissue', {}, dying);
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expect(await shown(license)).toMatchObject({ replaced: false, state: 'active' });
  fails = false;
  expect((await post(license, 'reissue', {}, dying)).body).toMatchObject({ generation: 1 });
  expect(await told(license)).toHaveLength(1);
});

/** A second process over the same database. @param dead whether its commits fail */
async function beside({ db, clock }: HttpHouse, dead: () => boolean = () => false): Promise<Client> {
  const second = makeHouse({
    db: {
      ...db,
      read: (sql, params) => db.read(sql, params),
      batch: async (statements) => {
        if (dead() && statements.some(({ sql }) => sql.includes('INSERT INTO sale_versions')))
          throw new Error('the disk is gone');
        return db.batch(statements);
      },
    },
    env: ENV,
    environment: { maxBodyBytes: MAX_BODY_BYTES, maxUnitsPerLine: 1000 },
    clock,
    random: seededRandom('beside'),
    digest,
    fetch: () => Promise.reject(new Error('this house asks nobody')),
    log: () => {},
    notify: () => {},
  });
  await second.keys.ensureAdmin(ADMIN_KEY);
  return client({
    request: async (path, init) => second.app.request(path, init),
    now: clock.now,
    settle: second.drain,
    close: async () => {},
  });
}
