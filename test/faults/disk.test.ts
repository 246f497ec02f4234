/**
 * The real command on a real file, and a disk that fails below it: no 200 for what is not durable, 503 in time, and
 * all goes on by itself once the cause is gone. The long form is test/torture/disk.ts.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { buildDiskShim, type DiskFaults } from '../fakes/disk.ts';
import { openShaken, type ShakenHouse } from './shaken.ts';

const so = await buildDiskShim();
/** What an answer may take longer than it waits for the store, on a machine that does much else. */
const SLACK_MS = 1_000;
const SHOP_WAITS_MS = LIMITS.store_wait_ms + SLACK_MS;

let house: ShakenHouse;
beforeAll(async () => {
  house = await openShaken({ so });
});
afterAll(() => house.close());

/** Everything that was sent is licensed once, and nothing was parked for it. */
async function expectLicensed(seeds: readonly string[]): Promise<void> {
  await vi.waitFor(
    async () => {
      const all = await Promise.all(seeds.map((seed) => house.licenses(seed)));
      expect(all).toEqual(seeds.map(() => ['active']));
    },
    { timeout: 15_000, interval: 50 },
  );
  expect(house.rows(`SELECT id, problem FROM events WHERE state <> 'done'`)).toEqual([]);
}

/** Sends until it is taken, as shops do. @returns how often it was refused before */
async function sendUntilTaken(seed: string): Promise<number> {
  for (let refused = 0; ; refused++) {
    if ((await house.send(seed)).status === 200) return refused;
    if (refused > 200) throw new Error(`${seed} was never taken`);
  }
}

async function isReady(status: number): Promise<void> {
  await vi.waitFor(async () => expect(await house.ready()).toBe(status), { timeout: 5_000, interval: 50 });
}

// Without a compiler there is no shim; Linux alone preloads one so.
describe.skipIf(so === null)('a disk', () => {
  let round = 0;
  let seeds: readonly string[];
  beforeEach(() => {
    round++;
    seeds = Array.from({ length: 8 }, (_, i) => `r${round}n${i}`);
  });

  test.each<[string, DiskFaults]>([
    ['is full', { write: 'ENOSPC' }],
    ['is read-only', { write: 'EROFS', open: 'EROFS' }],
    ['fails every write', { write: 'EIO' }],
    ['fails every sync', { sync: 'EIO', forgets: true }],
  ])('that %s: nothing is acknowledged, and all goes on when it is mended', async (_how, faults) => {
    // Some are under way in walk two when it begins.
    await house.send(`w${round}`);
    house.disk(faults);
    const answers = await Promise.all(seeds.map((seed) => house.send(seed)));
    for (const it of answers) {
      expect(it).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^\d+$/), event: null });
      expect(it.tookMs).toBeLessThan(SHOP_WAITS_MS);
    }
    await isReady(503);
    house.disk({});
    for (const seed of seeds) expect(await sendUntilTaken(seed)).toBeLessThan(3);
    await isReady(200);
    await expectLicensed([`w${round}`, ...seeds]);
  });

  test.each([1, 2, 3, 5, 8])('that fails the write of number %i, once, under load', async (number) => {
    house.disk({ write_at: number });
    const answers = await Promise.all(seeds.map(sendUntilTaken));
    expect(Math.max(...answers)).toBeLessThan(4);
    house.disk({});
    await expectLicensed(seeds);
  });

  test.each([1, 2, 3])('that fails the sync of number %i, once, under load', async (number) => {
    house.disk({ sync_at: number, forgets: true });
    await Promise.all(seeds.map(sendUntilTaken));
    house.disk({});
    await expectLicensed(seeds);
  });

  test('whose every sync takes 50 ms: no answer before a sync that began after its event came', async () => {
    house.disk({ sync_ms: 50 });
    for (const seed of seeds.slice(0, 3)) {
      const before = house.syncs();
      const { status, tookMs } = await house.send(seed);
      expect(status).toBe(200);
      expect(tookMs).toBeGreaterThan(49);
      expect(house.syncs()).toBeGreaterThan(before);
    }
    await Promise.all(seeds.slice(3).map(sendUntilTaken));
    house.disk({});
    await expectLicensed(seeds);
  });

  test('after all that, the file is sound, and a start needs no help', async () => {
    house.signal('SIGKILL');
    await house.ended;
    await house.again();
    expect(house.rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(house.rows('PRAGMA foreign_key_check')).toEqual([]);
    expect(house.rows('SELECT id FROM events WHERE deaths > 1')).toEqual([]);
    await sendUntilTaken('last');
    await expectLicensed(['last']);
  });
});

test('a file that another program has locked: each shop is answered in time, and it is over when the lock is', async () => {
  await house.send('under-way');
  const unlock = await house.lock();
  const seeds = ['l1', 'l2', 'l3', 'l4'];
  const sent = seeds.map((seed) => house.send(seed));
  await isReady(503);
  for (const it of await Promise.all(sent)) {
    expect(it).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^\d+$/) });
    expect(it.tookMs).toBeLessThan(SHOP_WAITS_MS);
  }
  await unlock();
  for (const seed of seeds) expect(await sendUntilTaken(seed)).toBeLessThan(3);
  await isReady(200);
  await expectLicensed(['under-way', ...seeds]);
});
