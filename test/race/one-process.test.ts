/** One sale, hammered: many deliveries and many rounds of work at the same moment, in one process and in two. */
import { afterEach, expect, test } from 'vitest';
import { samples } from '../../integrations/shopify/samples.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { NOON } from '../fakes/settlements.ts';
import { type House, openHouse, type Webhook } from '../house.ts';

const FILES = {
  'catalog.yaml': `
products:
  - code: acmepro
    name: Acme Pro
    policies: [ { code: perpetual, default: true, license_type: perpetual } ]
`,
  'shopify.yaml': `
integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules:
  - when: {}
    grant: { product: acmepro }
`,
};

let house: House;
afterEach(() => house.close());

async function open(): Promise<void> {
  house = await openHouse({ files: FILES, env: { SHOPIFY_WEBHOOK_SECRET: 'shpss_hammered' }, at: NOON });
}
function webhook(name: string, seed = 'hammer'): Webhook {
  const sample = samples.find((it) => it.name === name);
  if (!sample) throw new Error(`no sample ${name}`);
  return sample.make(NOON, seed);
}
/** Another event that says the same: the bytes differ. */
const variant = ({ type, body }: Webhook, n: number): Webhook => ({ type, body: body + ' '.repeat(n) });

async function expectOneSale(events: number): Promise<void> {
  const { items } = await house.records.orders({ source: 'shopify' }, { limit: 9, after: null });
  expect(items).toHaveLength(1);
  expect(
    items.flatMap((order) => order.items).flatMap(({ licenses }) => licenses.map(({ state }) => state)),
  ).toEqual(Array(3).fill('active'));
  const all = await house.events();
  expect(all.map(({ state }) => state)).toEqual(Array(events).fill('done'));
}
const rounds = (count: number) => Promise.all(Array.from({ length: count }, () => house.settle()));

test('64 deliveries of one event at once', async () => {
  await open();
  const answers = await Promise.all(Array.from({ length: 64 }, () => house.send('shopify', webhook('paid'))));
  expect(answers.filter((it) => it.ok && !it.value.duplicate)).toHaveLength(1);
  await rounds(6);
  await expectOneSale(1);
});

test('64 events of one sale at once, while six rounds of work run', async () => {
  await open();
  const sent = Array.from({ length: 64 }, (_, i) => house.send('shopify', variant(webhook('paid'), i)));
  const working = rounds(6);
  expect((await Promise.all(sent)).every((it) => it.ok && !it.value.duplicate)).toBe(true);
  await working;
  await rounds(6);
  await expectOneSale(64);
});

test('events of one sale that arrive one by one, each in a round of its own, all rounds at once', async () => {
  await open();
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      await house.send('shopify', variant(webhook('paid'), i));
      await house.bridge.work();
    }),
  );
  await rounds(1);
  await expectOneSale(40);
});

test('replays by a person and rounds of work at once change nothing twice', async () => {
  await open();
  await house.send('shopify', webhook('paid'));
  const [event] = await house.events();
  const id = event?.id ?? '';
  await Promise.all([house.replay(id), house.settle(), house.replay(id), house.settle(), house.replay(id)]);
  house.clock.advance(LIMITS.lease_ms);
  await house.settle();
  await expectOneSale(1);
});
