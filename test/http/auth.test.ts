/** Which key opens which route: every route of the table against every scope. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { SCOPES, type Scope } from '../../src/core/records.ts';
import { ROUTES } from '../../src/http/management/index.ts';
import { ADMIN_KEY, client } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

/** Written out by hand: whoever changes a route's scope changes it here too. */
const NEEDED: Readonly<Record<string, Scope>> = {
  'GET /v1/orders': 'read',
  'POST /v1/orders': 'issue',
  'GET /v1/orders/:id': 'read',
  'GET /v1/parked': 'read',
  'GET /v1/parked/:id': 'read',
  'POST /v1/parked/:id/resolve': 'issue',
  'POST /v1/parked/:id/unresolve': 'issue',
  'GET /v1/refusals': 'read',
  'GET /v1/reviews': 'read',
  'GET /v1/reviews/:id': 'read',
  'POST /v1/reviews/:id/accept': 'operate',
  'POST /v1/reviews/:id/decline': 'operate',
  'GET /v1/licenses': 'read',
  'GET /v1/licenses/:id': 'read',
  'PATCH /v1/licenses/:id': 'issue',
  'POST /v1/licenses/:id/suspend': 'issue',
  'POST /v1/licenses/:id/reinstate': 'issue',
  'POST /v1/licenses/:id/revoke': 'issue',
  'POST /v1/licenses/:id/reissue': 'issue',
  'POST /v1/licenses/:id/reset_activations': 'issue',
  'GET /v1/accounts': 'read',
  'GET /v1/accounts/:id': 'read',
  'POST /v1/accounts': 'issue',
  'GET /v1/customers': 'read',
  'GET /v1/customers/:id': 'read',
  'PATCH /v1/customers/:id': 'issue',
  'GET /v1/events': 'read',
  'GET /v1/events/:id': 'read',
  'POST /v1/events/:id/replay': 'operate',
  'POST /v1/replays': 'operate',
  'GET /v1/replays/:id': 'read',
  'GET /v1/jobs': 'read',
  'GET /v1/jobs/:id': 'read',
  'GET /v1/jobs/:id/findings': 'read',
  'POST /v1/jobs/:id/cancel': 'operate',
  'POST /v1/jobs/:id/resume': 'operate',
  'GET /v1/sources': 'read',
  'GET /v1/mappings': 'read',
  'GET /v1/mappings/:source': 'read',
  'PUT /v1/mappings/:source': 'admin',
  'GET /v1/mappings/:source/revisions': 'read',
  'POST /v1/mappings/:source/explain': 'read',
  'POST /v1/adoptions': 'issue',
  'GET /v1/adoptions': 'read',
  'DELETE /v1/adoptions/:id': 'issue',
  'GET /v1/privacy/requests': 'admin',
  'GET /v1/privacy/requests/:id': 'admin',
  'GET /v1/privacy/requests/:id/export': 'admin',
  'POST /v1/privacy/requests/:id/done': 'admin',
  'POST /v1/privacy/exports': 'admin',
  'POST /v1/privacy/redactions': 'admin',
  'GET /v1/api-keys': 'admin',
  'POST /v1/api-keys': 'admin',
  'DELETE /v1/api-keys/:id': 'admin',
};
const routes = Object.entries(NEEDED).map(([route, needed]) => {
  const [method = '', path = ''] = route.split(' ');
  return { route, needed, method, path: path.replace(/:\w+/g, 'none') };
});

let house: HttpHouse;
const keys = new Map<Scope, string>();
beforeAll(async () => {
  house = await openHttpHouse();
  for (const scope of SCOPES) {
    keys.set(scope, (await house.keys.create({ name: scope, scopes: [scope], expires_at: null })).key);
  }
});
afterAll(() => house.close());

const keyOf = (scope: Scope) => keys.get(scope) ?? '';

test('the table below is whole', () => {
  expect(ROUTES.map((it) => `${it.method} ${it.path}`).sort()).toEqual(Object.keys(NEEDED).sort());
});

describe.each(routes)('$route needs $needed', ({ method, path, needed }) => {
  test.each(SCOPES)('a key that may %s', async (scope) => {
    const { status, body } = await client(house, keyOf(scope)).call(method, path);
    if (SCOPES.indexOf(scope) >= SCOPES.indexOf(needed)) expect([200, 202, 404, 422]).toContain(status);
    else
      expect([status, body.code, body.detail]).toEqual([
        403,
        'scope_missing',
        expect.stringContaining(`needs the scope ${needed}`),
      ]);
  });

  test('no key', async () => {
    expect((await house.request(path, { method })).status).toBe(401);
  });
});

test.each(['/v1', '/v1/', '/v1/nothing', '/v1/orders/x/y'])(
  '%s tells nothing to who has no key',
  async (path) => {
    expect((await house.request(path)).status).toBe(401);
  },
);

test('a key ends at its time, and not a moment earlier', async () => {
  const { key } = await house.keys.create({
    name: 'short',
    scopes: ['read'],
    expires_at: house.clock.now() + 1000,
  });
  house.clock.advance(999);
  expect((await client(house, key).call('GET', '/v1/orders')).status).toBe(200);
  house.clock.advance(1);
  expect((await client(house, key).call('GET', '/v1/orders')).status).toBe(401);
});

test('a made key opens what its request asks for, until the time it names', async () => {
  const asked = { name: 'ops', scopes: ['operate'], expires_at: '2027-01-01' };
  const { body } = await client(house, keyOf('admin')).call('POST', '/v1/api-keys', asked);
  expect([body.scopes, body.expires_at]).toEqual([['operate'], '2027-01-01T00:00:00.000Z']);
});

test.each([
  ['no name', {}, ['body.name']],
  ['an empty name', { name: '' }, ['body.name']],
  ['a name with a line break', { name: 'a\nb' }, ['body.name']],
  ['an unknown scope', { name: 'x', scopes: ['root'] }, ['body.scopes[0]']],
  ['no scope', { name: 'x', scopes: [] }, ['body.scopes']],
  [
    'a time that is none, and an unknown key',
    { name: 'x', expires_at: 'soon', scope: 'read' },
    ['body.expires_at', 'body.scope'],
  ],
])('a key with %s is not made', async (_what, asked, paths) => {
  const { status, body } = await client(house, keyOf('admin')).call('POST', '/v1/api-keys', asked);
  expect(status).toBe(422);
  expect(body.errors.map((it: { path: string }) => it.path).sort()).toEqual(paths);
});

test('a key that asks too often is told when to come back, and no other pays for it', async () => {
  const made = await house.keys.create({ name: 'eager', scopes: ['read'], expires_at: null });
  const eager = client(house, made.key);
  const statuses: number[] = [];
  for (let i = 0; i <= LIMITS.key_requests; i++)
    statuses.push((await eager.call('GET', '/v1/orders?limit=1')).status);
  expect(statuses.filter((it) => it === 200)).toHaveLength(LIMITS.key_requests);
  const headers = { authorization: `Bearer ${made.key}` };
  const refused = await house.request('/v1/orders', { headers });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
  expect((await client(house, keyOf('read')).call('GET', '/v1/orders')).status).toBe(200);
  house.clock.advance(1_000);
  expect((await eager.call('GET', '/v1/orders')).status).toBe(200);
});

test('the key of the environment may ask as often as it likes', async () => {
  const admin = client(house, ADMIN_KEY);
  for (let i = 0; i <= LIMITS.key_requests; i++)
    expect((await admin.call('GET', '/v1/orders?limit=1')).status).toBe(200);
});
