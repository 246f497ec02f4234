/**
 * The engine of jobs over the real store, with kinds of the test's own: one step at a time, written down once, tried
 * again, cancelled, resumed; whoever dies in between, another goes on.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobRecord, JobStep, Stepped, Worker } from '../../src/core/jobs.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { fail, ok, type Result } from '../../src/core/problem.ts';
import type { Schedule } from '../../src/core/schedule.ts';
import { type JobEngine, makeJobs } from '../../src/jobs.ts';
import { BatchError } from '../../src/store/database.ts';
import { makeJobStore } from '../../src/store/jobs.ts';
import { makeRecords } from '../../src/store/records.ts';
import { NOON } from '../fakes/settlements.ts';
import { type SettableClock, seededRandom, settableClock } from '../house.ts';
import { type OnFile, openOnFile } from '../store/on-file.ts';

const HOUR = 3_600_000;
const random = seededRandom('jobs');

let file: OnFile;
let clock: SettableClock;
beforeEach(async () => {
  file = await openOnFile();
  clock = settableClock(NOON);
});
afterEach(() => file.close());

/** Counts to `asked.to`, and finds each number. */
const counts = (job: JobStep): Result<Stepped> => {
  const at = Number(job.position ?? 0) + 1;
  const { to } = job.asked as { to: number };
  return ok({
    position: at < to ? at : null,
    done: 1,
    total: to,
    counts: { counted: 1 },
    findings: [{ at }],
  });
};
const kind = (step: (job: JobStep) => Result<Stepped> | Promise<Result<Stepped>>): Worker => ({
  kind: 'replay',
  step: async (job) => step(job),
});

/** One process on the shared file. */
function live(worker: Worker = kind(counts), schedules: readonly Schedule[] = [], time = clock): JobEngine {
  const store = makeJobStore(file.db, random);
  return makeJobs({ store, workers: [worker], clock: time, log: () => {}, schedules: async () => schedules });
}
async function drain(engine: JobEngine): Promise<number> {
  let all = 0;
  for (let took = await engine.work(); took > 0; took = await engine.work()) all += took;
  return all;
}
const ask = (engine: JobEngine, to = 3) => engine.ask({ kind: 'replay', asked: { to }, by: 'key_1' });
const found = async (engine: JobEngine, id: string) =>
  (await engine.findings(id, { limit: 100, after: null })).items;
const shown = ({ state, done, total, counts: named, problem }: JobRecord) => ({
  state,
  done,
  total,
  counts: named,
  problem: problem?.code ?? null,
});
/** A promise that the test keeps when it likes. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

test('a job goes step by step to its end; what each found stands once and in its order', async () => {
  const engine = live();
  const { id } = await ask(engine);
  expect(await drain(engine)).toBe(3);
  const job = await engine.job(id);
  expect(job && shown(job)).toEqual({
    state: 'done',
    done: 3,
    total: 3,
    counts: { counted: 3 },
    problem: null,
  });
  expect(await found(engine, id)).toEqual([{ at: 1 }, { at: 2 }, { at: 3 }]);
  expect(await makeRecords(file.db).nextDue()).toBeNull();
  expect(await file.db.read('SELECT actor, action, subject FROM audit')).toEqual([
    { actor: 'key_1', action: 'job.create', subject: id },
  ]);
});

test('a house that is opened again on the same file goes on where the job stands', async () => {
  const first = live();
  const { id } = await ask(first);
  await first.work();
  const second = live();
  expect(await drain(second)).toBe(2);
  expect(await found(second, id)).toEqual([{ at: 1 }, { at: 2 }, { at: 3 }]);
});

test('several jobs take turns', async () => {
  const order: number[] = [];
  const engine = live(
    kind((job) => {
      order.push((job.asked as { to: number }).to);
      clock.advance(10);
      return counts(job);
    }),
  );
  await ask(engine, 2);
  clock.advance(1);
  await ask(engine, 3);
  await drain(engine);
  expect(order).toEqual([2, 3, 2, 3, 3]);
});

test('of two processes one does a step, and the other does not wait for it', async () => {
  const { open, opened } = gate();
  const one = live(
    kind(async (job) => {
      await opened;
      return counts(job);
    }),
  );
  const { id } = await ask(one, 2);
  const under = one.work();
  await expect.poll(async () => (await one.job(id))?.state).toBe('running');
  const other = live();
  expect(await other.work()).toBe(0);
  open();
  await under;
  clock.advance(2_000);
  expect(await drain(other)).toBe(1);
  expect(await found(one, id)).toEqual([{ at: 1 }, { at: 2 }]);
});

test('a worker that died has its step taken over within ten seconds, and what it writes then is refused', async () => {
  const { open, opened } = gate();
  const dead = live(
    kind(async (job) => {
      await opened;
      return counts(job);
    }),
  );
  const { id } = await ask(dead, 2);
  const under = dead.work();
  await expect.poll(async () => (await dead.job(id))?.state).toBe('running');
  clock.advance(LIMITS.lease_ms);
  expect(LIMITS.lease_ms).toBeLessThan(10_000);
  const next = live();
  expect(await drain(next)).toBe(2);
  open();
  await under;
  const job = await next.job(id);
  expect(job && shown(job)).toMatchObject({ state: 'done', done: 2, counts: { counted: 2 } });
  expect(await found(next, id)).toEqual([{ at: 1 }, { at: 2 }]);
});

test('a step that takes long keeps its lease while it is renewed', async () => {
  const { open, opened } = gate();
  const slow = live(
    kind(async (job) => {
      await opened;
      return counts(job);
    }),
  );
  const { id } = await ask(slow, 1);
  const under = slow.work();
  await expect.poll(async () => (await slow.job(id))?.state).toBe('running');
  const other = live();
  for (let n = 0; n < 10; n++) {
    clock.advance(LIMITS.lease_renew_ms);
    await slow.renew();
    expect(await other.work()).toBe(0);
  }
  open();
  await under;
  expect((await slow.job(id))?.state).toBe('done');
});

test('what a process gives back at its stop another takes at once', async () => {
  const { open, opened } = gate();
  const leaving = live(
    kind(async (job) => {
      await opened;
      return counts(job);
    }),
  );
  const { id } = await ask(leaving, 1);
  const under = leaving.work();
  await expect.poll(async () => (await leaving.job(id))?.state).toBe('running');
  await leaving.release();
  expect(await drain(live())).toBe(1);
  open();
  await under;
  expect(await found(leaving, id)).toEqual([{ at: 1 }]);
});

test('a step under way when it is cancelled is written down; none comes after it', async () => {
  const { open, opened } = gate();
  const engine = live(
    kind(async (job) => {
      await opened;
      return counts(job);
    }),
  );
  const { id } = await ask(engine);
  const under = engine.work();
  await expect.poll(async () => (await engine.job(id))?.state).toBe('running');
  expect(await engine.cancel(id, 'key_2')).toMatchObject({ ok: true, value: { state: 'cancelled' } });
  await engine.renew();
  open();
  await under;
  clock.advance(HOUR);
  expect(await drain(engine)).toBe(0);
  const job = await engine.job(id);
  expect(job && shown(job)).toMatchObject({ state: 'cancelled', done: 1, counts: { counted: 1 } });
  expect(await found(engine, id)).toEqual([{ at: 1 }]);

  expect(await engine.resume(id, 'key_2')).toMatchObject({ ok: true, value: { state: 'running' } });
  await drain(engine);
  expect(await found(engine, id)).toEqual([{ at: 1 }, { at: 2 }, { at: 3 }]);
  expect(await file.db.read('SELECT actor, action, before, after FROM audit ORDER BY id')).toEqual([
    expect.objectContaining({ action: 'job.create' }),
    { actor: 'key_2', action: 'job.cancel', before: '{"state":"running"}', after: '{"state":"cancelled"}' },
    { actor: 'key_2', action: 'job.resume', before: '{"state":"cancelled"}', after: '{"state":"running"}' },
  ]);
});

test('cancelled by many at once it is cancelled once, and so says the audit log', async () => {
  const engine = live();
  const { id } = await ask(engine);
  const all = await Promise.all(Array.from({ length: 8 }, (_, n) => live().cancel(id, `key_${n}`)));
  expect(all.every((it) => it.ok && it.value.state === 'cancelled')).toBe(true);
  expect(await file.db.read(`SELECT 1 FROM audit WHERE action = 'job.cancel'`)).toHaveLength(1);
});

test('what passes by itself is tried again with growing waits, and the job says why it waits', async () => {
  let tries = 0;
  const engine = live(kind((job) => (++tries < 4 ? fail('shop_unavailable', 'no answer') : counts(job))));
  const { id } = await ask(engine, 1);
  await drain(engine);
  const waits: number[] = [];
  for (let begun = clock.now(); tries < 4; ) {
    const job = await engine.job(id);
    expect(job && shown(job)).toMatchObject({ state: 'running', done: 0, problem: 'shop_unavailable' });
    clock.advance(250);
    const before = tries;
    await drain(engine);
    if (tries === before) continue;
    waits.push(clock.now() - begun);
    begun = clock.now();
  }
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  const job = await engine.job(id);
  expect(job && shown(job)).toEqual({
    state: 'done',
    done: 1,
    total: 1,
    counts: { counted: 1 },
    problem: null,
  });
});

test('what does not pass fails the job with its problem at once; resumed, it goes on where it stands', async () => {
  let mended = false;
  const engine = live(
    kind((job) => (job.position === 1 && !mended ? fail('request_invalid', 'row 2') : counts(job))),
  );
  const { id } = await ask(engine);
  await drain(engine);
  const job = await engine.job(id);
  expect(job && shown(job)).toMatchObject({ state: 'failed', done: 1, problem: 'request_invalid' });
  expect(await engine.cancel(id, 'key_1')).toMatchObject({ ok: false, problem: { code: 'job_over' } });
  mended = true;
  await engine.resume(id, 'key_1');
  await drain(engine);
  expect(await found(engine, id)).toEqual([{ at: 1 }, { at: 2 }, { at: 3 }]);
  expect((await engine.job(id))?.problem).toBeNull();
});

test('a step that throws again and again fails its job, and holds no other up', async () => {
  let thrown = 0;
  const engine = live(
    kind((job) => {
      if ((job.asked as { to: number }).to !== 9) return counts(job);
      thrown++;
      throw new Error('a row that nobody can read');
    }),
  );
  const { id } = await ask(engine, 9);
  const { id: other } = await ask(engine, 2);
  await drain(engine);
  expect((await engine.job(other))?.state).toBe('done');
  for (let n = 0; n < 20; n++) {
    clock.advance(HOUR);
    await drain(engine);
  }
  const job = await engine.job(id);
  expect(job && shown(job)).toMatchObject({ state: 'failed', problem: 'bug' });
  expect(job?.problem?.detail).toBe('a row that nobody can read');
  expect(thrown).toBe(6);
});

test('a step that kills its worker each time fails its job in the end', async () => {
  const dying = () => live(kind(() => new Promise(() => {})));
  const { id } = await ask(live());
  for (let n = 0; n < LIMITS.deaths; n++) {
    void dying().work();
    await expect
      .poll(async () => (await file.db.read('SELECT lease, due_at FROM jobs'))[0])
      .toMatchObject({ lease: expect.any(String), due_at: clock.now() + LIMITS.lease_ms });
    clock.advance(LIMITS.lease_ms);
  }
  const engine = live();
  await drain(engine);
  const job = await engine.job(id);
  expect(job && shown(job)).toMatchObject({ state: 'failed', problem: 'bug' });
});

test('an outage of the database is no fault of the job', async () => {
  let out = true;
  const engine = live(
    kind((job) => {
      if (out) throw new BatchError('unavailable', 'out of reach');
      return counts(job);
    }),
  );
  const { id } = await ask(engine, 1);
  for (let n = 0; n < 30; n++) {
    await drain(engine);
    clock.advance(HOUR);
  }
  expect(await engine.job(id)).toMatchObject({ state: 'running', problem: { code: 'not_stored' } });
  out = false;
  await drain(engine);
  expect((await engine.job(id))?.state).toBe('done');
});

test('jobs of a kind that this house cannot do are left to others', async () => {
  const engine = live();
  const { id } = await engine.ask({ kind: 'import', asked: {}, by: 'key_1' });
  expect(await drain(engine)).toBe(0);
  expect((await engine.job(id))?.state).toBe('queued');
});

test('what a job is given to work on is there until it is done', async () => {
  const engine = live();
  const parts = [new Uint8Array([1, 0, 255]), new Uint8Array([7])];
  const { id } = await engine.ask({ kind: 'replay', asked: { to: 1 }, by: 'key_1', parts });
  expect([await engine.part(id, 0), await engine.part(id, 1), await engine.part(id, 2)]).toEqual([
    ...parts,
    null,
  ]);
  await drain(engine);
  expect(await engine.part(id, 0)).toBeNull();
});

test('a clock that is set back holds no job up', async () => {
  const engine = live(kind((job) => (job.failures === 0 ? fail('shop_unavailable') : counts(job))));
  const { id } = await ask(engine, 1);
  await drain(engine);
  clock.advance(-24 * HOUR);
  await drain(engine);
  clock.advance(5_000);
  await drain(engine);
  expect((await engine.job(id))?.state).toBe('done');
});

test('what a process left under a clock that was ahead is taken up by the next', async () => {
  const ahead = settableClock(NOON + 24 * HOUR);
  const dead = live(
    kind(() => new Promise(() => {})),
    [],
    ahead,
  );
  const { id } = await ask(dead, 1);
  void dead.work();
  await expect.poll(async () => (await dead.job(id))?.state).toBe('running');
  const next = live();
  await next.begin();
  clock.advance(LIMITS.lease_ms);
  await drain(next);
  expect((await next.job(id))?.state).toBe('done');
});

test('very many findings of one step, and long ones, are all there', async () => {
  const findings = Array.from({ length: 5_000 }, (_, at) => ({ at, text: 'é'.repeat(100) }));
  const engine = live(kind(() => ok({ position: null, done: 5_000, counts: {}, findings })));
  const { id } = await ask(engine);
  await drain(engine);
  const all: unknown[] = [];
  for (let after: readonly [number, number] | null = null; ; ) {
    const page = await engine.findings(id, { limit: 200, after });
    all.push(...page.items);
    after = page.next;
    if (after === null) break;
  }
  expect(all).toEqual(findings);
});
