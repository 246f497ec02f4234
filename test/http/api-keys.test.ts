/** The keys behind the API: what is stored of them, and the admin key of the first start. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeApiKeys } from '../../src/store/api-keys.ts';
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
