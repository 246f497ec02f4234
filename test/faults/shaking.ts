/**
 * Shops that send without end to one house, while its disk fails in one way after another, its file is locked by
 * another program, and now and then it is killed in the middle of it, or its power cut. What must never happen here: an answer that is
 * not looked at.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { LIMITS } from '../../src/core/limits.ts';
import { type Chance, makeChance } from '../crash/chance.ts';
import type { DiskFaults } from '../fakes/disk.ts';
import { openShaken, type ShakenHouse } from './shaken.ts';

const SENDERS = 6;
/** Between two deliveries of one sender. */
const BREATH_MS = 15;
/** What an answer may take longer than a webhook waits for the store, on a machine that does much else. */
const SLACK_MS = 3_000;
/** Once the cause is gone: a round of walk two that failed rests, and a lease of a process that was killed runs out. */
const RECOVERED_MS = LIMITS.lease_ms + 12_000;

interface Trouble {
  readonly name: string;
  readonly faults: DiskFaults | 'lock';
  /** Nothing can be written meanwhile: whatever is sent then is not acknowledged. */
  readonly deaf: boolean;
  readonly ms: number;
}

const short = (chance: Chance) => 100 + chance.below(3_000);
const TROUBLES: readonly ((chance: Chance) => Trouble)[] = [
  (it) => ({ name: 'full', faults: { write: 'ENOSPC' }, deaf: true, ms: short(it) }),
  (it) => ({ name: 'read-only', faults: { write: 'EROFS', open: 'EROFS' }, deaf: true, ms: short(it) }),
  (it) => ({ name: 'no write', faults: { write: 'EIO' }, deaf: true, ms: short(it) }),
  (it) => ({ name: 'no sync', faults: { sync: 'EIO' }, deaf: true, ms: short(it) }),
  (it) => ({ name: 'one write', faults: { write_at: 1 + it.below(60) }, deaf: false, ms: short(it) }),
  (it) => ({ name: 'one sync', faults: { sync_at: 1 + it.below(20) }, deaf: false, ms: short(it) }),
  (it) => ({ name: 'syncs of 50 ms', faults: { sync_ms: 50 }, deaf: false, ms: short(it) }),
];
const LONG: readonly Trouble[] = [
  { name: 'syncs of 2 s', faults: { sync_ms: 2_000 }, deaf: false, ms: 25_000 },
  { name: 'locked for 30 s', faults: 'lock', deaf: true, ms: 30_000 },
];
/** One of the long ones after so many short ones. */
const LONG_EVERY = 12;
/** A round may end with the process, killed or without power. */
const ENDS = 0.25;
const CUT_MS = 2_000;
type End = 'killed' | 'cut' | null;

export interface Shaken {
  readonly complaints: readonly string[];
  readonly rounds: number;
  readonly kills: number;
  readonly taken: number;
  readonly refused: number;
}

/** @param so the shim @param until epoch ms */
export async function shake(
  so: string,
  seed: number,
  until: number,
  tell: (line: string) => void,
): Promise<Shaken> {
  const chance = makeChance(seed);
  const house = await openShaken({ so });
  house.disk({ forgets: true });
  const complaints: string[] = [];
  const taken = new Map<string, string>();
  let [rounds, kills, refused] = [0, 0, 0];
  /** Since when nothing can be written; null while something can. */
  let deafSince: number | null = null;
  let over = false;

  async function sendOnce(name: string): Promise<boolean> {
    const began = performance.now();
    const wasDeaf = deafSince !== null;
    // No answer: it was killed meanwhile.
    const answer = await house.send(name).catch(() => null);
    if (answer === null) return false;
    const { status, retryAfter, tookMs, event } = answer;
    if (tookMs > LIMITS.store_wait_ms + SLACK_MS) complaints.push(`late: ${name}, ${tookMs.toFixed(0)} ms`);
    if (status === 200 && event !== null) {
      // All the time of it in the same trouble.
      if (wasDeaf && deafSince !== null && deafSince <= began) complaints.push(`not durable: ${name}`);
      const other = taken.get(name);
      if (other !== undefined && other !== event) complaints.push(`doubled: ${name}`);
      taken.set(name, event);
      return true;
    }
    refused++;
    if (status !== 503 || retryAfter === null)
      complaints.push(`${name} was answered ${status}, ${retryAfter}`);
    return false;
  }
  const senders = Array.from({ length: SENDERS }, async (_, sender) => {
    for (let i = 0; !over; i++) {
      while (!over && !(await sendOnce(`s${sender}n${i}`))) await pause(BREATH_MS);
      await pause(BREATH_MS);
    }
  });

  async function live({ faults, deaf, ms }: Trouble, end: End): Promise<void> {
    const unlock = faults === 'lock' ? await house.lock() : null;
    if (faults !== 'lock') house.disk({ ...faults, forgets: true });
    // What is under way in the thread just now may still be committed.
    await pause(deaf ? 50 : 0);
    if (deaf) deafSince = performance.now();
    await pause(ms);
    if (end === 'killed') house.signal('SIGKILL');
    // At its next write: where none can be, it is killed.
    if (end === 'cut') {
      house.disk({ forgets: true, cut: 1 + chance.below(1_000_000) });
      await Promise.race([house.ended, pause(CUT_MS)]);
      house.signal('SIGKILL');
    }
    if (end !== null) await house.ended;
    deafSince = null;
    await unlock?.();
    house.disk({ forgets: true });
    if (end !== null) await house.again();
  }

  try {
    while (Date.now() < until && complaints.length === 0) {
      const long = rounds % LONG_EVERY === LONG_EVERY - 1;
      const made = long ? null : TROUBLES[chance.below(TROUBLES.length)]?.(chance);
      const trouble = made ?? LONG[chance.below(LONG.length)];
      if (!trouble) throw new Error('no trouble');
      const end = chance.happens(ENDS) ? (chance.happens(0.5) ? 'killed' : 'cut') : null;
      await live(trouble, end);
      rounds++;
      if (end) kills++;
      complaints.push(...(await missing(house, taken)), ...(await notRecovered(house, sendOnce, rounds)));
      tell(`${trouble.name}${end ? `, ${end}` : ''}: ${taken.size} taken, ${refused} refused so far`);
    }
    over = true;
    await Promise.all(senders);
    if (complaints.length === 0) complaints.push(...(await wrongInTheEnd(house, taken)));
    return { complaints, rounds, kills, taken: taken.size, refused };
  } finally {
    over = true;
    await house.close();
  }
}

async function missing(house: ShakenHouse, taken: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const told = [...taken.values()];
  const there = new Set(house.look('SELECT id FROM events').map(({ id }) => id));
  return told.filter((id) => !there.has(id)).map((id) => `lost: ${id} was acknowledged and is not there`);
}

/** It is ready, takes a webhook and licenses it, by itself and soon. */
async function notRecovered(
  house: ShakenHouse,
  send: (name: string) => Promise<boolean>,
  round: number,
): Promise<readonly string[]> {
  const name = `recovered${round}`;
  const steps = {
    'is not ready': async () => (await house.ready()) === 200,
    'takes nothing': () => send(name),
    'licenses nothing': async () => (await house.licenses(name)).length === 1,
  };
  const end = performance.now() + RECOVERED_MS;
  for (const [what, holds] of Object.entries(steps)) {
    while (!(await holds())) {
      if (performance.now() > end) return [`${RECOVERED_MS} ms after round ${round} it still ${what}`];
      await pause(20);
    }
  }
  return [];
}

async function wrongInTheEnd(
  house: ShakenHouse,
  taken: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const open = `SELECT id, state, problem FROM events WHERE state <> 'done'`;
  for (const end = performance.now() + 60_000; performance.now() < end && house.look(open).length > 0; )
    await pause(500);
  const rows = house.look(
    'SELECT o.external_id, count(*) AS n FROM orders o JOIN licenses l ON l.order_id = o.id GROUP BY o.id',
  );
  const licenses = new Map(rows.map(({ external_id, n }) => [external_id, n]));
  const wrong = [...taken.keys()].filter((name) => licenses.get(`cs_test_a1Keyferry${name}`) !== 1);
  return [
    ...house.look(open).map((it) => `stuck: ${JSON.stringify(it)}`),
    ...wrong.map((name) => `${name} has ${licenses.get(`cs_test_a1Keyferry${name}`) ?? 0} licenses`),
    ...(licenses.size === taken.size
      ? []
      : [`${licenses.size} sales are licensed, ${taken.size} were taken`]),
    ...['integrity_check', 'foreign_key_check'].flatMap((check) =>
      house
        .look(`PRAGMA ${check}`)
        .flatMap((it) => (it.integrity_check === 'ok' ? [] : [JSON.stringify(it)])),
    ),
  ];
}
