/**
 * What an isolate of the Workers door finds when it starts: bindings, tables, mapping files. Whatever is missing,
 * nothing is acknowledged that is not stored, and each answer says what to do.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { statement } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { ADMIN_KEY, type Answered, client, FILES, STRIPE, sample } from '../contracts/http-house.ts';
import { type Isolate, type Isolates, openIsolates } from './isolates.ts';

const MONDAY = Date.UTC(2026, 10, 2, 10, 0, 0);
const HOUR = 3_600_000;

let all: Isolates;
beforeEach(async () => {
  all = await openIsolates(MONDAY);
});
afterEach(() => all.close());

async function buy(isolate: Isolate, seed = 'a'): Promise<Response> {
  const { headers, body } = await sample('stripe', 'one-time', seed, all.clock.now());
  return isolate.request('/webhooks/stripe', { method: 'POST', headers, body });
}

describe('bindings that are wrong', () => {
  test.for<[string, Readonly<Record<string, unknown>>, string[]]>([
    ['no database', { KEYFERRY_DATABASE_URL: undefined }, ['DB']],
    ['a file', { KEYFERRY_DATABASE_URL: 'file:./x.db' }, ['KEYFERRY_DATABASE_URL']],
    [
      'several at once',
      { KEYFERRY_ADMIN_KEY: 'too-short-a-secret', KEYFERRY_MAX_BODY_BYTES: 7, PORT: 'x' },
      ['KEYFERRY_ADMIN_KEY', 'KEYFERRY_MAX_BODY_BYTES', 'PORT'],
    ],
  ])('%s: every path answers 503 and names each of them, without its value', async ([, bindings, names]) => {
    const isolate = all.start(bindings);
    for (const answer of [await buy(isolate), await isolate.request('/readyz')]) {
      expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'application/problem+json']);
      const said: Answered = await answer.json();
      expect(said.code).toBe('config_invalid');
      expect(said.errors.map((it: Answered) => it.path).sort()).toEqual(names);
      expect(JSON.stringify([said, all.lines])).not.toContain('too-short-a-secret');
    }
    expect(all.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    // Neither message nor clock makes more of it.
    await isolate.hear();
    await isolate.scheduled();
  });

  test('a number may be written as one', async () => {
    const isolate = all.start({ KEYFERRY_MAX_BODY_BYTES: 2048 });
    const large = { method: 'POST', body: 'x'.repeat(3000) };
    expect((await isolate.request('/webhooks/stripe', large)).status).toBe(413);
  });
});

describe('bindings that are changed under an isolate that lives', () => {
  test('a secret that was rotated opens the door, and the one before no longer does', async () => {
    const isolate = all.start({ STRIPE_WEBHOOK_SECRET: 'whsec_of_the_year_before' });
    expect((await buy(isolate)).status).toBe(401);
    isolate.rebind({});
    expect((await buy(isolate)).status).toBe(200);
    isolate.rebind({ STRIPE_WEBHOOK_SECRET: 'whsec_of_the_year_after' });
    expect((await buy(isolate, 'b')).status).toBe(401);
  });

  test('what was missing is there', async () => {
    const isolate = all.start({ KEYFERRY_ADMIN_KEY: 'too-short-a-secret' });
    expect((await buy(isolate)).status).toBe(503);
    isolate.rebind({});
    expect((await buy(isolate)).status).toBe(200);
  });

  test('another database is asked for its tables', async () => {
    const other = await openIsolates(MONDAY, { migrated: false });
    try {
      const isolate = all.start();
      expect((await buy(isolate)).status).toBe(200);
      isolate.rebind({ KEYFERRY_DATABASE_URL: other.url });
      expect(await (await buy(isolate)).json()).toMatchObject({ code: 'database_outdated' });
    } finally {
      await other.close();
    }
  });
});

describe('without an admin key', () => {
  test('webhooks are taken, and the API says which secret is missing', async () => {
    const isolate = all.start({ KEYFERRY_ADMIN_KEY: undefined });
    expect((await buy(isolate)).status).toBe(200);
    const answer = await isolate.request('/v1/orders', { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('Bearer'),
    ]);
    expect(await answer.json()).toMatchObject({
      code: 'key_missing',
      detail: expect.stringContaining('wrangler secret put KEYFERRY_ADMIN_KEY'),
    });
  });

  test('keys that were made by the command or the API go on', async () => {
    const api = client({ ...all.start(), now: all.clock.now, settle: async () => {}, close: async () => {} });
    const { body } = await api.call('POST', '/v1/api-keys', { name: 'console' });
    const later = all.start({ KEYFERRY_ADMIN_KEY: undefined });
    const headers = { authorization: `Bearer ${body.key}` };
    expect((await later.request('/v1/orders', { headers })).status).toBe(200);
  });
});

test('a database that lacks tables: nothing is acknowledged, and it goes on by itself once they are there', async () => {
  await all.close();
  all = await openIsolates(MONDAY, { migrated: false });
  const isolate = all.start();
  const answer = await buy(isolate);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    code: 'database_outdated',
    detail: expect.stringContaining('0000_first'),
    hint: expect.stringMatching(/d1 migrations apply keyferry --remote.*keyferry migrate/),
  });
  await isolate.scheduled();
  await migrate(all.db, MONDAY);
  expect((await buy(isolate)).status).toBe(200);
});

test('a database that a newer Keyferry has brought on: nothing is acknowledged', async () => {
  await all.close();
  all = await openIsolates(MONDAY);
  await all.db.batch([statement("INSERT INTO migrations VALUES ('9999_of_tomorrow.sql', 1)")]);
  const answer = await buy(all.start());
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    code: 'database_newer',
    detail: expect.stringContaining('9999_of_tomorrow'),
  });
});

describe('the mapping files of the build', () => {
  const OTHER = { ...FILES, 'stripe.yaml': STRIPE.replace('by metadata', 'by another rule') };
  const shown = async (isolate: Isolate) => {
    const answer = await isolate.request('/v1/mappings/stripe', {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    const { revision, origin, mapping }: Answered = await answer.json();
    return [revision, origin, mapping.rules[0].name];
  };
  const uploaded = (at: number) => ({ VERSION: { timestamp: new Date(at).toISOString() } });

  test('are taken once, by whichever isolate is first', async () => {
    await Promise.all([buy(all.start()), buy(all.start(), 'b'), buy(all.start(), 'c')]);
    expect(await shown(all.start())).toEqual([1, 'file', 'by metadata']);
  });

  test('do not come back over a revision that was put, and changed ones do', async () => {
    const isolate = all.start();
    const api = client({ ...isolate, now: all.clock.now, settle: async () => {}, close: async () => {} });
    const { mapping } = await api.get('/v1/mappings/stripe');
    const [rule] = mapping.rules;
    await api.call('PUT', '/v1/mappings/stripe', {
      mapping: { ...mapping, rules: [{ ...rule, name: 'put' }] },
    });
    expect(await shown(all.start())).toEqual([2, 'api', 'put']);
    expect(await shown(all.start({}, OTHER))).toEqual([3, 'file', 'by another rule']);
    // The isolate that has been there all the time runs it, too.
    expect(await shown(isolate)).toEqual([3, 'file', 'by another rule']);
  });

  test('of the version before, in an isolate that starts late, stay where they are', async () => {
    expect(await shown(all.start(uploaded(MONDAY - HOUR)))).toEqual([1, 'file', 'by metadata']);
    all.clock.advance(HOUR);
    const next = uploaded(MONDAY + HOUR / 2);
    expect(await shown(all.start(next, OTHER))).toEqual([2, 'file', 'by another rule']);
    expect(await shown(all.start(uploaded(MONDAY - HOUR)))).toEqual([2, 'file', 'by another rule']);
  });
});

test('strangers with wrong signatures cost one note a second, whatever house hears them', async () => {
  const isolate = all.start();
  const forged = {
    method: 'POST',
    body: '{}',
    headers: { 'stripe-signature': `t=${MONDAY / 1000},v1=${'0'.repeat(64)}` },
  };
  for (let i = 0; i < 5; i++) expect((await isolate.request('/webhooks/stripe', forged)).status).toBe(401);
  await isolate.rest();
  expect(await all.db.read('SELECT source, count FROM alarms')).toEqual([{ source: 'stripe', count: 1 }]);
});
