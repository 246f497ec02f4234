/**
 * Replays by filter beside the river: ten thousand events in bounded steps, webhooks that go first, and what is told of
 * events that cannot be replayed.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import type { Json } from '../../src/core/json.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { ReplayAsked } from '../../src/core/replays.ts';
import { type House, openHouse } from '../house.ts';

const AT = Date.UTC(2026, 10, 2, 10, 0, 0);
const CATALOG = 'products: [ { code: acmepro, policies: [ { code: perpetual, license_type: perpetual } ] } ]';
const MAPPING = `integration: shopify
mode: test
settings: { webhook_secrets: [ $SECRET ] }
rules: [ { when: { sku: "ACME-PRO-*" }, grant: { product: acmepro } } ]
`;

let house: House;
beforeEach(async () => {
  const files = { 'catalog.yaml': CATALOG, 'shopify.yaml': MAPPING };
  house = await openHouse({ files, env: { SECRET: 'shpss_of_the_replays' }, at: AT });
});
afterEach(() => house.close());

async function arrives(name: string, seed: string): Promise<string> {
  const sample = shopify.samples.find((it) => it.name === name);
  if (!sample) throw new Error(`no sample ${name}`);
  const stored = await house.send('shopify', sample.make(house.clock.now(), seed));
  if (!stored.ok) throw new Error('not stored');
  return stored.value.id;
}
async function asked(filter: ReplayAsked): Promise<string> {
  const job = await house.replays.ask(filter, 'key_1');
  if (!job.ok) throw new Error(JSON.stringify(job.problem));
  return job.value.id;
}
async function ended(filter: ReplayAsked) {
  const id = await asked(filter);
  await house.settle();
  const findings = (await house.jobs.findings(id, { limit: 200, after: null })).items;
  return { job: await house.jobs.job(id), findings: findings.map((it): Json => it) };
}
const stateOf = async (id: string) => (await house.records.event(id))?.state;

/** As many more events of the sale of this one, as if they had come before it. */
async function copies(id: string, count: number): Promise<void> {
  const numbers = `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)`;
  const columns =
    'source, account, type, mode, created_at, received_at, headers, state, problem, attempts, deaths, due_at, lease, refresh, order_id';
  const name = `printf('evt_00000000%018d', n)`;
  await house.db.batch([
    {
      sql: `INSERT INTO events (id, key, ${columns}) ${numbers} SELECT ${name}, ${name}, ${columns} FROM n JOIN events ON id = ?1`,
      params: [id, count],
    },
    {
      sql: `INSERT INTO event_bodies (event_id, part, bytes) ${numbers} SELECT ${name}, part, bytes FROM n JOIN event_bodies ON event_id = ?1`,
      params: [id, count],
    },
  ]);
}

test('thousands of events go through step by step, and a webhook that comes meanwhile is not held up', {
  timeout: 60_000,
}, async () => {
  const first = await arrives('paid', 'many');
  await house.settle();
  await copies(first, 1_999);
  const id = await asked({ source: 'shopify' });
  expect((await house.jobs.job(id))?.total).toBe(2_000);
  house.clock.advance(1);

  let rounds = 0;
  let done = 0;
  for (let took = 1; took > 0; rounds++) {
    // One round takes up what arrived, and one step of the job.
    const event = rounds % 20 === 0 ? await arrives('paid', `meanwhile-${rounds}`) : null;
    took = await house.bridge.work();
    if (event) expect(await stateOf(event)).toBe('done');
    const job = await house.jobs.job(id);
    expect((job?.done ?? 0) - done).toBeLessThanOrEqual(LIMITS.replayed_events);
    done = job?.done ?? 0;
  }
  expect(await house.jobs.job(id)).toMatchObject({
    state: 'done',
    done: 2_000,
    counts: { events_unchanged: 2_000 },
  });
  expect(rounds).toBeGreaterThan(2_000 / LIMITS.replayed_events);
});

test('events that came after it was asked are not gone through', async () => {
  await arrives('paid', 'before');
  await house.settle();
  house.clock.advance(1);
  const id = await asked({});
  house.clock.advance(1);
  await arrives('paid', 'after');
  await house.settle();
  expect(await house.jobs.job(id)).toMatchObject({ done: 1, total: 1 });
});

test('a dry run of ten thousand events of one sale tells of it once', { timeout: 60_000 }, async () => {
  const first = await arrives('paid', 'one');
  await house.settle();
  await copies(first, 9_999);
  await house.write({
    'shopify.yaml': MAPPING.replace('product: acmepro', 'product: acmepro, values: { max_activations: 3 }'),
  });
  await house.settle();
  const before = process.memoryUsage().heapUsed;
  const { job, findings } = await ended({ remap: true, dry_run: true });
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(256 * 1024 * 1024);
  expect(job?.counts).toEqual({
    events_changed: 1,
    events_same_order: 9_999,
    alter: 2,
  });
  expect(findings).toHaveLength(1);
});

test('an event without its body, and one whose source is gone, are told with their problem; the others go on', async () => {
  const pruned = await arrives('paid', 'pruned');
  const fine = await arrives('paid', 'fine');
  const gone = await arrives('paid', 'gone');
  await house.settle();
  await house.db.batch([
    { sql: 'DELETE FROM event_bodies WHERE event_id = ?', params: [pruned] },
    { sql: `UPDATE events SET source = 'closed_long_ago' WHERE id = ?`, params: [gone] },
  ]);
  for (const dry_run of [true, false]) {
    const { job, findings } = await ended({ dry_run });
    expect(job).toMatchObject({ state: 'done', done: 3, counts: { events_failed: 2, events_unchanged: 1 } });
    expect(findings).toEqual(
      [pruned, gone].sort().map((event_id) => ({
        event_id,
        order_id: expect.any(String),
        state: null,
        changes: [],
        change_count: 0,
        problem: expect.objectContaining({ code: event_id === pruned ? 'body_pruned' : 'source_unknown' }),
      })),
    );
  }
  expect(await stateOf(fine)).toBe('done');
});

test('where the first event of a sale cannot be read, a dry run tells by the next', async () => {
  const first = await arrives('paid', 'two');
  await house.settle();
  house.clock.advance(1_000);
  const second = await arrives('refund-unit', 'two');
  await house.settle();
  await house.db.batch([{ sql: 'DELETE FROM event_bodies WHERE event_id = ?', params: [first] }]);
  const { job } = await ended({ dry_run: true, ids: [first, second] });
  expect(job?.counts).toEqual({ events_failed: 1, events_unchanged: 1 });
});

test('an event that makes a replay throw is told, and the others go on', async () => {
  const ids = [
    await arrives('paid', 'whole-1'),
    await arrives('paid', 'broken'),
    await arrives('paid', 'whole-2'),
  ];
  await house.settle();
  await house.db.batch([
    { sql: `UPDATE events SET headers = 'no JSON' WHERE id = ?`, params: [ids[1] ?? ''] },
  ]);
  const id = await asked({ ids });
  for (let n = 0; n < 10; n++) {
    await house.settle();
    house.clock.advance(60_000);
  }
  expect(await house.jobs.job(id)).toMatchObject({
    state: 'done',
    counts: { events_unchanged: 2, events_failed: 1 },
  });
});

test('a step that takes long ends before it has had all its events, and leads on', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 20; n++) ids.push(await arrives('paid', `slow-${n}`));
  await house.settle();
  const id = await asked({ ids });
  // Each look at the clock takes a while.
  const { now } = house.clock;
  house.clock.now = () => {
    house.clock.set(now() + 100);
    return now();
  };
  let steps = 0;
  while ((await house.jobs.job(id))?.state !== 'done') {
    await house.bridge.work();
    steps++;
  }
  expect(steps).toBeGreaterThan(1);
  expect((await house.jobs.job(id))?.counts).toEqual({ events_unchanged: 20 });
});
