/**
 * The power goes: what no sync had confirmed by then is lost, some of it, here and there. What was answered is there
 * when it comes back, and the start needs no help.
 */
import { afterEach, expect, test, vi } from 'vitest';
import { buildDiskShim } from '../fakes/disk.ts';
import { openShaken, type ShakenHouse } from './shaken.ts';

const so = await buildDiskShim();
const SENDERS = 6;
const CUTS = 2;

let house: ShakenHouse;
afterEach(() => house?.close());

/** Sends until the power goes. @returns what was acknowledged */
async function sendUntilDark(round: number): Promise<ReadonlyMap<string, string>> {
  const taken = new Map<string, string>();
  const ended = house.ended;
  const senders = Array.from({ length: SENDERS }, async (_, sender) => {
    for (let i = 0; ; i++) {
      const seed = `p${round}s${sender}n${i}`;
      const answer = await house.send(seed).catch(() => null);
      if (answer === null) return;
      if (answer.event !== null) taken.set(seed, answer.event);
    }
  });
  const enough = 20 + Math.random() * 60;
  await vi.waitFor(() => expect(taken.size).toBeGreaterThan(enough), { timeout: 15_000, interval: 2 });
  house.disk({ forgets: true, cut: 1 + Math.floor(Math.random() * 1_000_000) });
  expect((await ended).code).toBe(137);
  await Promise.all(senders);
  return taken;
}

test.skipIf(so === null)(
  'a power cut under load loses nothing that was answered',
  { timeout: 60_000 },
  async () => {
    house = await openShaken({ so });
    const all = new Map<string, string>();
    for (let round = 1; round <= CUTS; round++) {
      house.disk({ forgets: true });
      for (const [seed, event] of await sendUntilDark(round)) all.set(seed, event);
      house.disk({});
      await house.again();
      const there = new Set(house.look('SELECT id FROM events').map(({ id }) => id));
      expect([...all.values()].filter((id) => !there.has(id))).toEqual([]);
      expect(house.look('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    }
    const open = `SELECT id FROM events WHERE state <> 'done'`;
    await vi.waitFor(() => expect(house.look(open)).toEqual([]), { timeout: 20_000, interval: 500 });
    const rows = house.look(
      'SELECT o.external_id, count(*) AS n FROM orders o JOIN licenses l ON l.order_id = o.id GROUP BY o.id',
    );
    const licenses = new Map(rows.map(({ external_id, n }) => [external_id, n]));
    expect([...all.keys()].filter((seed) => licenses.get(`cs_test_a1Keyferry${seed}`) !== 1)).toEqual([]);
  },
);
