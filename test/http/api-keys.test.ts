/** The keys behind the API: what is stored of them, and the admin key of the first start. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeApiKeys } from '../../src/store/api-keys.ts';
import { type Answered, client } from '../contracts/http-house.ts';
import { digest, seededRandom } from '../house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
beforeEach(async () => {
  house = await openHttpHouse();
});
afterEach(() => house.close());

/** The keys as another process on the same database has them. */
function another(seed: string) {
  return makeApiKeys({ db: house.db, random: seededRandom(seed), digest, clock: house.clock });
}
const read = { scopes: ['read'], name: 'one', expires_at: null } as const;

test('only a hash of a key is stored', async () => {
  const { key } = await house.keys.create(read);
  expect(key).toMatch(/^kf_[a-z2-7]{40}$/);
  const rows = JSON.stringify(await house.db.read('SELECT * FROM api_keys'));
  expect(rows).not.toContain(key);
  expect(rows).not.toContain(key.slice(3));
});

test('a key is known to every process at once, and unknown to all once it is revoked', async () => {
  const { key, record } = await house.keys.create(read);
  expect(await another('b').holder(key)).toEqual({ id: record.id, name: 'one', scopes: ['read'] });
  await another('b').revoke(record.id);
  expect(await house.keys.holder(key)).toBeNull();
});

test('revoking twice keeps the first time', async () => {
  const { record } = await house.keys.create(read);
  const first = await house.keys.revoke(record.id);
  house.clock.advance(5_000);
  expect(await house.keys.revoke(record.id)).toEqual(first);
});

describe('the mark of last use', () => {
  const used = async (id: string) =>
    (await house.db.read('SELECT last_used_at FROM api_keys WHERE id = ?', [id]))[0]?.last_used_at;

  test('is written at most once a minute', async () => {
    const { key, record } = await house.keys.create(read);
    const first = house.clock.now();
    await house.keys.holder(key);
    await expect.poll(() => used(record.id)).toBe(first);
    house.clock.advance(59_999);
    await house.keys.holder(key);
    // Whatever was written before this key exists would be there by now: batches are written in order.
    await house.keys.create(read);
    expect(await used(record.id)).toBe(first);
    house.clock.advance(1);
    await house.keys.holder(key);
    await expect.poll(() => used(record.id)).toBe(first + 60_000);
  });

  test('is not waited for: a database that cannot be written still lets its readers in', async () => {
    const { key } = await house.keys.create(read);
    await house.db.batch([{ sql: 'ALTER TABLE api_keys RENAME COLUMN last_used_at TO gone', params: [] }]);
    await house.db.batch([{ sql: 'ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER', params: [] }]);
    await house.db.batch([
      {
        sql: "CREATE TRIGGER full BEFORE UPDATE ON api_keys BEGIN SELECT RAISE(ABORT, 'full'); END",
        params: [],
      },
    ]);
    expect(await house.keys.holder(key)).toMatchObject({ name: 'one' });
  });
});

describe('the admin key', () => {
  test('of the environment is accepted and stored nowhere', async () => {
    const given = 'correct horse battery staple — é ü 1234';
    const keys = another('env');
    expect(await keys.ensureAdmin(given)).toEqual({ ok: true, value: null });
    expect(await keys.holder(given)).toEqual({
      id: 'environment',
      name: 'KEYFERRY_ADMIN_KEY',
      scopes: ['admin'],
    });
    expect(await keys.holder(`${given}!`)).toBeNull();
    expect(await house.db.read('SELECT * FROM api_keys')).toEqual([]);
  });

  test('of the environment has at least 32 characters', async () => {
    expect(await another('env').ensureAdmin('x'.repeat(31))).toMatchObject({
      ok: false,
      problem: { code: 'config_invalid', errors: [{ path: 'KEYFERRY_ADMIN_KEY' }] },
    });
  });

  test('is made at the first start and told once, also when two processes start at once', async () => {
    const made = await Promise.all([
      another('a').ensureAdmin(undefined),
      another('b').ensureAdmin(undefined),
    ]);
    const keys = made.flatMap((it) => (it.ok && it.value !== null ? [it.value] : []));
    expect(keys).toHaveLength(1);
    expect(await another('c').ensureAdmin(null)).toEqual({ ok: true, value: null });
    expect(await house.keys.holder(keys[0] ?? '')).toMatchObject({ name: 'admin', scopes: ['admin'] });
  });

  test('can be made anew; the one before opens nothing any more', async () => {
    const first = await another('a').ensureAdmin(undefined);
    const next = await another('b').resetAdmin();
    expect(await house.keys.holder(next)).toMatchObject({ scopes: ['admin'] });
    expect(first.ok && first.value !== null && (await house.keys.holder(first.value))).toBeNull();
    await house.keys.revoke('key_admin');
    expect(await house.keys.holder(next)).toBeNull();
    expect(await house.keys.holder(await another('c').resetAdmin())).not.toBeNull();
  });
});

describe('over the API', () => {
  const DAY = 86_400_000;
  const iso = (at: number) => new Date(at).toISOString();
  const change = (id: string, body: unknown) => client(house).call('PATCH', `/v1/api-keys/${id}`, body);

  test('a key is read by its id, without itself, and says whether it opens anything', async () => {
    const api = client(house);
    const { record, key } = await house.keys.create({ ...read, expires_at: house.clock.now() + DAY });
    const shown = await api.get(`/v1/api-keys/${record.id}`);
    expect(shown).toEqual({
      id: record.id,
      name: 'one',
      state: 'valid',
      scopes: ['read'],
      created_at: iso(house.clock.now()),
      expires_at: iso(house.clock.now() + DAY),
      last_used_at: null,
      revoked_at: null,
    });
    expect((await client(house, key).call('GET', '/v1/orders')).status).toBe(200);
    // The answer comes after the use is noted, wherever it runs.
    expect((await api.get(`/v1/api-keys/${record.id}`)).last_used_at).toBe(iso(house.clock.now()));
    house.clock.advance(DAY);
    expect((await api.get(`/v1/api-keys/${record.id}`)).state).toBe('expired');
    await api.call('DELETE', `/v1/api-keys/${record.id}`);
    expect((await api.get('/v1/api-keys')).items.map((it: Answered) => it.state)).toEqual(['revoked']);
    expect((await api.call('GET', '/v1/api-keys/none')).status).toBe(404);
  });

  test('its name and its end are changed, and scopes are taken away', async () => {
    const { record, key } = await house.keys.create({ ...read, scopes: ['operate'] });
    const end = house.clock.now() + DAY;
    const { body } = await change(record.id, { name: 'two', expires_at: iso(end), scopes: ['read'] });
    expect([body.name, body.expires_at, body.scopes]).toEqual(['two', iso(end), ['read']]);
    expect(await house.keys.holder(key)).toMatchObject({ name: 'two', scopes: ['read'] });
    expect((await change(record.id, { expires_at: iso(end + DAY) })).body.expires_at).toBe(iso(end + DAY));
    expect((await change(record.id, { expires_at: null })).body.expires_at).toBeNull();
    expect((await change(record.id, {})).status).toBe(200);
    const log = await client(house).get(`/v1/audit?subject=${record.id}`);
    expect(log.items.map((it: Answered) => it.action).sort()).toEqual([
      'api_key.change',
      'api_key.change',
      'api_key.change',
      'api_key.create',
    ]);
  });

  test.each([
    ['more scopes than it has', { scopes: ['issue'] }, 'body.scopes'],
    ['an end that is past', { expires_at: '2020-01-01' }, 'body.expires_at'],
    ['a name that turns the page over', { name: 'ab\u202ecd' }, 'body.name'],
    ['a name with half a letter', { name: 'ab\ud800' }, 'body.name'],
    ['the key itself', { key: 'kf_x' }, 'body.key'],
  ])('it never gets %s', async (_what, body, path) => {
    const { record } = await house.keys.create(read);
    const { status, body: answered } = await change(record.id, body);
    expect([status, answered.errors[0].path]).toEqual([422, path]);
    expect(answered.errors[0].remedy).toBeTruthy();
  });

  test('what is over stays over', async () => {
    const { record } = await house.keys.create({ ...read, expires_at: house.clock.now() + 1 });
    house.clock.advance(1);
    expect((await change(record.id, { expires_at: null })).body).toMatchObject({
      status: 409,
      code: 'key_over',
    });
    expect(
      (await client(house).call('POST', '/v1/api-keys', { name: 'x', expires_at: '2020-01-01' })).status,
    ).toBe(422);
  });
});

describe('the last key that may admin', () => {
  const admin = { scopes: ['admin'], name: 'boss', expires_at: null } as const;
  const code = (it: Awaited<ReturnType<ReturnType<typeof another>['revoke']>>) =>
    it.ok ? 'done' : it.problem.code;

  test('is neither revoked nor narrowed nor ended, unless the environment brings one', async () => {
    const keys = another('a');
    const { record } = await keys.create(admin);
    await keys.create({ ...admin, scopes: ['operate'] });
    await keys.create({ ...admin, expires_at: house.clock.now() });
    expect(code(await keys.revoke(record.id))).toBe('last_admin_key');
    expect(code(await keys.change(record.id, { scopes: ['read'] }))).toBe('last_admin_key');
    expect(code(await keys.change(record.id, { expires_at: house.clock.now() + 1_000 }))).toBe(
      'last_admin_key',
    );
    expect(code(await keys.change(record.id, { name: 'chief' }))).toBe('done');
    expect(await keys.get(record.id)).toMatchObject({
      name: 'chief',
      scopes: ['admin'],
      expires_at: null,
      revoked_at: null,
    });
    // That of the tests knows a key of the environment.
    expect(code(await house.keys.revoke(record.id))).toBe('done');
  });

  test('stays when two revoke each other at once', async () => {
    const [a, b] = [another('a'), another('b')];
    const [first, second] = [await a.create(admin), await a.create(admin)];
    const done = await Promise.all([a.revoke(first.record.id), b.revoke(second.record.id)]);
    expect(done.map(code).sort()).toEqual(['done', 'last_admin_key']);
    const told = await house.db.read(`SELECT count(*) AS n FROM audit WHERE action = 'api_key.revoke'`);
    expect(told[0]?.n).toBe(1);
  });
});
