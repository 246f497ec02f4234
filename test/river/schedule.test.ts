/** What goes on by itself: runs of a schedule are queued once, one at a time, and cover what was missed. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobStep, Stepped, Worker } from '../../src/core/jobs.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { fail, ok, type Result } from '../../src/core/problem.ts';
import type { Schedule } from '../../src/core/schedule.ts';
import { type JobEngine, makeJobs } from '../../src/jobs.ts';
import { makeJobStore } from '../../src/store/jobs.ts';
import { type SettableClock, seededRandom, settableClock } from '../house.ts';
import { type OnFile, openOnFile } from '../store/on-file.ts';

const AT = Date.UTC(2026, 10, 2, 10, 0, 0);
const HOUR = 3_600_000;
const DAILY: Schedule = { kind: 'reconcile', source: 'stripe', every: '6h', window: '1d' };
const random = seededRandom('schedule');

let file: OnFile;
let clock: SettableClock;
beforeEach(async () => {
  file = await openOnFile();
  clock = settableClock(AT);
});
afterEach(() => file.close());

const done: Result<Stepped> = ok({ position: null, done: 0, counts: {}, findings: [] });

function live(step: (job: JobStep) => Result<Stepped> = () => done, schedules = [DAILY]): JobEngine {
  const worker: Worker = { kind: 'reconcile', step: async (job) => step(job) };
  const store = makeJobStore(file.db, random);
  return makeJobs({ store, workers: [worker], clock, log: () => {}, schedules: async () => schedules });
}
async function drain(engine: JobEngine): Promise<void> {
  while ((await engine.work()) > 0);
}
/** As it lives from now on, looking every minute. */
async function lives(engine: JobEngine, ms: number): Promise<void> {
  for (const end = clock.now() + ms; clock.now() < end; ) {
    clock.advance(60_000);
    await drain(engine);
  }
}
const runs = async () =>
  (await file.db.read(`SELECT slot, state, asked, created_by FROM jobs ORDER BY created_at, id`)).map(
    (row) => ({
      slot: String(row.slot),
      state: row.state,
      ...JSON.parse(String(row.asked)),
    }),
  );
const hour = (text: unknown) => String(text).slice(0, 13);

test('a run is queued for each of its times, and looks back as far as its window says', async () => {
  const engine = live();
  await drain(engine);
  await lives(engine, 24 * HOUR);
  expect((await runs()).map(({ slot, state, from, to }) => [slot, state, hour(from), hour(to)])).toEqual([
    ['reconcile/stripe/2026-11-02T06:00:00.000Z', 'done', '2026-11-01T10', '2026-11-02T10'],
    ['reconcile/stripe/2026-11-02T12:00:00.000Z', 'done', '2026-11-01T12', '2026-11-02T12'],
    ['reconcile/stripe/2026-11-02T18:00:00.000Z', 'done', '2026-11-01T18', '2026-11-02T18'],
    ['reconcile/stripe/2026-11-03T00:00:00.000Z', 'done', '2026-11-02T00', '2026-11-03T00'],
    ['reconcile/stripe/2026-11-03T06:00:00.000Z', 'done', '2026-11-02T06', '2026-11-03T06'],
  ]);
  expect(await file.db.read('SELECT DISTINCT actor, action FROM audit')).toEqual([
    { actor: 'schedule', action: 'job.create' },
  ]);
});

test('of many processes that look at the same moment one queues it', async () => {
  await Promise.all(Array.from({ length: 8 }, () => drain(live())));
  expect(await runs()).toHaveLength(1);
  expect(await file.db.read('SELECT 1 FROM audit')).toHaveLength(1);
});

test('a run that still goes on is not doubled; the next begins once it has ended', async () => {
  let ends = false;
  const engine = live(({ position }) =>
    ends
      ? done
      : position === null
        ? ok({ position: 1, done: 1, counts: {}, findings: [] })
        : fail('shop_unavailable'),
  );
  await drain(engine);
  await lives(engine, 13 * HOUR);
  expect(await runs()).toMatchObject([{ state: 'running' }]);
  ends = true;
  // The try of the first may be an hour away.
  await lives(engine, HOUR);
  expect((await runs()).slice(0, 2)).toMatchObject([
    { state: 'done' },
    { slot: 'reconcile/stripe/2026-11-02T18:00:00.000Z', state: 'done' },
  ]);
});

test('times that were missed are one run, which covers them all', async () => {
  await drain(live());
  clock.advance(5 * 24 * HOUR);
  await drain(live());
  const all = await runs();
  expect(all).toHaveLength(2);
  expect(all[1]).toMatchObject({ from: new Date(AT).toISOString(), to: new Date(clock.now()).toISOString() });
});

test('however many runs failed, the next one looks back to the last that did not', async () => {
  const hourly = [{ ...DAILY, every: '1h', window: '2h' }];
  await drain(live(() => done, hourly));
  await lives(
    live(() => fail('request_invalid', 'no'), hourly),
    30 * HOUR,
  );
  await lives(
    live(() => done, hourly),
    HOUR,
  );
  expect((await runs()).at(-1)).toMatchObject({ state: 'done', from: new Date(AT).toISOString() });
});

test('what failed runs did not see the next one covers, and none goes back without a bound', async () => {
  let fails = true;
  const engine = live(() => (fails ? fail('request_invalid', 'no') : done));
  fails = false;
  await drain(engine);
  fails = true;
  await lives(engine, 48 * HOUR);
  fails = false;
  await lives(engine, 6 * HOUR);
  const all = await runs();
  expect(new Set(all.slice(1, -1).map(({ state }) => state))).toEqual(new Set(['failed']));
  expect(all.at(-1)).toMatchObject({ state: 'done', from: new Date(AT).toISOString() });

  clock.advance(LIMITS.schedule_back_ms * 3);
  await drain(live());
  const last = (await runs()).at(-1);
  expect(Date.parse(last?.to) - Date.parse(last?.from)).toBe(LIMITS.schedule_back_ms);
});

test('a clock that was ahead for a while stops no schedule', async () => {
  clock.advance(365 * 24 * HOUR);
  await drain(live());
  clock.set(AT);
  await drain(live());
  expect((await runs()).map(({ slot }) => slot).sort()).toEqual([
    'reconcile/stripe/2026-11-02T06:00:00.000Z',
    'reconcile/stripe/2027-11-02T06:00:00.000Z',
  ]);
});

test('each source has a schedule of its own, and a kind that this house cannot do has none', async () => {
  const other: Schedule = { ...DAILY, source: 'stripe/eu' };
  const unable: Schedule = { ...DAILY, kind: 'import' };
  await drain(live(undefined, [DAILY, other, unable]));
  expect((await runs()).map(({ slot, source }) => [source, slot.includes('reconcile')])).toEqual(
    expect.arrayContaining([
      ['stripe', true],
      ['stripe/eu', true],
    ]),
  );
  expect(await runs()).toHaveLength(2);
});
