/**
 * Long work on Workers: a word begins it, each invocation does what its bounds allow and asks for the next, and the clock
 * goes on where words are lost.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { open } from '../../src/worker/open.ts';
import { ADMIN_KEY, type Client, client, ENV, FILES, STRIPE, sample } from '../contracts/http-house.ts';
import { server, TOKEN } from '../runtimes/remote.ts';
import { type Isolate, type Isolates, openIsolates } from './isolates.ts';

const MONDAY = Date.UTC(2026, 10, 2, 10, 0, 0);
const EVENTS = 10;
const OTHER_RULES = STRIPE.replace(
  'product: "{{line.metadata.product_code}}" }',
  'product: "{{line.metadata.product_code}}", values: { max_activations: 9 } }',
);

let all: Isolates;
let isolate: Isolate;
let api: Client;
beforeEach(async () => {
  all = await openIsolates(MONDAY);
  isolate = all.start();
  const door = { ...isolate, now: all.clock.now, settle: async () => {}, close: async () => {} };
  api = client(door);
  for (let n = 0; n < EVENTS; n++) await buy(`sold-${n}`);
  await work();
});
afterEach(async () => {
  (await server()).inject(null);
  await all.close();
});

async function buy(seed: string): Promise<void> {
  const { headers, body } = await sample('stripe', 'one-time', seed, all.clock.now());
  expect((await isolate.request('/webhooks/stripe', { method: 'POST', headers, body })).status).toBe(200);
  await isolate.rest();
}
/** Hears words until none is left. @returns how many */
async function work(...isolates: readonly Isolate[]): Promise<number> {
  let heard = 0;
  for (let word = all.words.shift(); word; word = all.words.shift()) {
    heard++;
    await Promise.all((isolates.length > 0 ? isolates : [isolate]).map((it) => it.hear()));
  }
  return heard;
}
async function replay(body: object): Promise<string> {
  const { status, body: job } = await api.call('POST', '/v1/replays', body);
  expect(status).toBe(202);
  await isolate.rest();
  return job.id;
}
const job = (id: string) => api.get(`/v1/jobs/${id}`);

test('asked for, it sends one word; what hears it works until the job is done', async () => {
  const id = await replay({ source: 'stripe' });
  expect(all.words).toEqual([{ delay_s: 0 }]);
  expect(await work()).toBeLessThan(5);
  expect(await job(id)).toMatchObject({ state: 'done', counts: { events_unchanged: EVENTS } });
});

test('where the word is lost the clock finds it', async () => {
  const id = await replay({ source: 'stripe' });
  all.words.length = 0;
  await isolate.scheduled();
  await work();
  expect(await job(id)).toMatchObject({ state: 'done', progress: { done: EVENTS } });
});

test('several isolates that hear of it do each step once', async () => {
  const id = await replay({ source: 'stripe' });
  await work(isolate, all.start(), all.start());
  expect(await job(id)).toMatchObject({ state: 'done', counts: { events_unchanged: EVENTS } });
});

test('a round with a whole step of changes stays within what D1 allows to one invocation', async () => {
  const bindings = {
    ...ENV,
    KEYFERRY_DATABASE_URL: all.url,
    KEYFERRY_DATABASE_AUTH_TOKEN: TOKEN,
    KEYFERRY_ADMIN_KEY: ADMIN_KEY,
  };
  const files = Object.entries({ ...FILES, 'stripe.yaml': OTHER_RULES }).map(([path, text]) => ({
    path,
    text,
  }));
  const opened = await open({
    bindings,
    memories: new WeakMap(),
    clock: all.clock,
    files,
    log: () => {},
    notify: () => {},
  });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  const { bridge, jobs, ports, tally } = opened.value;
  // What the new rules wake is done first.
  while ((await bridge.work()) > 0);
  all.clock.advance(1);
  for (let n = 0; n < 8; n++) await buy(`new-${n}`);
  const asked = await ports.replays.ask({ source: 'stripe', remap: true }, 'key_1');
  if (!asked.ok) throw new Error('not asked');
  const before = tally.count();
  expect(await bridge.work()).toBe(9);
  // No round begins after five hundred of the thousand.
  expect(tally.count() - before).toBeLessThan(500);
  const after = await jobs.job(asked.value.id);
  expect(after?.done).toBeGreaterThan(0);
  expect(after?.counts).toMatchObject({ alter: after?.done });
  await tally.settled();
  await tally.db.close();
});
