/** Reconciliations over HTTP, with a shop behind them: asked for as a job, which goes on by itself and tells what it found. */
import { afterEach, expect, test } from 'vitest';
import { type Answered, type Client, client } from '../contracts/http-house.ts';
import { type FakeOrder, shopifyApi } from '../fakes/shopify-api.ts';
import { type HttpHouse, MONDAY, openHttpHouse } from './setup.ts';

const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();
const KEYED = `integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ], shop_domain: acme.myshopify.com, admin_token: $TOKEN }
rules: [ { name: Pro, when: { sku: "PRO-*" }, grant: { product: acmepro, policy: yearly } } ]
`;
const order = (id: string, sku = 'PRO-1'): FakeOrder => ({
  id,
  created_at: iso(MONDAY - HOUR),
  updated_at: iso(MONDAY - HOUR),
  status: 'PAID',
  lines: [{ id: `7${id}`, title: 'Acme', quantity: 1, sku }],
});

let house: HttpHouse;
let api: Client;
afterEach(() => house.close());

async function open(orders: readonly FakeOrder[]) {
  const shop = shopifyApi({ orders });
  const files = { 'keyed.yaml': KEYED };
  house = await openHttpHouse(() => ({}), { files, env: { TOKEN: 'shpat_fake' }, fetch: shop.fetch });
  api = client(house);
  return shop;
}
const ask = (more: object = {}) =>
  api.call('POST', '/v1/reconciliations', { source: 'keyed', from: iso(MONDAY - 24 * HOUR), ...more });
async function ended(more: object = {}): Promise<{ job: Answered; items: Answered }> {
  const { status, body } = await ask(more);
  expect(status).toBe(202);
  await house.settle();
  const { items } = await api.get(`/v1/jobs/${body.id}/findings`);
  return { job: await api.get(`/v1/reconciliations/${body.id}`), items };
}

test('it is a job: what it finds is told as everywhere else, what it heals is there', async () => {
  await open([order('1'), order('2', 'MUG')]);
  const asked = await ask();
  expect([asked.status, asked.headers.get('location')]).toEqual([202, `/v1/jobs/${asked.body.id}`]);
  expect(asked.body).toMatchObject({
    kind: 'reconcile',
    state: 'queued',
    asked: {
      source: 'keyed',
      account: '',
      from: iso(MONDAY - 24 * HOUR),
      to: iso(MONDAY),
      dry_run: false,
    },
  });
  await house.settle();
  const job = await api.get(`/v1/jobs/${asked.body.id}`);
  expect(job).toMatchObject({
    state: 'done',
    progress: { done: 2 },
    counts: { missing_here: 2, healed: 2, parked: 1 },
    problem: null,
  });
  expect(await api.get(`/v1/reconciliations/${job.id}`)).toEqual(job);
  const { items } = await api.get(`/v1/jobs/${job.id}/findings`);
  expect(items).toMatchObject([
    {
      drift: 'missing_here',
      name: '1',
      seen: ['order'],
      changes: [
        {
          change: 'issue',
          state: 'active',
          starts_at: iso(MONDAY),
          valid_until: expect.stringMatching(/^2027/),
        },
      ],
      healed: true,
      problem: null,
    },
    {
      name: '2',
      changes: [],
      parked: [{ line_id: '72', problem: { code: 'unmapped', hint: expect.any(String) } }],
    },
  ]);
  const { items: orders } = await api.get('/v1/orders?source=keyed');
  expect(orders.map((it: Answered) => it.external_id).sort()).toEqual(['1', '2']);
});

test('a dry run tells the same and changes nothing; a second run finds that all agree', async () => {
  await open([order('1')]);
  const dry = await ended({ dry_run: true });
  expect(dry.job.counts).toEqual({ missing_here: 1 });
  expect((await api.get('/v1/orders?source=keyed')).items).toEqual([]);
  expect((await api.get('/v1/events?source=keyed')).items).toEqual([]);
  const real = await ended();
  expect(real.items.map(({ changes }: Answered) => changes)).toEqual(
    dry.items.map(({ changes }: Answered) => changes),
  );
  expect((await ended()).job.counts).toEqual({ agreeing: 1 });
});

test('what the shop does not know is told with a remedy, and its problem as everywhere', async () => {
  const shop = await open([order('1')]);
  await ended();
  shop.forget('1');
  const { items } = await ended();
  expect(items).toMatchObject([
    { drift: 'unknown_there', name: '1', problem: { code: 'shop_object_gone' }, remedy: expect.any(String) },
  ]);
});

test('a token that is refused ends it as failed, with why', async () => {
  const shop = await open([order('1')]);
  shop.faults.push('401');
  const { job } = await ended();
  expect(job).toMatchObject({ state: 'failed', problem: { code: 'api_key_refused' } });
});

test('what the shop hides is told among what was found', async () => {
  await open([]);
  const { items } = await ended({ from: iso(MONDAY - 90 * 24 * HOUR) });
  expect(items).toMatchObject([{ remark: { code: 'older_sales_hidden', hint: expect.any(String) } }]);
});
