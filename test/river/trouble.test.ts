/** Each shop's API, asked over real connections, in every kind of trouble: events wait, and end right. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Fetch } from '../../src/core/ports.ts';
import { type Fault as ShopifyFault, startShopifyApi } from '../fakes/shopify-api.ts';
import {
  FAKE_STRIPE_KEY,
  type Fault as StripeFault,
  startStripeApi,
  stripeLine,
} from '../fakes/stripe-api.ts';
import { type House, openHouse, type Webhook } from '../house.ts';

const AT = Date.UTC(2026, 10, 2, 10);
const CATALOG = `products:
  - { code: acmepro, name: Acme Pro, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
`;
const ENV = {
  STRIPE_SECRET: 'whsec_1',
  STRIPE_KEY: FAKE_STRIPE_KEY,
  SHOPIFY_SECRET: 'two',
  TOKEN: 'shpat_fake',
};

/** One kind of trouble, in the words of each fake. */
interface Trouble {
  readonly stripe: StripeFault;
  readonly shopify: ShopifyFault;
  /** How long the shop asked to be left alone. */
  readonly rest_ms?: number;
  /** Only this question failed: nothing is said of the shop. */
  readonly alone?: true;
  /** Somebody waits less long for answers than Keyferry does. */
  readonly impatient?: true;
}
const TROUBLES: readonly (readonly [string, Trouble])[] = [
  ['never answers', { stripe: 'hang', shopify: 'slow', impatient: true }],
  ['ends the connection', { stripe: 'refuse', shopify: 'cut' }],
  ['breaks off in the middle of an answer', { stripe: 'cut', shopify: 'broken' }],
  ['answers without an end', { stripe: 'endless', shopify: 'endless' }],
  ['answers 429', { stripe: { status: 429, code: 'rate_limit' }, shopify: '429' }],
  [
    'answers 429 and says for how long',
    {
      stripe: { status: 429, retry_after: '30' },
      shopify: { status: 429, retry_after: '30' },
      rest_ms: 30_000,
    },
  ],
  ['answers 500', { stripe: { status: 500 }, shopify: '500' }],
  ['answers 502', { stripe: { status: 502 }, shopify: '502' }],
  ['answers 503', { stripe: { status: 503 }, shopify: '503' }],
  [
    'answers 503 and says until when',
    {
      stripe: { status: 503, retry_after: new Date(AT + 65_000).toUTCString() },
      shopify: { status: 503, retry_after: '60' },
      rest_ms: 60_000,
    },
  ],
  ['stands behind a broken proxy', { stripe: 'html', shopify: '502' }],
  ['answers with a page for people', { stripe: 'page', shopify: 'not_json' }],
  ['answers with half of a text', { stripe: 'half', shopify: 'half' }],
  ['answers with JSON of another shape', { stripe: 'shape', shopify: 'shape', alone: true }],
  ['turns its pages in a circle', { stripe: 'again', shopify: 'again', alone: true }],
];

let stripe: Awaited<ReturnType<typeof startStripeApi>>;
let shopify: Awaited<ReturnType<typeof startShopifyApi>>;
let house: House;
beforeAll(async () => {
  stripe = await startStripeApi();
  shopify = await startShopifyApi({ page: 2 });
});
afterEach(async () => {
  stripe.heal();
  shopify.faults.length = 0;
  await house.close();
});
afterAll(async () => {
  await Promise.all([stripe.close(), shopify.close()]);
});

function sample(shop: string, name: string, seed: string): Webhook {
  const found = integrations.find((it) => it.name === shop)?.samples.find((it) => it.name === name);
  if (!found) throw new Error(`there is no sample ${shop} ${name}`);
  return found.make(AT, seed);
}

/** What a shop of these tests can do. */
interface Shop {
  /** Sells two units; the webhook alone tells less. @returns the sale's name */
  sell(seed: string): Promise<string>;
  break(trouble: Trouble): void;
  forget(sale: string): void;
  asked(): number;
}

const SHOPS: Readonly<Record<'stripe' | 'shopify', Shop>> = {
  stripe: {
    sell: async (seed) => {
      const webhook = sample('stripe', 'one-time', seed);
      const session = JSON.parse(webhook.body).data.object;
      stripe.add({ session, lines: [stripeLine({ price: 'price_1', quantity: 2 })] });
      await house.send('stripe', webhook);
      return session.id;
    },
    break: (it) => stripe.break('/line_items', it.stripe),
    forget: (sale) => void stripe.sales.delete(sale),
    asked: () => stripe.calls.length,
  },
  shopify: {
    sell: async (seed) => {
      const webhook = sample('shopify', 'paid', seed);
      const id = /"id":(\d+)/.exec(webhook.body)?.[1] ?? '';
      const line = { id: `8665503117664${id.slice(-4)}`, title: 'Acme Pro', quantity: 2, sku: 'ACME-PRO-1' };
      shopify.put({ id, updated_at: new Date(AT + 60_000).toISOString(), status: 'PAID', lines: [line] });
      await house.send('shopify', webhook);
      return id;
    },
    break: (it) => {
      shopify.faults.length = 0;
      shopify.faults.push(it.shopify);
    },
    forget: (sale) => shopify.forget(sale),
    asked: () => shopify.asked.length,
  },
};

/** @param fetch the web's own unless given */
async function open(ask: Fetch = fetch): Promise<void> {
  house = await openHouse({
    files: {
      'catalog.yaml': CATALOG,
      'stripe.yaml': `integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_SECRET ], api_key: $STRIPE_KEY, api_base: "${stripe.url}" }
rules: [ { when: {}, grant: { product: acmepro } } ]
`,
      'shopify.yaml': `integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_SECRET ], admin_token: $TOKEN, api_base: "${shopify.url}" }
rules: [ { when: {}, grant: { product: acmepro } } ]
`,
    },
    env: ENV,
    at: AT,
    fetch: ask,
  });
}
const rows = () => house.db.read('SELECT state, attempts, due_at, problem FROM events ORDER BY id');
const licenses = () => house.db.read("SELECT id FROM licenses WHERE state = 'active'");
const hasty: Fetch = (input, init) =>
  fetch(input, {
    ...init,
    signal: AbortSignal.any([...(init?.signal ? [init.signal] : []), AbortSignal.timeout(150)]),
  });

describe.each(['stripe', 'shopify'] as const)('%s', (name) => {
  const shop = SHOPS[name];

  test.each(TROUBLES)('that %s is asked again after a while, and the sale is right', async (_, trouble) => {
    await open(trouble.impatient ? hasty : fetch);
    const sale = await shop.sell('a');
    shop.break(trouble);
    await house.settle();
    const [waiting] = await rows();
    const code = name === 'stripe' ? 'line_items_unavailable' : 'shop_unavailable';
    expect(waiting).toMatchObject({ state: 'waiting', attempts: 1 });
    expect(JSON.parse(String(waiting?.problem)).code).toBe(code);
    const wait = Number(waiting?.due_at) - AT;
    const { rest_ms } = trouble;
    if (rest_ms === undefined) expect(wait > 0 && wait <= 500).toBe(true);
    else expect(wait >= rest_ms && wait < rest_ms * 1.5).toBe(true);
    expect(house.bridge.shops().get(name)).toMatchObject(
      rest_ms === undefined
        ? { state: 'closed', failures: trouble.alone ? 0 : 1 }
        : { state: 'open', until: AT + rest_ms },
    );
    expect(await licenses()).toEqual([]);

    stripe.heal();
    house.clock.set(Number(waiting?.due_at));
    await house.settle();
    expect(await rows()).toMatchObject([{ state: 'done', attempts: 1, problem: null }]);
    expect(await house.order(name, sale)).toMatchObject({ state: 'issued' });
    expect(await licenses()).toHaveLength(2);
    expect(house.bridge.shops().get(name)).toMatchObject({ state: 'closed', failures: 0 });
  });

  test('that no longer knows the sale says so, and others are asked about as before', async () => {
    await open();
    shop.forget(await shop.sell('gone'));
    house.clock.advance(1);
    await shop.sell('there');
    await house.settle();
    const states = (await house.events()).map(({ state, problem }) => [state, problem?.code]);
    // Where the webhook itself says enough, that is what is known.
    const gone = name === 'stripe' ? 'parked' : 'done';
    expect(states).toEqual([
      [gone, 'shop_object_gone'],
      ['done', undefined],
    ]);
    expect(house.bridge.shops().get(name)).toMatchObject({ state: 'closed', failures: 0 });
  });

  test('that is away for an hour is asked ever more rarely, and sells all of it in the end', async () => {
    let away = true;
    await open((input, init) => (away ? Promise.reject(new TypeError('fetch failed')) : fetch(input, init)));
    const seeds = Array.from({ length: 30 }, (_, at) => `n${at}`);
    for (const seed of seeds) await shop.sell(seed);
    let failures = 0;
    const opened: number[] = [];
    while (house.clock.now() < AT + 3_600_000) {
      await house.settle();
      const it = house.bridge.shops().get(name);
      if ((it?.failures ?? 0) > failures && it?.state === 'open') opened.push(house.clock.now() - AT);
      failures = it?.failures ?? 0;
      house.clock.advance(6_000);
    }
    // Some at the start, then one at a time.
    expect(failures).toBeLessThan(LIMITS.ask_count + 25);
    expect(opened.length).toBeGreaterThan(10);
    const tried = (await rows()).map(({ attempts }) => Number(attempts));
    expect(Math.max(...tried)).toBeLessThan(10);

    away = false;
    const last = house.bridge.shops().get(name)?.until ?? 0;
    while (house.clock.now() < last + LIMITS.shop_spread_ms + 3_000) {
      house.clock.advance(1_000);
      await house.settle();
    }
    expect((await rows()).filter(({ state }) => state === 'done').length).toBeGreaterThan(20);
    house.clock.advance(3_600_000);
    await house.settle();
    expect((await rows()).filter(({ state }) => state !== 'done')).toEqual([]);
    expect(await licenses()).toHaveLength(seeds.length * 2);
  });
});

test('shopify that is overrun says so under status 200, and is left alone until it has points again', async () => {
  await open();
  await SHOPS.shopify.sell('throttled');
  shopify.faults.push('throttled');
  await house.settle();
  expect(house.bridge.shops().get('shopify')).toMatchObject({ state: 'open', until: AT + 6_000 });
  house.clock.advance(6_000 + 3_000);
  await house.settle();
  expect(await rows()).toMatchObject([{ state: 'done' }]);
});

describe('pages that change while they are read', () => {
  /** Does something when the first answer to such a question has come. */
  const changing = (question: RegExp, change: () => void): Fetch => {
    let isChanged = false;
    return async (input, init) => {
      const response = await fetch(input, init);
      const text = await response.text();
      if (!isChanged && question.test(String(input))) {
        isChanged = true;
        change();
      }
      return new Response(text, response);
    };
  };

  test('stripe: a line is gone that the next page was to begin after', async () => {
    const webhook = sample('stripe', 'one-time', 'many');
    const session = JSON.parse(webhook.body).data.object;
    const lines = Array.from({ length: 130 }, (_, at) =>
      stripeLine({ id: `li_${at}`, price: `price_${at}` }),
    );
    await open(
      changing(/line_items/, () => stripe.add({ session, lines: lines.filter(({ id }) => id !== 'li_99') })),
    );
    stripe.add({ session, lines });
    await house.send('stripe', webhook);
    await house.settle();
    expect(await rows()).toMatchObject([{ state: 'waiting', attempts: 1 }]);
    expect(await licenses()).toEqual([]);
    house.clock.advance(1_000);
    await house.settle();
    expect(await rows()).toMatchObject([{ state: 'done' }]);
    expect(await licenses()).toHaveLength(129);
  });

  test('shopify: the order is edited between two pages', async () => {
    const webhook = sample('shopify', 'paid', 'many');
    const id = /"id":(\d+)/.exec(webhook.body)?.[1] ?? '';
    const lines = Array.from({ length: 5 }, (_, at) => ({
      id: `86655031176640${at}`,
      title: 'Acme Pro',
      quantity: 1,
      sku: 'ACME-PRO-1',
    }));
    const order = { id, updated_at: new Date(AT + 60_000).toISOString(), status: 'PAID', lines };
    const edited = { ...order, updated_at: new Date(AT + 61_000).toISOString(), lines: lines.slice(1) };
    await open(changing(/graphql/, () => shopify.put(edited)));
    shopify.put(order);
    await house.send('shopify', webhook);
    await house.settle();
    expect(await rows()).toMatchObject([{ state: 'waiting', attempts: 1 }]);
    house.clock.advance(1_000);
    await house.settle();
    expect(await rows()).toMatchObject([{ state: 'done' }]);
    expect(await licenses()).toHaveLength(4);
  });

  test('stripe: the last line of a page is the first of the next one, and is licensed once', async () => {
    const webhook = sample('stripe', 'one-time', 'twice');
    const session = JSON.parse(webhook.body).data.object;
    const lines = Array.from({ length: 130 }, (_, at) =>
      stripeLine({ id: `li_${at}`, price: `price_${at}` }),
    );
    let isShifted = true;
    await open(async (input, init) => {
      const response = await fetch(input, init);
      if (!isShifted || !String(input).includes('starting_after')) return response;
      isShifted = false;
      const page = JSON.parse(await response.text());
      return Response.json({ ...page, data: [lines[99], ...page.data] }, response);
    });
    stripe.add({ session, lines });
    await house.send('stripe', webhook);
    await house.settle();
    expect(await rows()).toMatchObject([{ state: 'waiting', attempts: 1 }]);
    house.clock.advance(1_000);
    await house.settle();
    expect(await licenses()).toHaveLength(130);
  });

  test('shopify: a page that leads back to itself is not turned a hundred times', async () => {
    let answers = 0;
    await open(async (input, init) => {
      const response = await fetch(input, init);
      const it = JSON.parse(await response.text());
      it.data.order.lineItems = { nodes: [], pageInfo: { hasNextPage: ++answers <= 2, endCursor: 'x' } };
      return Response.json(it);
    });
    await SHOPS.shopify.sell('circle');
    await house.settle();
    expect(answers).toBe(2);
    expect(await rows()).toMatchObject([{ state: 'waiting', attempts: 1 }]);
  });
});
