/**
 * Customers from before Keyferry, from the shop's own list and a file of their keys to their licenses: each has the
 * key that its buyer has, whatever came first, however often, and nobody gets a second one.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Adopted, AdoptionAsked } from '../../src/core/given-keys.ts';
import type { GivenRow } from '../../src/core/given-rows.ts';
import type { Result } from '../../src/core/problem.ts';
import type { Store } from '../../src/core/store.ts';
import { makeGivenKeys } from '../../src/store/given-keys.ts';
import { everything } from '../fakes/settlements.ts';
import { shopifyApi } from '../fakes/shopify-api.ts';
import { stripeApi, stripeLine } from '../fakes/stripe-api.ts';
import { invoice, invoiceLine, item, MONTH, price, subscription } from '../fakes/stripe-objects.ts';
import { AT } from '../fakes/stripe-sessions.ts';
import { type House, openHouse, seededRandom } from '../house.ts';

const CATALOG = `products:
  - code: acmepro
    name: Acme Pro
    policies:
      - { code: yearly, default: true, license_type: time-limited, valid_duration: 2y }
      - { code: monthly, license_type: subscription }
  - { code: acmecli, name: Acme CLI, policies: [ { code: perpetual, default: true, license_type: perpetual } ] }
`;
const STRIPE = `integration: stripe
mode: test
sold_since: 2026-11-01
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ], api_key: $STRIPE_API_KEY }
rules:
  - { when: { price: price_cli }, grant: { product: acmecli } }
  - { when: { price: price_m }, grant: { product: acmepro, policy: monthly } }
  - { when: {}, grant: { product: acmepro } }
`;
const SHOPIFY = `integration: shopify
mode: test
sold_since: 2026-11-01
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ], shop_domain: acme.myshopify.com, admin_token: $SHOPIFY_TOKEN }
rules: [ { when: {}, grant: { product: acmepro } } ]
`;
const ENV = {
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  STRIPE_API_KEY: 'rk_test_KeyferryFake',
  SHOPIFY_WEBHOOK_SECRET: 'two',
  SHOPIFY_TOKEN: 'shpat_fake',
};
const FROM = Date.UTC(2025, 0, 1);
const BOUGHT = Date.UTC(2025, 2, 1);

let house: House;
afterEach(() => house.close());

/** A Stripe that sold before Keyferry: two one-time sales and a subscription, which is in its second year. */
function oldStripe() {
  const api = stripeApi({ now: () => house.clock.now() });
  const sold = (id: string, lines: Parameters<typeof stripeLine>[0][]) => {
    const session = {
      id,
      object: 'checkout.session',
      amount_total: 14900,
      created: BOUGHT / 1000,
      currency: 'eur',
      customer: null,
      customer_details: { email: `${id}@example.com`, name: null },
      invoice: null,
      livemode: false,
      metadata: {},
      mode: 'payment',
      payment_intent: `pi_${id}`,
      payment_link: null,
      payment_status: 'paid',
      status: 'complete',
    };
    api.add({ session, lines: lines.map(stripeLine) });
    return session;
  };
  const sessions = [
    sold('cs_old', [{ price: 'price_pro' }, { price: 'price_cli', quantity: 2 }]),
    sold('cs_other', [{ price: 'price_pro' }]),
    {
      id: 'cs_sub',
      object: 'checkout.session',
      mode: 'subscription',
      subscription: 'sub_1',
      status: 'complete',
    },
  ];
  const started = BOUGHT / 1000;
  const term = (start: number) => ({ current_period_start: start, current_period_end: start + MONTH });
  /** The subscription in the month that begins then, which is paid. */
  const inMonth = (start: number) => {
    const seats = [item('si_1', { ...term(start), price: price('price_m') })];
    const line = invoiceLine('since basil', { period: { start, end: start + MONTH } });
    const shown = subscription('since basil', { created: started, start_date: started }, seats);
    api.put('/v1/subscriptions/sub_1', shown);
    api.put('/v1/invoices?subscription=sub_1', [invoice('since basil', { id: `in_${start}` }, [line])]);
    return shown;
  };
  const since = `created[gte]=${FROM / 1000}`;
  api.put(`/v1/checkout/sessions?${since}&status=complete`, sessions);
  api.put(`/v1/subscriptions?${since}&status=all`, [inMonth(AT / 1000 - 3_600)]);
  api.put(`/v1/subscriptions?created[lt]=${FROM / 1000}`, []);
  return { api, sessions, inMonth };
}

async function openStripe(mapping = STRIPE, between?: (store: Store) => Store) {
  const shop = oldStripe();
  house = await openHouse({
    files: { 'catalog.yaml': CATALOG, 'stripe.yaml': mapping },
    env: ENV,
    at: AT,
    fetch: shop.api.fetch,
    ...(between ? { between } : {}),
  });
  return shop;
}

const row = (name: string, key: string, more: Partial<GivenRow> = {}): GivenRow => ({
  name,
  line: null,
  product: null,
  key,
  ...more,
});
const KEYS = [
  row('cs_old', 'OLD-CLI-1', { line: 'price_cli' }),
  row('pi_cs_old', 'OLD-PRO', { product: 'acmepro' }),
  row('cs_old', 'OLD-CLI-2', { line: 'price_cli' }),
  row('cs_other', 'other key'),
  row('sub_1', 'SEAT-1'),
];

function had<T>(it: Result<T>): T {
  if (!it.ok) throw new Error(JSON.stringify(it.problem));
  return it.value;
}

async function adopt(more: Partial<AdoptionAsked>): Promise<Adopted> {
  const asked = {
    source: 'stripe',
    account: '',
    from: null,
    cursor: null,
    keys: [],
    dry_run: false,
    ...more,
  };
  return had(await house.adoptions.adopt(asked, 'key_ann'));
}
const takeIn = (...keys: readonly GivenRow[]) => adopt({ keys });

/** Every page of the shop's list. */
async function lookAll(source = 'stripe', from = FROM) {
  const sum = { listed: 0, known: 0, stored: 0 };
  for (let cursor: string | null = null; ; ) {
    const page: Adopted = await adopt({ source, from, cursor });
    sum.listed += page.sales.listed;
    sum.known += page.sales.known;
    sum.stored += page.sales.stored;
    cursor = page.next_cursor;
    if (cursor === null) return sum;
  }
}

/** Every license: its key, its sale, line and unit, when it starts and ends. */
async function licenses(): Promise<readonly string[]> {
  const rows = await house.db.read(
    `SELECT l.*, o.external_id FROM licenses l JOIN orders o ON o.id = l.order_id ORDER BY l.key`,
  );
  return rows.map((it) => {
    const day = (at: unknown) => (at === null ? 'ever' : new Date(Number(at)).toISOString().slice(0, 10));
    return `${it.key}: ${it.external_id} ${it.line_id}/${it.unit} ${it.product} ${day(it.starts_at)} to ${day(it.valid_until)}`;
  });
}
const ALL = [
  'OLD-CLI-1: cs_old price_cli.1/0 acmecli 2025-03-01 to ever',
  'OLD-CLI-2: cs_old price_cli.1/1 acmecli 2025-03-01 to ever',
  'OLD-PRO: cs_old price_pro.1/0 acmepro 2025-03-01 to 2027-03-01',
  'SEAT-1: sub_1 si_1/0 acmepro 2025-03-01 to 2026-12-02',
  'other key: cs_other price_pro.1/0 acmepro 2025-03-01 to 2027-03-01',
];

/** Which of two equal units has which of two keys follows from the order in which these came. */
const sorted = (all: readonly string[]) => all.map((it) => it.replace(/cli\.1\/\d/, 'cli.1/n')).sort();

const webhook = (type: string, object: object, id = `evt_${type}`) => ({
  type,
  body: JSON.stringify({
    id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: Math.floor(house.clock.now() / 1000),
    livemode: false,
    type,
    data: { object },
  }),
});

describe('sales of Stripe from before Keyferry', () => {
  test('are taken in with the keys that were given out, and no others', async () => {
    await openStripe();
    expect(await takeIn(...KEYS)).toMatchObject({ keys: { stored: 5, known: 0, refused: [] } });
    expect(await lookAll()).toEqual({ listed: 3, known: 0, stored: 3 });
    await house.settle();
    expect((await house.events()).map(({ type, state }) => `${type} ${state}`)).toEqual([
      'keyferry.look done',
      'keyferry.look done',
      'keyferry.look done',
    ]);
    expect(await licenses()).toEqual(ALL);
    const { items } = await house.records.orders({ source: 'stripe' }, { limit: 9, after: null });
    expect(items.map(({ state }) => state)).toEqual(['issued', 'issued', 'issued']);
    expect(items.map(({ customer }) => customer?.email).sort()).toEqual([
      'cs_old@example.com',
      'cs_other@example.com',
      'noor@example.com',
    ]);
    expect((await house.adoptions.free('stripe', { limit: 9, after: null })).items).toEqual([]);
  });

  test('get no second key by replays, late webhooks and renewals; their licenses follow them', async () => {
    const { sessions, inMonth } = await openStripe();
    await takeIn(...KEYS);
    await lookAll();
    await house.settle();
    for (const { id } of await house.events()) {
      expect((await house.replay(id)).changes).toEqual([]);
      expect((await house.replay(id, { remap: true })).changes).toEqual([]);
    }
    await house.send('stripe', webhook('checkout.session.completed', sessions[0] ?? {}));
    await house.settle();
    expect(await licenses()).toEqual(ALL);

    house.clock.advance(MONTH * 1000);
    const renewed = inMonth(AT / 1000 - 3_600 + MONTH);
    await house.send('stripe', webhook('customer.subscription.updated', renewed));
    await house.settle();
    expect(await licenses()).toEqual(ALL.map((it) => it.replace('2026-12-02', '2027-01-01')));
  });

  test('taken in twice, change nothing the second time', async () => {
    await openStripe();
    await takeIn(...KEYS);
    await lookAll();
    await house.settle();
    const before = await everything(house.db);
    expect(await takeIn(...KEYS)).toMatchObject({ keys: { stored: 0, known: 5, refused: [] } });
    expect(await lookAll()).toEqual({ listed: 3, known: 3, stored: 0 });
    await house.settle();
    expect(await everything(house.db)).toBe(before);
  });

  test.each<readonly [string, (shop: Awaited<ReturnType<typeof openStripe>>) => Promise<void>]>([
    ['the list, then the keys', async () => {
      await lookAll();
      await house.settle();
      await takeIn(...KEYS);
    }],
    ['the list and the keys at once, last row first', async () => {
      await lookAll();
      for (const one of [...KEYS].reverse().sort((a, b) => a.key.localeCompare(b.key))) await takeIn(one);
    }],
    ['webhooks, then the keys one by one, then the list', async ({ sessions, inMonth }) => {
      for (const [at, session] of sessions.slice(0, 2).entries()) {
        await house.send('stripe', webhook('checkout.session.completed', session, `evt_${at}`));
        await house.settle();
      }
      await house.send('stripe', webhook('customer.subscription.updated', inMonth(AT / 1000 - 3_600)));
      await house.settle();
      for (const one of KEYS) {
        await takeIn(one);
        await house.settle();
      }
      await lookAll();
    }],
    ['the keys, then webhooks', async ({ sessions, inMonth }) => {
      await takeIn(...KEYS);
      for (const [at, session] of sessions.slice(0, 2).entries())
        await house.send('stripe', webhook('checkout.session.completed', session, `evt_${at}`));
      await house.send('stripe', webhook('customer.subscription.updated', inMonth(AT / 1000 - 3_600)));
    }],
  ])('%s: the licenses are the same', async (_what, run) => {
    await run(await openStripe());
    await house.settle();
    expect(await licenses()).toEqual(ALL);
  }); // biome-ignore format: a table

  test('in whatever order keys, list and webhooks come, one after the other or at once: the licenses are the same', {
    timeout: 60_000,
  }, async () => {
    const acts = [...KEYS.keys(), 'list', 'cs_old', 'cs_other', 'sub_1'] as const;
    const orders = fc.shuffledSubarray([...acts], { minLength: acts.length });
    const history = fc.tuple(orders, fc.array(fc.nat({ max: 3 }), { minLength: acts.length }));
    await fc.assert(
      fc.asyncProperty(history, fc.shuffledSubarray([...acts]), async ([order, pauses], again) => {
        const { sessions, inMonth } = await openStripe();
        const act = async (it: (typeof acts)[number]) => {
          const [key] = typeof it === 'number' ? [KEYS[it]] : [];
          if (key) await takeIn(key);
          else if (it === 'list') await lookAll();
          else if (it === 'sub_1')
            await house.send('stripe', webhook('customer.subscription.updated', inMonth(AT / 1000 - 3_600)));
          else {
            const session = sessions.find(({ id }) => id === it) ?? {};
            await house.send('stripe', webhook('checkout.session.completed', session, `evt_${it}`));
          }
        };
        for (const [at, it] of [...order, ...again].entries()) {
          const pause = pauses[at] ?? 1;
          // 0: nothing is settled before the next; 1: all is; else both at once.
          if (pause < 2) await act(it);
          else await Promise.all([act(it), house.bridge.work()]);
          if (pause === 1) await house.settle();
        }
        await house.settle();
        // All rows at once are in the order of the file; those of one line come as they came.
        expect(sorted(await licenses())).toEqual(sorted(ALL));
        for (const { id } of await house.events()) expect((await house.replay(id)).changes).toEqual([]);
        await house.close();
      }),
      { numRuns: Number(process.env.LAW_RUNS ?? 10) },
    );
    await openStripe();
  });

  test('wait for their keys where these are not known, and issue by themselves when a person takes them in', async () => {
    await openStripe();
    await takeIn(
      row('cs_old', 'OLD-PRO', { line: 'price_pro' }),
      row('cs_old', 'OLD-CLI-1', { line: 'price_cli' }),
    );
    await lookAll();
    await house.settle();
    const order = await house.order('stripe', 'cs_old');
    expect(order.state).toBe('partly_parked');
    expect(order.items.map(({ state, problem }) => [state, problem?.code, problem?.detail])).toEqual([
      ['issued', undefined, undefined],
      ['parked', 'sold_before', 'bought on 2025-03-01; 1 of 2 keys are known'],
    ]);
    expect((await house.order('stripe', 'sub_1')).state).toBe('parked');
    await takeIn(row('cs_old', 'OLD-CLI-2'));
    await house.settle();
    expect((await licenses()).slice(0, 3)).toEqual(ALL.slice(0, 3));
    const told = (await house.records.order(order.id))?.timeline.entries.at(-1);
    expect(told?.cause).toMatchObject({
      by: 'person',
      actor: 'key_ann',
      act: 'take in keys given out before',
    });
    expect(told?.changes).toMatchObject([
      { change: 'issue', given: true },
      { change: 'issue', given: true },
    ]);
    expect(JSON.stringify(told)).not.toContain('OLD-');
  });

  test('that need keys of a sale with none are left alone by what is sold today', async () => {
    const { api } = await openStripe();
    const today = {
      ...oldStripe().sessions[1],
      id: 'cs_today',
      created: AT / 1000,
      payment_intent: 'pi_today',
    };
    api.add({ session: today, lines: [stripeLine({ price: 'price_pro' })] });
    await house.send('stripe', webhook('checkout.session.completed', today));
    await house.settle();
    expect(await licenses()).toEqual([
      expect.stringMatching(/^(\w{4}-){5}\w{4}: cs_today price_pro.1\/0 acmepro 2026-11-02 to 2028-11-02$/),
    ]);
  });

  test('that were issued with new keys refuse the old ones, and say so', async () => {
    const { sessions } = await openStripe(STRIPE.replace('sold_since: 2026-11-01\n', ''));
    await house.send('stripe', webhook('checkout.session.completed', sessions[1] ?? {}));
    await house.settle();
    const drawn = await licenses();
    expect(drawn).toHaveLength(1);
    const { keys } = await takeIn(row('cs_other', 'other key'), row('cs_old', 'OLD'), row('cs_new', 'OLD'));
    expect(keys).toMatchObject({ stored: 1, known: 0 });
    expect(keys.refused.map(({ row: at, name, message }) => [at, name, message])).toEqual([
      [0, 'cs_other', expect.stringContaining('has its licenses already, with other keys')],
      [2, 'cs_new', 'the same key stands further up, for another sale, line or product'],
    ]);
    await house.settle();
    expect(await licenses()).toEqual(drawn);
  });

  test('are not looked for while the mapping does not say which they are', async () => {
    await openStripe(STRIPE.replace('sold_since: 2026-11-01\n', ''));
    const asked = { source: 'stripe', account: '', from: FROM, cursor: null, keys: [], dry_run: false };
    expect(await house.adoptions.adopt(asked, 'ann')).toMatchObject({
      problem: { code: 'sold_since_missing' },
    });
    expect(await house.events()).toEqual([]);
  });

  test('a dry run says what it would do, and stores nothing', async () => {
    await openStripe();
    expect(await adopt({ from: FROM, keys: KEYS, dry_run: true })).toMatchObject({
      keys: { stored: 5, known: 0, refused: [] },
      sales: { listed: 2, known: 0, stored: 2 },
      next_cursor: 'subscriptions:',
    });
    expect(await house.events()).toEqual([]);
    expect((await house.adoptions.free('stripe', { limit: 9, after: null })).items).toEqual([]);
  });

  test('a key that comes in while its sale is being settled is used all the same', async () => {
    let coming = true;
    await openStripe(STRIPE.replace('sold_since: 2026-11-01\n', ''), (store) => ({
      ...store,
      settle: async (it) => {
        if (coming) {
          coming = false;
          const given = makeGivenKeys(house.db, seededRandom('late'));
          const late = { ...row('cs_other', 'other key'), order_id: null, version: null };
          expect((await given.add({ source: 'stripe', account: '' }, [late], 'ann', AT)).size).toBe(1);
        }
        return store.settle(it);
      },
    }));
    await house.send('stripe', webhook('checkout.session.completed', oldStripe().sessions[1] ?? {}));
    await house.settle();
    expect(await licenses()).toEqual(ALL.slice(4));
  });

  test('of a connected account are asked for, and kept, as its own', async () => {
    const { api, sessions } = await openStripe();
    const [session] = sessions;
    api.add({
      session: { ...session, id: 'cs_old' },
      lines: [stripeLine({ price: 'price_pro' })],
      account: 'acct_1',
    });
    await adopt({ account: 'acct_1', keys: [row('cs_old', 'ACCOUNT')] });
    await adopt({ account: 'acct_1', from: FROM });
    await house.settle();
    expect(await licenses()).toEqual(['ACCOUNT: cs_old price_pro.1/0 acmepro 2025-03-01 to 2027-03-01']);
    expect(await house.order('stripe', 'cs_old')).toMatchObject({ account: 'acct_1', state: 'issued' });
    const asked = api.calls.map(({ headers }) => headers.get('stripe-account'));
    expect(new Set(asked)).toEqual(new Set(['acct_1']));
  });

  test('of the other mode are not taken for those of this source', async () => {
    const { api } = await openStripe();
    const live = { id: 'cs_live', mode: 'payment', status: 'complete', livemode: true };
    api.put(`/v1/checkout/sessions?created[gte]=${FROM / 1000}&status=complete`, [live]);
    const asked = { source: 'stripe', account: '', from: FROM, cursor: null, keys: [], dry_run: false };
    expect(await house.adoptions.adopt(asked, 'ann')).toMatchObject({ problem: { code: 'mode_mismatch' } });
    expect(await house.events()).toEqual([]);
  });

  test('are listed to the last page', async () => {
    const { api } = await openStripe();
    const many = Array.from({ length: 230 }, (_, at) => ({
      id: `cs_${at}`,
      mode: 'payment',
      status: 'complete',
    }));
    api.put(`/v1/checkout/sessions?created[gte]=${FROM / 1000}&status=complete`, many);
    expect(await lookAll()).toEqual({ listed: 231, known: 0, stored: 231 });
    expect((await house.events()).length).toBe(231);
  });

  test.each([
    ['a cursor of elsewhere', { cursor: 'sessions:../../v1/charges' }, 'cursor_unknown'],
    ['a source that there is not', { source: 'nobody' }, 'source_unknown'],
  ])('%s is refused', async (_what, more, code) => {
    await openStripe();
    const asked = {
      source: 'stripe',
      account: '',
      from: FROM,
      cursor: null,
      keys: [],
      dry_run: false,
      ...more,
    };
    expect(await house.adoptions.adopt(asked, 'ann')).toMatchObject({ ok: false, problem: { code } });
  });

  test('cannot be listed without a key, or with one that may not', async () => {
    const { api } = await openStripe(STRIPE.replace(', api_key: $STRIPE_API_KEY', ''));
    const asked = { source: 'stripe', account: '', from: FROM, cursor: null, keys: [], dry_run: false };
    expect(await house.adoptions.adopt(asked, 'ann')).toMatchObject({ problem: { code: 'api_key_needed' } });
    await house.write({ 'stripe.yaml': STRIPE });
    api.break('/v1/checkout/sessions', { status: 403 });
    expect(await house.adoptions.adopt(asked, 'ann')).toMatchObject({
      problem: { code: 'api_key_refused', detail: expect.stringContaining('Checkout Sessions') },
    });
  });
});

describe('orders of Shopify from before Keyferry', () => {
  const order = (id: string, quantity: number, created_at = '2025-03-01T00:00:00Z') => ({
    id,
    created_at,
    updated_at: '2026-01-01T00:00:00Z',
    status: 'PAID',
    lines: [{ id: `7${id}`, title: 'Acme Pro', quantity, sku: 'PRO' }],
  });

  async function openShopify(scopes: readonly string[]) {
    const api = shopifyApi({
      orders: [order('1001', 2), order('1002', 1), order('1000', 1, '2024-12-31T00:00:00Z')],
      page: 1,
      scopes,
    });
    house = await openHouse({
      files: { 'catalog.yaml': CATALOG, 'shopify.yaml': SHOPIFY },
      env: ENV,
      at: AT,
      fetch: api.fetch,
    });
    return api;
  }

  test('are taken in with their keys, once', async () => {
    await openShopify(['read_orders', 'read_all_orders']);
    const rows = [row('1001', 'A'), row('gid://shopify/Order/1001', 'B', { line: 'PRO' })];
    await adopt({ source: 'shopify', keys: rows });
    expect(await lookAll('shopify')).toEqual({ listed: 2, known: 0, stored: 2 });
    await house.settle();
    const expected = [
      'A: 1001 71001/0 acmepro 2025-03-01 to 2027-03-01',
      'B: 1001 71001/1 acmepro 2025-03-01 to 2027-03-01',
    ];
    expect(await licenses()).toEqual(expected);
    expect((await house.order('shopify', '1002')).items).toMatchObject([
      { state: 'parked', problem: { code: 'sold_before' } },
    ]);
    expect(await lookAll('shopify')).toEqual({ listed: 2, known: 2, stored: 0 });
    await house.settle();
    expect(await licenses()).toEqual(expected);
  });

  test('a later webhook of one makes no second key', async () => {
    const api = await openShopify(['read_all_orders']);
    await adopt({ source: 'shopify', keys: [row('1002', 'C')] });
    const body = {
      id: 1002,
      admin_graphql_api_id: 'gid://shopify/Order/1002',
      created_at: '2025-03-01T00:00:00Z',
      updated_at: '2026-11-02T09:00:00Z',
      financial_status: 'paid',
      line_items: [],
    };
    api.put({ ...order('1002', 1), updated_at: '2026-11-02T09:00:00Z' });
    await house.send('shopify', { type: 'orders/updated', body: JSON.stringify(body) });
    await house.settle();
    expect(await licenses()).toEqual(['C: 1002 71002/0 acmepro 2025-03-01 to 2027-03-01']);
    await lookAll('shopify');
    await house.settle();
    expect(await licenses()).toHaveLength(1);
  });

  test('hidden from the token are told, and not taken for none', async () => {
    const api = await openShopify(['read_orders']);
    const page = await adopt({ source: 'shopify', from: FROM });
    expect(page.remark).toMatchObject({
      code: 'older_sales_hidden',
      detail: expect.stringContaining('read_all_orders'),
    });
    expect((await adopt({ source: 'shopify', from: AT - 86_400_000 })).remark).toBeNull();
    api.denied.push('currentAppInstallation');
    expect((await adopt({ source: 'shopify', from: FROM })).remark).toMatchObject({
      code: 'older_sales_hidden',
    });
  });

  test('one that the shop no longer knows is parked, and says so', async () => {
    const api = await openShopify(['read_all_orders']);
    await adopt({ source: 'shopify', from: FROM });
    api.forget('1001');
    await house.settle();
    expect(await house.events()).toMatchObject([{ state: 'parked', problem: { code: 'shop_object_gone' } }]);
  });
});
