/** A backup while Keyferry works, and the copy put back as docs/deploy/server.md says. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { buildDiskShim, diskEnv, setDisk } from '../fakes/disk.ts';
import { connect } from '../store/beside.ts';
import { openShaken, type ShakenHouse } from './shaken.ts';

const SENDERS = 2;
const COPIES = 2;
const so = await buildDiskShim();

let house: ShakenHouse;
beforeEach(async () => {
  house = await openShaken();
});
afterEach(() => house.close());

function idsIn(path: string): ReadonlySet<unknown> {
  const copy = connect(path);
  try {
    // libSQL answers rows as plain objects by column name.
    return new Set((copy.prepare('SELECT id FROM events').all([]) as { id: unknown }[]).map(({ id }) => id));
  } finally {
    copy.close();
  }
}

test('a copy made under load is whole, holds all that was acknowledged before, and starts in the place of its original', {
  timeout: 60_000,
}, async () => {
  const acknowledged: string[] = [];
  const seeds: string[] = [];
  let ended = false;
  const senders = Array.from({ length: SENDERS }, async (_, sender) => {
    for (let i = 0; !ended; i++) {
      const seed = `b${sender}n${i}`;
      const { event } = await house.send(seed);
      if (event === null) throw new Error(`${seed} was refused`);
      acknowledged.push(event);
      seeds.push(seed);
    }
  });
  await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(50), { timeout: 15_000 });
  let before: readonly string[] = [];
  let sold: readonly string[] = [];
  const copyAt = (i: number) => join(house.folder, `copy${i}.db`);
  for (let i = 1; i <= COPIES; i++) {
    before = [...acknowledged];
    sold = [...seeds];
    expect(await house.run({}, 'backup', copyAt(i))).toMatchObject({ code: 0 });
    const copied = idsIn(copyAt(i));
    expect(before.filter((id) => !copied.has(id))).toEqual([]);
  }
  ended = true;
  await Promise.all(senders);
  house.signal('SIGTERM');
  expect(await house.ended).toMatchObject({ code: 0 });

  const steps = 'cat "$1" > "$2" && rm -f "$2-wal" "$2-shm"';
  execFileSync('sh', ['-c', steps, 'restore', copyAt(COPIES), house.database]);
  await house.again();
  const open = `SELECT id FROM events WHERE state <> 'done'`;
  await vi.waitFor(() => expect(house.rows(open)).toEqual([]), { timeout: 15_000, interval: 50 });
  const rows = house.rows(
    `SELECT o.external_id, count(*) AS n FROM orders o JOIN licenses l ON l.order_id = o.id GROUP BY o.id`,
  );
  const licenses = new Map(rows.map(({ external_id, n }) => [external_id, n]));
  expect(sold.filter((seed) => licenses.get(`cs_test_a1Keyferry${seed}`) !== 1)).toEqual([]);
  // What came after the copy is sent again.
  const [last = ''] = seeds.slice(-1);
  expect(await house.send(last)).toMatchObject({ status: 200 });
  await vi.waitFor(async () => expect(await house.licenses(last)).toEqual(['active']), { timeout: 10_000 });
});

test.skipIf(so === null)('a copy for which there is no room leaves nothing behind, and says so', async () => {
  await house.send('sold');
  const [folder, control] = [join(house.folder, 'full'), join(house.folder, 'control')];
  mkdirSync(folder);
  const env = diskEnv({ so: so ?? '', control, path: folder });
  setDisk(control, { write: 'ENOSPC' });
  const copy = join(folder, 'copy.db');
  const ended = await house.run(env, 'backup', copy);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/could not be made[\s\S]*full/);
  expect(existsSync(copy)).toBe(false);
  expect(await house.ready()).toBe(200);
});
