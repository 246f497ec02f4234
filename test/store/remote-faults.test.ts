/**
 * A libSQL server behind a line that breaks: at every request in turn, before it was done and after. Nothing that
 * was acknowledged is lost, nothing is there twice, and once the line is whole all of it ends by itself.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { samples } from '../../integrations/shopify/samples.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { isUnavailable } from '../../src/core/store.ts';
import { makeApiKeys } from '../../src/store/api-keys.ts';
import { BatchError, type Database, statement } from '../../src/store/database.ts';
import { openRemote } from '../../src/store/open-remote.ts';
import { makePeople } from '../../src/store/people.ts';
import { makeStore } from '../../src/store/store.ts';
import type { Fault, HranaServer } from '../fakes/hrana-server.ts';
import { eventOf, issueOf, NOON, settlementOf } from '../fakes/settlements.ts';
import { deliveryOf, digest, type House, openHouse } from '../house.ts';
import type { OpenDatabase } from '../runtimes/databases.ts';
import { freshDatabase, ground, server, serverWaiting, TOKEN } from '../runtimes/remote.ts';
import { connect } from './beside.ts';

const SECRET = 'shpss_of_a_bad_line';
/** Long enough that a request that is answered is never cut off by it, on a machine that has much else to do. */
const REQUEST_MS = 500;
const BUSY_MS = 300;
/** What the machine may take on top of a limit, when others work on it too. */
const GRACE_MS = 1_500;
const waiting = serverWaiting({ requestMs: REQUEST_MS, busyMs: BUSY_MS });

const FAULTS: readonly Fault[] = [
  { kind: 'cut before' },
  { kind: 'cut after' },
  { kind: 'half an answer' },
  { kind: 'silence' },
  { kind: 'busy' },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429 },
];
const named = FAULTS.map((fault) => ('status' in fault ? `an answer of ${fault.status}` : fault.kind)).map(
  (name, i) => [name, FAULTS[i] ?? { kind: 'busy' }] as const,
);

let hrana: HranaServer;
let open: OpenDatabase;
let db: Database;
beforeEach(async () => {
  hrana = await server();
  open = await waiting.open();
  db = open.db;
});
afterEach(async () => {
  hrana.inject(null);
  await open.close();
});

const put = (source: string) =>
  statement(
    `INSERT INTO alarms (source, code, count, first_at, last_at, detail) VALUES (?, 'code', 1, 1, 1, '')`,
    source,
  );
const there = async () => (await db.read('SELECT source FROM alarms ORDER BY source')).map((it) => it.source);
const writes = (body: string) => body.includes('BEGIN IMMEDIATE');
const random = ground.random;

describe('every request in turn meets', () => {
  const FILES = {
    'catalog.yaml': `
products:
  - code: acmepro
    policies: [ { code: perpetual, default: true, license_type: perpetual } ]
`,
    'shopify.yaml': `
integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules:
  - when: {}
    grant: { product: acmepro }
`,
  };
  let house: House;
  afterEach(() => house.close());

  test.for(named)(
    '%s: the shop sends again, and the licenses are right',
    { timeout: 60_000 },
    async ([, fault]) => {
      house = await openHouse({
        files: FILES,
        env: { SHOPIFY_WEBHOOK_SECRET: SECRET },
        at: NOON,
        database: waiting,
      });
      // Each silence lasts as long as a request may.
      const step = fault.kind === 'silence' ? 4 : 1;
      let runs = 0;
      for (let met = true; met; ) {
        const seed = `line${runs}`;
        const tell = async (name: string) => {
          const sample = samples.find((it) => it.name === name);
          if (!sample) throw new Error(`no sample ${name}`);
          const at = house.clock.now();
          const { type, body: text } = sample.make(at, seed);
          const body = new TextEncoder().encode(text);
          const headers = await shopify.sign(type, body, SECRET, at, digest);
          return house.bridge.receive('shopify', deliveryOf(headers, body, at));
        };
        hrana.inject({ fault, after: runs * step, times: 1 });
        const answers = [await tell('refund-unit'), await tell('paid')];
        await house.settle().catch((error) => expect(isUnavailable(error), String(error)).toBe(true));
        met = hrana.met() > 0;
        hrana.inject(null);
        runs++;

        // What was acknowledged is there; what was not comes again.
        for (const answer of answers) {
          if (!answer.ok) expect(answer.problem.code).toBe('not_stored');
          else expect(await house.store.readEvent(answer.value.id)).not.toBeNull();
        }
        await tell('refund-unit');
        await tell('paid');
        for (let rounds = 0; rounds < 3; rounds++) {
          await house.settle();
          house.clock.advance(LIMITS.lease_ms);
        }
        const events = await house.events();
        expect(events.filter(({ state }) => state !== 'done')).toEqual([]);
        expect(events).toHaveLength(runs * 2);
        const [licenses] = await house.db.read(
          `SELECT count(*) AS live, count(DISTINCT order_id) AS orders FROM licenses WHERE state = 'active'`,
        );
        // Two units less one, and the suite.
        expect(licenses).toEqual({ live: runs * 2, orders: runs });
      }
      expect(runs * step).toBeGreaterThan(15);
    },
  );
});

describe('while it lasts', () => {
  test.for(named)('%s is unavailable, to read as to write, and never hangs', async ([name, fault]) => {
    hrana.inject({ fault });
    for (const ask of [() => db.read('SELECT 1'), () => db.batch([put('a')])]) {
      const begun = performance.now();
      const error = await ask().then(
        () => null,
        (it: unknown) => it,
      );
      expect(performance.now() - begun).toBeLessThan(REQUEST_MS + BUSY_MS + GRACE_MS);
      // A reader needs no lock.
      if (name === 'busy' && ask.toString().includes('read')) continue;
      expect(error).toMatchObject({ kind: 'unavailable' });
      expect(isUnavailable(error)).toBe(true);
    }
    hrana.inject(null);
    await db.batch([put('b')]);
    expect(await there()).toContain('b');
  });

  test('a server that is away is unavailable, and found again when it is back', async () => {
    await hrana.refuse();
    await expect(db.read('SELECT 1')).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(db.batch([put('a')])).rejects.toMatchObject({ kind: 'unavailable' });
    await hrana.reopen();
    await db.batch([put('b')]);
    expect(await there()).toEqual(['b']);
  });

  test('hundreds who ask a silent server are all answered within the limit', async () => {
    hrana.inject({ fault: { kind: 'silence' } });
    const begun = performance.now();
    const all = await Promise.allSettled(Array.from({ length: 300 }, (_, i) => db.batch([put(`n${i}`)])));
    expect(all.every((it) => it.status === 'rejected' && isUnavailable(it.reason))).toBe(true);
    expect(performance.now() - begun).toBeLessThan(2 * REQUEST_MS + GRACE_MS);
  });
});

describe('a busy server', () => {
  test('is asked again, and the batch is there once', async () => {
    hrana.inject({ fault: { kind: 'busy' }, times: 3, meets: writes });
    await db.batch([put('a')]);
    expect(hrana.met()).toBe(3);
    expect(await there()).toEqual(['a']);
  });

  test('whose lock another holds is asked again until it is free, and the batch is there once', async () => {
    const name = freshDatabase();
    const other = openRemote({ ...ground, url: hrana.url(name) });
    await other.batch([statement('CREATE TABLE t (x)')]);
    const holder = connect(hrana.file(name));
    holder.exec('BEGIN IMMEDIATE');
    const before = hrana.count();
    const waiting = other.batch([statement('INSERT INTO t VALUES (1)')]);
    await vi.waitFor(() => expect(hrana.count() - before).toBeGreaterThan(2), { interval: 5 });
    // Who only reads needs no lock.
    expect(await other.read('SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }]);
    holder.exec('COMMIT');
    await waiting;
    expect(await other.read('SELECT count(*) AS n FROM t')).toEqual([{ n: 1 }]);
    holder.close();
    await other.close();
    hrana.forget(name);
  });
});

describe('the server’s door', () => {
  test.for([
    ['none', null],
    ['another', 'not-the-token'],
  ] as const)('with %s instead of its token says which variable is wrong', async ([, authToken]) => {
    const wrong = openRemote({ ...ground, authToken, url: hrana.url('nobody') });
    const message = expect.stringContaining('401: KEYFERRY_DATABASE_AUTH_TOKEN is refused');
    await expect(wrong.read('SELECT 1')).rejects.toMatchObject({ kind: 'unavailable', message });
    await wrong.close();
  });

  test('no error quotes the token, not even one about a header that cannot be sent', async () => {
    const wrong = openRemote({ ...ground, authToken: `${TOKEN}\nx`, url: hrana.url('nobody') });
    const error = await wrong.read('SELECT 1').catch((it: unknown) => it);
    expect(error).toBeInstanceOf(BatchError);
    expect(String(error)).not.toContain(TOKEN);
    await wrong.close();
  });

  test('that lets no large request through takes the events one by one', async () => {
    const store = makeStore(db, random);
    const body = new Uint8Array(300_000);
    hrana.inject({ fault: { kind: 'status', status: 413 }, meets: (it) => it.length > 600_000 });
    const all = await Promise.all(
      Array.from({ length: 5 }, (_, i) => store.addEvent('shop', eventOf(`k${i}`, { body }), NOON)),
    );
    expect(hrana.met()).toBeGreaterThan(0);
    expect(new Set(all.map(({ id }) => id)).size).toBe(5);
  });
});

describe('a lost answer', () => {
  const lose = (meets: (body: string) => boolean = writes) =>
    hrana.inject({ fault: { kind: 'cut after' }, times: 1, meets });

  test('of a settle: it is there, and saying it again changes nothing', async () => {
    const store = makeStore(db, random);
    const it = settlementOf('1001', { changes: [issueOf('a')] });
    lose();
    await expect(store.settle(it)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await store.settle(it)).toBe('conflict');
    expect(await store.loadSale(it.order_id)).toMatchObject({ version: 1, licenses: [{ id: 'lic_a' }] });
  });

  test('of many claims in turn takes no event for a killer, and the next look brings it', async () => {
    const store = makeStore(db, random);
    const { id } = await store.addEvent('shop', eventOf('k1'), NOON);
    for (let i = 0; i < 2 * LIMITS.deaths; i++) {
      lose((body) => body.includes('UPDATE events SET deaths'));
      await expect(store.claimEvents(NOON + i, 9)).rejects.toMatchObject({ kind: 'unavailable' });
    }
    // At once, long before the lease of the lost claim has run out.
    expect(await store.claimEvents(NOON + 20, 9)).toMatchObject([{ id, deaths: 0, attempts: 0 }]);
  });

  test('of a claim is found even after a long outage', async () => {
    const store = makeStore(db, random);
    await store.addEvent('shop', eventOf('k1'), NOON);
    lose((body) => body.includes('UPDATE events SET deaths'));
    await expect(store.claimEvents(NOON, 9)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await store.claimEvents(NOON + 100 * LIMITS.lease_ms, 9)).toMatchObject([{ deaths: 0 }]);
  });

  test('of an event that was stored: the shop sends it again, and it is the same', async () => {
    const store = makeStore(db, random);
    lose();
    await expect(store.addEvent('shop', eventOf('k1'), NOON)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await store.addEvent('shop', eventOf('k1'), NOON)).toMatchObject({ duplicate: true });
  });

  test('of a key, an account or a revision is looked for, and none is made twice or shown to nobody', async () => {
    const clock = ground.clock;
    const keys = makeApiKeys({ db, digest, random, clock });
    lose();
    const admin = await keys.ensureAdmin(undefined);
    expect(admin).toMatchObject({ ok: true, value: expect.stringMatching(/^kf_/) });
    expect(await keys.holder(admin.ok && admin.value ? admin.value : '')).toMatchObject({ name: 'admin' });
    lose();
    const { key } = await keys.create({ name: 'shop', scopes: ['read'], expires_at: null });
    expect(await keys.holder(key)).toMatchObject({ name: 'shop' });
    lose();
    const reset = await keys.resetAdmin();
    expect(await keys.holder(reset)).toMatchObject({ name: 'admin' });
    lose();
    const { id } = await makePeople({ db, random, clock, buried: async () => [] }).addAccount(
      { name: 'Veerman' },
      'ann',
    );
    expect(await db.read('SELECT id FROM accounts')).toEqual([{ id }]);
    const { revisions } = makeStore(db, random);
    lose();
    const made = {
      source: 'shop',
      origin: 'api',
      mapping: {},
      catalog: {},
      created_by: 'a test',
      after: 0,
    } as const;
    expect(await revisions.add([made], NOON, [])).toMatchObject([{ number: 1 }]);
    expect(await revisions.newest('shop')).toMatchObject({ number: 1 });
  });
});
