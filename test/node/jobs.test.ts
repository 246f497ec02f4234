/** Door one and long work: a job begins at once on an idle process, and the next process goes on with it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { openHouse as openNode } from '../../src/node.ts';
import { client } from '../contracts/http-house.ts';
import { deliveryOf, digest } from '../house.ts';
import { freshFolder } from '../store/on-file.ts';

const SECRET = 'shpss_of_the_jobs';
const ADMIN_KEY = 'an admin key of jobs on Node, long enough';
const WITHIN = { timeout: 10_000, interval: 10 };
type Open = Extract<Awaited<ReturnType<typeof openNode>>, { ok: true }>['value'];

let place: ReturnType<typeof freshFolder>;
let house: Open;

async function open(): Promise<void> {
  const mappings = join(place.folder, 'mappings');
  mkdirSync(mappings, { recursive: true });
  writeFileSync(
    join(mappings, 'catalog.yaml'),
    'products: [ { code: acmepro, policies: [ { code: perpetual, license_type: perpetual } ] } ]',
  );
  writeFileSync(
    join(mappings, 'shopify.yaml'),
    'integration: shopify\nmode: test\nsettings: { webhook_secrets: [ $SECRET ] }\nrules: [ { when: {}, grant: { product: acmepro } } ]\n',
  );
  const env = {
    KEYFERRY_DATABASE_URL: `file:${join(place.folder, 'keyferry.db')}`,
    KEYFERRY_MAPPINGS: mappings,
    KEYFERRY_ADMIN_KEY: ADMIN_KEY,
    SECRET,
  };
  const opened = await openNode({ env, log: () => {} });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  house = opened.value;
  await house.keys.ensureAdmin(ADMIN_KEY);
}
beforeEach(async () => {
  place = freshFolder();
  await open();
});
afterEach(async () => {
  await house.close();
  place.remove();
});

const api = () =>
  client(
    {
      request: async (path, init) => house.app.request(path, init),
      now: Date.now,
      settle: async () => {},
      close: async () => {},
    },
    ADMIN_KEY,
  );

async function arrive(count: number): Promise<void> {
  const sample = shopify.samples.find(({ name }) => name === 'paid');
  if (!sample) throw new Error('no sample');
  for (let n = 0; n < count; n++) {
    const { type, body: text } = sample.make(Date.now(), `sale-${n}`);
    const body = new TextEncoder().encode(text);
    const headers = await shopify.sign(type, body, SECRET, Date.now(), digest);
    await house.bridge.receive('shopify', deliveryOf(headers, body, Date.now()));
  }
  await house.drain();
}

test('asked of an idle process it begins at once', async () => {
  await arrive(3);
  house.start();
  const { body } = await api().call('POST', '/v1/replays', { source: 'shopify' });
  await vi.waitFor(
    async () => expect(await api().get(`/v1/jobs/${body.id}`)).toMatchObject({ state: 'done' }),
    WITHIN,
  );
  const { created_at, started_at, counts } = await api().get(`/v1/jobs/${body.id}`);
  expect(Date.parse(started_at) - Date.parse(created_at)).toBeLessThan(1_000);
  expect(counts).toEqual({ events_unchanged: 3 });
});

test('a process that stops in the middle leaves it to the next, which goes through each event once more at the most', async () => {
  await arrive(100);
  const { body } = await api().call('POST', '/v1/replays', { source: 'shopify' });
  await house.bridge.work();
  const before = await api().get(`/v1/jobs/${body.id}`);
  expect(before).toMatchObject({ state: 'running', progress: { total: 100 } });
  expect(before.progress.done).toBeLessThan(100);
  await house.close();

  await open();
  house.start();
  await vi.waitFor(
    async () => expect(await api().get(`/v1/jobs/${body.id}`)).toMatchObject({ state: 'done' }),
    WITHIN,
  );
  expect(await api().get(`/v1/jobs/${body.id}`)).toMatchObject({
    progress: { done: 100, total: 100, share: 1 },
    counts: { events_unchanged: 100 },
  });
});

test('stopped while a step is under way it gives the job back', async () => {
  await arrive(100);
  house.start();
  const { body } = await api().call('POST', '/v1/replays', { source: 'shopify' });
  await vi.waitFor(
    async () => expect((await api().get(`/v1/jobs/${body.id}`)).state).toBe('running'),
    WITHIN,
  );
  await house.close();
  await open();
  const [row] = await house.db.read('SELECT state, lease FROM jobs');
  if (row?.state === 'running') expect(row.lease).toBeNull();
  await house.drain();
  expect((await api().get(`/v1/jobs/${body.id}`)).state).toBe('done');
});
