/** The audit log: every change that a person or a program makes through the API is told, by whom, and from what to what. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ROUTES } from '../../src/http/management/index.ts';
import { ADMIN_KEY, type Answered, type Client, client, send } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
let api: Client;

async function open(files: Readonly<Record<string, string>> = {}): Promise<void> {
  house = await openHttpHouse(() => ({}), { files, env: { TOKEN: 'shpat_fake' } });
  api = client(house);
}
const log = async (query = ''): Promise<Answered[]> => (await api.get(`/v1/audit?limit=200${query}`)).items;
const later = () => house.clock.advance(1_000);

/** An order with licenses, as a shop sends it. @returns it */
async function bought(seed: string, ...names: string[]): Promise<Answered> {
  for (const name of ['paid', ...names]) {
    later();
    await send(house, 'shopify', name, seed);
    await house.settle();
  }
  return (await api.get('/v1/orders')).items[0];
}
const licenseOf = (order: Answered): Answered => order.items[0].licenses[0];

/** A source whose shop may be asked. */
const KEYED = `integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ], shop_domain: acme.myshopify.com, admin_token: $TOKEN }
rules: [ { name: Pro, when: { sku: "PRO-*" }, grant: { product: acmepro, policy: yearly } } ]
`;

type Headers = Readonly<Record<string, string>>;
interface Deed {
  /** What it is done to. @returns path and body of a request that changes it */
  readonly ask: () => Promise<readonly [path: string, body?: unknown, headers?: Headers]>;
  readonly action: string;
}

const deed = (action: string, ask: Deed['ask']): Deed => ({ action, ask });
const onLicense = (verb: string) =>
  deed(`license.${verb}`, async () => {
    const license = licenseOf(await bought(verb));
    if (verb === 'reinstate') await api.call('POST', `/v1/licenses/${license.id}/suspend`);
    return [`/v1/licenses/${license.id}/${verb}`];
  });
const onReview = (verb: string) =>
  deed(`review.${verb}`, async () => {
    await bought(verb, 'refund-unit');
    return [`/v1/reviews/${(await api.get('/v1/reviews')).items[0].id}/${verb}`];
  });
const made = async (path: string, body: unknown): Promise<Answered> => {
  const { status, body: it } = await api.call('POST', path, body);
  if (status >= 300) throw new Error(JSON.stringify(it));
  return it;
};
/** A line that waits. @returns its id */
async function parked(seed: string): Promise<string> {
  await send(house, 'shopify', 'unmapped', seed);
  await house.settle();
  return (await api.get('/v1/parked')).items[0].id;
}
const product = (code: string) => ({ code, policies: [{ code: 'basic', license_type: 'perpetual' }] });
/** Something of the catalog: made with the product of this name, or of it. */
const inCatalog = (
  list: 'policies' | 'features' | 'custom_fields',
  [one, name]: readonly [one: string, name: 'code' | 'name'],
  more: object,
  change: object,
): Readonly<Record<string, Deed>> => {
  const listed = async (seed: string) => {
    const at = `/v1/products/${(await made('/v1/products', product(`${seed}-${one}`))).code}/${list}`;
    await made(at, { [name]: 'it', ...more });
    return at;
  };
  const param = list === 'policies' ? ':policy' : list === 'features' ? ':feature' : ':field';
  const path = `/v1/products/:code/${list}`;
  return {
    [`POST ${path}`]: deed(`${one}.create`, async () => [await listed('post'), { [name]: 'more', ...more }]),
    [`PATCH ${path}/${param}`]: deed(`${one}.update`, async () => [`${await listed('patch')}/it`, change]),
    [`DELETE ${path}/${param}`]: deed(`${one}.delete`, async () => [`${await listed('delete')}/it`]),
  };
};
const imports = (table: string, lines: readonly string[]) =>
  deed('job.create', async () => [`/v1/imports/${table}`, lines.join('\n'), { 'content-type': 'text/csv' }]);
/** A job that nobody took up yet. @returns its id */
async function queued(seed: string): Promise<string> {
  await bought(seed);
  return (await made('/v1/replays', { source: 'shopify' })).id;
}

/** A valid request of every route that changes something. A new route is written here, or below with why it is not. */
const DEEDS: Readonly<Record<string, Deed>> = {
  'POST /v1/orders': deed('order.create', async () => ['/v1/orders', { items: [{ product: 'acmepro' }] }]),
  'POST /v1/reviews/:id/accept': onReview('accept'),
  'POST /v1/reviews/:id/decline': onReview('decline'),
  'PATCH /v1/licenses/:id': deed('license.change', async () => [
    `/v1/licenses/${licenseOf(await bought('change')).id}`,
    { max_activations: 7 },
  ]),
  'POST /v1/licenses/:id/suspend': onLicense('suspend'),
  'POST /v1/licenses/:id/reinstate': onLicense('reinstate'),
  'POST /v1/licenses/:id/revoke': onLicense('revoke'),
  'POST /v1/licenses/:id/reissue': onLicense('reissue'),
  'POST /v1/licenses/:id/reset_activations': onLicense('reset_activations'),
  'POST /v1/accounts': deed('account.create', async () => ['/v1/accounts', { name: 'Acme' }]),
  'PATCH /v1/accounts/:id': deed('account.update', async () => [
    `/v1/accounts/${(await made('/v1/accounts', { name: 'Old' })).id}`,
    { name: 'New' },
  ]),
  'DELETE /v1/accounts/:id': deed('account.delete', async () => [
    `/v1/accounts/${(await made('/v1/accounts', { name: 'Gone' })).id}`,
  ]),
  'POST /v1/customers': deed('customer.create', async () => ['/v1/customers', { email: 'new@example.com' }]),
  'PATCH /v1/customers/:id': deed('customer.update', async () => {
    await bought('customer');
    return [`/v1/customers/${(await api.get('/v1/customers')).items[0].id}`, { name: 'Ada' }];
  }),
  'DELETE /v1/customers/:id': deed('customer.delete', async () => [
    `/v1/customers/${(await made('/v1/customers', { email: 'gone@example.com' })).id}`,
  ]),
  'POST /v1/products': deed('product.create', async () => ['/v1/products', product('made')]),
  'PATCH /v1/products/:code': deed('product.update', async () => [
    `/v1/products/${(await made('/v1/products', product('changed'))).code}`,
    { name: 'Changed' },
  ]),
  'DELETE /v1/products/:code': deed('product.delete', async () => [
    `/v1/products/${(await made('/v1/products', product('gone'))).code}`,
  ]),
  ...inCatalog('policies', ['policy', 'code'], { license_type: 'perpetual' }, { max_activations: 3 }),
  ...inCatalog('features', ['feature', 'code'], {}, { name: 'It' }),
  ...inCatalog('custom_fields', ['custom_field', 'name'], {}, { default: 'it' }),
  'POST /v1/bundles': deed('bundle.create', async () => [
    '/v1/bundles',
    { code: 'made-bundle', products: [{ product: 'acmecli' }] },
  ]),
  'PATCH /v1/bundles/:code': deed('bundle.update', async () => [
    `/v1/bundles/${(await made('/v1/bundles', { code: 'changed-bundle', products: [{ product: 'acmecli' }] })).code}`,
    { name: 'Changed' },
  ]),
  'DELETE /v1/bundles/:code': deed('bundle.delete', async () => [
    `/v1/bundles/${(await made('/v1/bundles', { code: 'gone-bundle', products: [{ product: 'acmecli' }] })).code}`,
  ]),
  'POST /v1/parked/:id/resolve': deed('line.resolve', async () => [
    `/v1/parked/${await parked('resolved')}/resolve`,
    { product: 'acmecli' },
  ]),
  'POST /v1/parked/:id/unresolve': deed('line.unresolve', async () => {
    const id = await parked('unresolved');
    await made(`/v1/parked/${id}/resolve`, { product: 'acmecli' });
    return [`/v1/parked/${id}/unresolve`];
  }),
  'POST /v1/replays': deed('job.create', async () => ['/v1/replays', { source: 'shopify' }]),
  'POST /v1/reconciliations': deed('job.create', async () => [
    '/v1/reconciliations',
    { source: 'keyed', from: new Date(house.now() - 86_400_000).toISOString() },
  ]),
  'POST /v1/imports/customers': imports('customers', ['email,name', 'file@example.com,File']),
  'POST /v1/imports/orders': imports('orders', ['order,product', 'F-1,acmecli']),
  'POST /v1/imports/licenses': imports('licenses', ['key,product', 'A-KEY-OF-A-FILE,acmecli']),
  'POST /v1/jobs/:id/cancel': deed('job.cancel', async () => [`/v1/jobs/${await queued('cancel')}/cancel`]),
  'POST /v1/jobs/:id/resume': deed('job.resume', async () => {
    const id = await queued('resume');
    await made(`/v1/jobs/${id}/cancel`, undefined);
    return [`/v1/jobs/${id}/resume`];
  }),
  'POST /v1/events/:id/replay': deed('event.replay', async () => {
    const order = await bought('again');
    // As if less had been issued than the event says.
    const lost = 'DELETE FROM licenses WHERE id = ?';
    await house.db.batch([{ sql: lost, params: [licenseOf(order).id] }]);
    return [`/v1/events/${(await api.get(`/v1/events?order=${order.id}`)).items[0].id}/replay`];
  }),
  'PUT /v1/mappings/:source': deed('mapping.put', async () => {
    const { mapping } = await api.get('/v1/mappings/stripe');
    return ['/v1/mappings/stripe', { mapping: { ...mapping, rules: [] } }];
  }),
  'POST /v1/mappings/:source/rollback': deed('mapping.rollback', async () => {
    const { mapping, revision } = await api.get('/v1/mappings/stripe');
    await api.call('PUT', '/v1/mappings/stripe', { mapping: { ...mapping, unmapped: 'ignore' } });
    return ['/v1/mappings/stripe/rollback', { revision }];
  }),
  'POST /v1/adoptions': deed('adoption.take_in', async () => [
    '/v1/adoptions',
    { source: 'stripe', keys: [{ name: 'cs_old', key: 'AN-OLD-KEY' }] },
  ]),
  'DELETE /v1/adoptions/:id': deed('adoption.drop', async () => {
    await api.call('POST', '/v1/adoptions', {
      source: 'stripe',
      keys: [{ name: 'cs_2', key: 'OTHER-OLD-KEY' }],
    });
    const { items } = await api.get('/v1/adoptions?source=stripe');
    return [`/v1/adoptions/${items[0].id}`];
  }),
  'POST /v1/privacy/requests/:id/done': deed('privacy.done', async () => {
    await send(house, 'shopify', 'data-request', 'asks');
    await house.settle();
    return [`/v1/privacy/requests/${(await api.get('/v1/privacy/requests?open=true')).items[0].id}/done`];
  }),
  'POST /v1/privacy/redactions': deed('privacy.redact_customer', async () => [
    '/v1/privacy/redactions',
    { source: 'shopify', order: (await bought('forget')).id },
  ]),
  'POST /v1/api-keys': deed('api_key.create', async () => ['/v1/api-keys', { name: 'made' }]),
  'PATCH /v1/api-keys/:id': deed('api_key.change', async () => [
    `/v1/api-keys/${(await house.keys.create({ name: 'old', scopes: ['read'], expires_at: null })).record.id}`,
    { name: 'new' },
  ]),
  'DELETE /v1/api-keys/:id': deed('api_key.revoke', async () => [
    `/v1/api-keys/${(await house.keys.create({ name: 'gone', scopes: ['read'], expires_at: null })).record.id}`,
  ]),
};

/** Routes that are no GET and change nothing, each with why. */
const CHANGES_NOTHING: Readonly<Record<string, string>> = {
  'POST /v1/mappings/:source/explain': 'says how lines would be mapped',
  'POST /v1/privacy/exports': 'reads; it is a POST so that no address stands in a path',
};

const changing = ROUTES.filter(({ method }) => method !== 'GET').map(
  ({ method, path }) => `${method} ${path}`,
);

test('every route that changes something stands in the table, or says why it changes nothing', () => {
  expect(changing.sort()).toEqual([...Object.keys(DEEDS), ...Object.keys(CHANGES_NOTHING)].sort());
});

describe('every change is told', () => {
  beforeAll(() => open({ 'keyed.yaml': KEYED }));
  afterAll(() => house.close());

  test.each(Object.keys(DEEDS))('%s', async (name) => {
    const { ask, action } = DEEDS[name] ?? deed('', async () => ['']);
    const [path, body, headers] = await ask();
    later();
    const { record, key } = await house.keys.create({
      name: `who does ${name}`,
      scopes: ['admin'],
      expires_at: null,
    });
    const answered = await client(house, key).call(name.split(' ')[0] ?? '', path, body, headers);
    expect(answered.status, JSON.stringify(answered.body)).toBeLessThan(300);
    // An order by hand's catalog may be put with another mapping.
    const [entry, ...others] = await log(`&actor=${record.id}`);
    expect(others.filter((it) => it.action !== entry.action)).toEqual([]);
    expect(entry).toMatchObject({
      id: expect.stringMatching(/^aud_/),
      at: new Date(house.now()).toISOString(),
      actor: { id: record.id, name: `who does ${name}` },
      action,
      subject: expect.any(String),
    });
    expect([entry.before, entry.after]).not.toEqual([null, null]);
  });

  test('and what was asked for in vain, or only tried, is not', async () => {
    const order = await bought('vain');
    const license = licenseOf(order);
    const [event] = (await api.get(`/v1/events?order=${order.id}`)).items;
    await api.call('POST', `/v1/licenses/${license.id}/suspend`);
    const before = await log();
    later();
    await api.call('POST', `/v1/licenses/${license.id}/suspend`);
    await api.call('POST', `/v1/events/${event.id}/replay`, {});
    await api.call('POST', `/v1/events/${event.id}/replay`, { dry_run: true, remap: true });
    await api.call('POST', '/v1/licenses/none/revoke');
    await api.call('PATCH', `/v1/licenses/${license.id}`, { max_activations: -1 });
    await api.call('PUT', '/v1/mappings/stripe', { mapping: {} });
    await api.call('POST', '/v1/privacy/redactions', { source: 'shopify', order: order.id, dry_run: true });
    await api.call('POST', '/v1/adoptions', {
      source: 'stripe',
      keys: [{ name: 'a', key: 'K' }],
      dry_run: true,
    });
    await api.call('DELETE', '/v1/adoptions/none');
    await api.call('DELETE', '/v1/api-keys/none');
    expect(await log()).toEqual(before);
  });
});

describe('an entry', () => {
  beforeEach(() => open());
  afterEach(() => house.close());

  test('tells of licenses what stood there before', async () => {
    const order = await bought('told');
    const { id } = licenseOf(order);
    await api.call('PATCH', `/v1/licenses/${id}`, { max_activations: 9, change_note: 'as agreed' });
    later();
    await api.call('POST', `/v1/licenses/${id}/suspend`, { note: 'chargeback' });
    const [suspended, changed, ...others] = await log(`&subject=${id}`);
    expect(others).toEqual([]);
    expect(changed).toMatchObject({
      actor: { id: 'environment', name: 'KEYFERRY_ADMIN_KEY' },
      action: 'license.change',
      before: { licenses: [{ license_id: id, fields: { max_activations: null } }] },
      after: {
        order_id: order.id,
        version: 2,
        licenses: [{ license_id: id, fields: { max_activations: 9 } }],
      },
      note: 'as agreed',
    });
    expect(suspended).toMatchObject({
      action: 'license.suspend',
      before: { licenses: [{ license_id: id, state: 'active' }] },
      after: { licenses: [{ license_id: id, change: 'suspend', state: 'suspended' }] },
      note: 'chargeback',
    });
  });

  test('of an order by hand comes once, however often it is sent and whoever carries it', async () => {
    const asked = { id: 'A-1', items: [{ product: 'acmepro', quantity: 2 }] };
    const { body: order } = await api.call('POST', '/v1/orders', asked);
    await api.call('POST', '/v1/orders', asked);
    await house.settle();
    later();
    const more = { ...asked, items: [{ id: 'more', product: 'acmecli' }], append: true };
    await api.call('POST', '/v1/orders', more);
    const entries = await log(`&subject=${order.id}`);
    expect(entries.map((it) => [it.action, it.after.licenses.length])).toEqual([
      ['order.append', 1],
      ['order.create', 2],
    ]);
    expect(entries[1].before).toBeNull();
    expect(JSON.stringify(entries)).not.toMatch(/([0-9A-Z]{4}-){5}[0-9A-Z]{4}/);
  });

  test('of what a shop passes on names the shop, and of what is done by itself the house', async () => {
    await bought('passed');
    await send(house, 'shopify', 'redact', 'passed');
    await house.settle();
    const entries = await log();
    expect(
      entries.filter(({ action }) => action.startsWith('privacy')).map((it) => [it.action, it.actor]),
    ).toEqual([
      ['privacy.done', { id: 'keyferry', name: 'Keyferry itself' }],
      ['privacy.redact_customer', { id: 'shopify', name: null }],
    ]);
    // What was read from the files when the house opened.
    expect(
      entries
        .filter(({ action }) => action === 'mapping.put')
        .map((it) => [it.subject, it.actor, it.before, it.after])
        .sort(),
    ).toEqual([
      ['closed', { id: 'closed.yaml', name: null }, null, { revision: 1 }],
      ['manual', { id: 'catalog.yaml', name: null }, null, { revision: 1 }],
      ['shopify', { id: 'shopify.yaml', name: null }, null, { revision: 1 }],
      ['stripe', { id: 'stripe.yaml', name: null }, null, { revision: 1 }],
    ]);
  });

  test('of a line that waits names the order; as a rule it is the mapping’s, and what it issues elsewhere nobody’s', async () => {
    const [first, second] = [await parked('first'), await parked('second')];
    await api.call('POST', `/v1/parked/${first}/resolve`, { product: 'acmepro', note: 'asked by phone' });
    later();
    await api.call('POST', `/v1/parked/${first}/unresolve`);
    later();
    const rule = { product: 'acmecli', as: 'rule' };
    const { revision } = await api.get('/v1/mappings/shopify');
    const { body: told } = await api.call('POST', `/v1/parked/${second}/resolve`, { ...rule, dry_run: true });
    expect(told.changes).toHaveLength(1);
    const before = await log();
    await api.call('POST', `/v1/parked/${second}/resolve`, rule);
    await house.settle();
    const [written, ...others] = await log();
    expect(others).toEqual(before);
    expect(written).toMatchObject({
      actor: { id: 'environment' },
      action: 'mapping.put',
      subject: 'shopify',
      before: { revision },
      after: { revision: revision + 1 },
    });
    const orderId = first.split('.')[0];
    expect(await log(`&subject=${orderId}`)).toMatchObject([
      { action: 'line.unresolve', after: { order_id: orderId, licenses: [] } },
      {
        action: 'line.resolve',
        after: { licenses: [{ change: 'issue', product: 'acmepro' }] },
        note: 'asked by phone',
      },
    ]);
  });

  test('of what a job changes names whoever asked for the job, once, however often it is sent', async () => {
    const { record, key } = await house.keys.create({ name: 'ann', scopes: ['admin'], expires_at: null });
    const ann = client(house, key);
    const order = await bought('walked');
    const lost = 'DELETE FROM licenses WHERE id = ?';
    await house.db.batch([{ sql: lost, params: [licenseOf(order).id] }]);
    const csv = { 'content-type': 'text/csv' };
    const files = [
      ['customers', 'email,name,account\nfile@example.com,File,Files\nfile2@example.com,File 2,Files'],
      ['orders', 'order,product\nF-1,acmecli\nF-2,acmepro'],
      ['licenses', 'key,product\nA-KEY-OF-A-FILE,acmecli'],
    ];
    const told = async () =>
      (await log(`&actor=${record.id}`)).map(({ action }) => action).filter((it) => it !== 'job.create');
    for (const _twice of [1, 2]) {
      await ann.call('POST', '/v1/replays', { source: 'shopify' });
      for (const [table, text] of files) await ann.call('POST', `/v1/imports/${table}`, text, csv);
      await house.settle();
      expect((await told()).sort()).toEqual([
        'account.create',
        'customer.import',
        'event.replay',
        'order.create',
        'order.create',
        'order.create',
      ]);
    }
    // What is only foretold changes nothing.
    await ann.call('POST', '/v1/imports/orders?dry_run=true', 'order,product\nF-3,acmecli', csv);
    await house.settle();
    expect(await told()).toHaveLength(6);
    const [imported] = await log('&action=customer.import');
    expect(imported).toMatchObject({ subject: expect.stringMatching(/^job_/), after: { customers: 2 } });
    expect(JSON.stringify(await log())).not.toMatch(/A-KEY-OF-A-FILE|file2?@example/);
  });

  test('of a webhook there is none', async () => {
    const before = await log();
    await bought('plain', 'refund-unit');
    expect(await log()).toEqual(before);
  });

  test('is found by who, what, whom and when, and by any two of them', async () => {
    const { id } = licenseOf(await bought('found'));
    const { record, key } = await house.keys.create({ name: 'ann', scopes: ['admin'], expires_at: null });
    later();
    const noon = new Date(house.now()).toISOString();
    await client(house, key).call('POST', `/v1/licenses/${id}/suspend`);
    later();
    await api.call('POST', `/v1/licenses/${id}/reinstate`);
    const actions = async (query: string) => (await log(query)).map(({ action }) => action);
    expect(await actions(`&subject=${id}`)).toEqual(['license.reinstate', 'license.suspend']);
    expect(await actions(`&subject=${id}&actor=${record.id}`)).toEqual(['license.suspend']);
    expect(await actions(`&subject=${id}&action=license.reinstate`)).toEqual(['license.reinstate']);
    expect(await actions(`&actor=${record.id}&action=license.reinstate`)).toEqual([]);
    expect(await actions(`&actor=${record.id}`)).toEqual(['license.suspend']);
    expect(await actions(`&action=license.suspend`)).toEqual(['license.suspend']);
    expect(await actions(`&subject=${id}&to=${noon}`)).toEqual([]);
    expect(await actions(`&from=${noon}&action=license.suspend`)).toEqual(['license.suspend']);
    expect((await client(house, key).call('GET', '/v1/audit?when=now')).status).toBe(422);
  });

  test('of a person who is forgotten names nobody and tells no value', async () => {
    const order = await bought('known');
    const license = licenseOf(order);
    const secret = { metadata: { for: 'Ada Lovelace' }, change_note: 'Ada asked for it' };
    await api.call('PATCH', `/v1/licenses/${license.id}`, secret);
    const row = `INSERT INTO audit (id, at, actor, action, subject, before, after, note)
      VALUES ('aud_1', 1, 'ann', 'customer.update', ?, '{"name":"Ada Byron"}', '{"name":"Ada Lovelace"}', 'Ada wrote')`;
    await house.db.batch([{ sql: row, params: [order.customer.id] }]);
    const hand = {
      customer: { email: 'ada+known@example.com', name: 'Ada' },
      note: 'for Ada',
      items: [{ product: 'acmepro' }],
    };
    await api.call('POST', '/v1/orders', hand);
    expect(JSON.stringify(await log())).toMatch(/Ada Lovelace.*/);
    await api.call('POST', '/v1/privacy/redactions', { source: 'shopify', email: 'ada+known@example.com' });
    await api.call('POST', '/v1/privacy/redactions', { source: 'manual', email: 'ada+known@example.com' });
    await house.settle();
    const entries = await log();
    expect(JSON.stringify(entries)).not.toContain('Ada');
    expect(entries.find(({ id }) => id === 'aud_1')).toMatchObject({
      before: { name: null },
      after: { name: null },
      note: null,
    });
    expect(entries.find(({ subject }) => subject === license.id)).toMatchObject({
      action: 'license.change',
      before: { licenses: [{ license_id: license.id }] },
      note: null,
    });
  });

  test('holds no license key, no API key, no secret and no whole body, whatever is done', async () => {
    const order = await bought('secret');
    const ids = order.items.flatMap((it: Answered) => it.licenses.map((one: Answered) => one.id));
    const secrets = new Set<string>([ADMIN_KEY, 'whsec_of_the_http_contract', 'shpss_of_the_http_contract']);
    const said = fc.string({ minLength: 1, maxLength: 20 }).filter((it) => it.trim() !== '');
    const acts = fc.oneof(
      fc.record({
        do: fc.constant('license' as const),
        verb: fc.constantFrom('suspend', 'reinstate', 'reissue', 'revoke'),
        n: fc.nat(3),
      }),
      fc.record({ do: fc.constant('change' as const), n: fc.nat(3), max: fc.integer({ min: 1, max: 99 }) }),
      fc.record({ do: fc.constant('order' as const), quantity: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ do: fc.constant('adopt' as const), key: fc.stringMatching(/^[!-~]{12,40}$/) }),
      fc.record({ do: fc.constant('key' as const), name: said }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 1, maxLength: 4 }), async (all) => {
        for (const it of all) {
          if (it.do === 'license') await api.call('POST', `/v1/licenses/${ids[it.n]}/${it.verb}`, {});
          if (it.do === 'change')
            await api.call('PATCH', `/v1/licenses/${ids[it.n]}`, { max_activations: it.max });
          if (it.do === 'order')
            await api.call('POST', '/v1/orders', { items: [{ product: 'acmepro', quantity: it.quantity }] });
          if (it.do === 'adopt') {
            secrets.add(it.key);
            await api.call('POST', '/v1/adoptions', {
              source: 'stripe',
              keys: [{ name: 'cs_x', key: it.key }],
            });
          }
          if (it.do === 'key') {
            const { body } = await api.call('POST', '/v1/api-keys', { name: it.name });
            if (body.key) secrets.add(body.key);
          }
          later();
        }
        const keys = await house.db.read('SELECT key FROM licenses UNION SELECT hash FROM api_keys');
        const rows = await house.db.read('SELECT * FROM audit');
        const text = rows.map(({ before, after, note }) => `${before} ${after} ${note}`).join('\n');
        for (const secret of [...secrets, ...keys.map(({ key }) => String(key))])
          expect(text).not.toContain(secret);
        for (const row of rows)
          expect(String(row.before).length + String(row.after).length).toBeLessThan(60_000);
        // A mapping is told by its number alone.
        expect(text).not.toContain('webhook_secrets');
      }),
      { numRuns: 8 },
    );
  });

  test('is never changed or taken away', async () => {
    await bought('kept');
    const before = await log();
    await house.keys.resetAdmin('command');
    await house.keys.resetAdmin('command');
    expect((await log()).slice(2)).toEqual(before);
    expect((await log('&actor=command')).map((it) => [it.action, it.actor.name, it.after.scopes])).toEqual([
      ['api_key.reset_admin', 'the command line', ['admin']],
      ['api_key.reset_admin', 'the command line', ['admin']],
    ]);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect((await api.call(method, '/v1/audit')).status).toBe(405);
  });
});
