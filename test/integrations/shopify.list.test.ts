/** Orders from before Keyferry: how they are listed, and how one that is looked for is read. */
import { describe, expect, test } from 'vitest';
import { gather } from '../../integrations/shopify/gather.ts';
import { normalize } from '../../integrations/shopify/normalize.ts';
import { gone, list } from '../../integrations/shopify/reconcile.ts';
import { settings } from '../../integrations/shopify/settings.ts';
import { type ListAsked, looked, type StoredEvent } from '../../src/core/integration.ts';
import { type FakeOrder, type ShopifyApi, shopifyApi } from '../fakes/shopify-api.ts';

const AT = Date.UTC(2026, 10, 2, 10);
const DAY = 86_400_000;
const SETTINGS = settings.parse({
  webhook_secrets: ['x'],
  shop_domain: 'acme.myshopify.com',
  admin_token: 'shpat_fake',
});
const named = (...names: readonly string[]) => names.map((name) => ({ name, seen: 'order' }));
const ports = (api: ShopifyApi) => ({ fetch: api.fetch, clock: { now: () => AT } });

function order(id: string, daysAgo: number): FakeOrder {
  return {
    id,
    created_at: new Date(AT - daysAgo * DAY).toISOString(),
    updated_at: '2026-11-02T09:00:00Z',
    status: 'PAID',
    lines: [{ id: `7${id}`, title: 'Acme Pro', quantity: 1, sku: 'PRO' }],
  };
}
const shop = (more: { scopes?: readonly string[] } = {}) =>
  shopifyApi({ orders: [order('1', 90), order('2', 10), order('3', 5), order('4', 1)], page: 2, ...more });
const ask = (api: ShopifyApi, differs: Partial<ListAsked> = {}) =>
  list({ ...ASKED, ...differs }, SETTINGS, ports(api));
const ASKED: ListAsked = {
  of: 'sales',
  from: AT - 30 * DAY,
  to: null,
  mode: 'live',
  account: '',
  cursor: null,
  limit: 100,
};

describe('the list', () => {
  test('goes page by page, by the day of the order', async () => {
    const api = shop();
    const first = await ask(api);
    expect(first).toEqual({
      ok: true,
      value: { sales: named('2', '3'), next: expect.stringMatching(/^made:/) },
    });
    expect(await ask(api, { cursor: first.ok ? first.value.next : null })).toEqual({
      ok: true,
      value: { sales: named('4'), next: null },
    });
    expect(api.asked[0]?.variables).toEqual({
      query: "created_at:>='2026-10-03T10:00:00.000Z'",
      first: 100,
      after: null,
    });
  });

  test.each<readonly [string, readonly string[], number, boolean]>([
    ['says that older orders are hidden', ['read_orders'], 61, true],
    ['says nothing where none is older', ['read_orders'], 59, false],
    ['says nothing to who may read all', ['read_orders', 'read_all_orders'], 400, false],
  ])('%s', async (_what, scopes, daysAgo, told) => {
    const page = await ask(shop({ scopes }), { from: AT - daysAgo * DAY });
    expect(page.ok && page.value.remark?.code).toBe(told ? 'older_sales_hidden' : undefined);
  });

  test.each<readonly [string, (api: ShopifyApi) => void, string]>([
    ['a token that may not read orders', (api) => api.denied.push('orders'), 'api_key_refused'],
    ['a token that is wrong', (api) => api.faults.push('401'), 'api_key_refused'],
    ['a shop that is asked too fast', (api) => api.faults.push('throttled'), 'shop_unavailable'],
  ])('%s', async (_what, spoil, code) => {
    const api = shop();
    spoil(api);
    expect(await ask(api)).toMatchObject({ ok: false, problem: { code } });
  });

  test('asks nobody without a token, nor for an account inside the shop', async () => {
    const api = shop();
    const { admin_token: _token, ...keyless } = SETTINGS;
    expect(await list(ASKED, keyless, ports(api))).toMatchObject({ problem: { code: 'api_key_needed' } });
    expect(await ask(api, { account: 'a' })).toMatchObject({ problem: { code: 'request_invalid' } });
    expect(api.asked).toEqual([]);
  });
});

describe('the list of what was made or changed', () => {
  const changed = (id: string, madeDaysAgo: number, changedDaysAgo: number): FakeOrder => ({
    ...order(id, madeDaysAgo),
    updated_at: new Date(AT - changedDaysAgo * DAY).toISOString(),
  });
  async function pages(api: ShopifyApi, differs: Partial<ListAsked>) {
    const all: (readonly string[])[] = [];
    let cursor: string | null = null;
    do {
      const page = await ask(api, { of: 'changes', ...differs, cursor });
      if (!page.ok) throw new Error(page.problem.code);
      all.push(page.value.sales.map(({ name }) => name));
      cursor = page.value.next;
    } while (cursor !== null);
    return all;
  }

  test('goes by the time of the change, then names what was made in the range and changed after it', async () => {
    const api = shopifyApi({
      orders: [
        changed('1', 9, 5),
        changed('2', 4, 4),
        changed('3', 4, 1),
        changed('4', 9, 1),
        changed('5', 9, 8),
      ],
      page: 1,
    });
    const range = { from: AT - 6 * DAY, to: AT - 3 * DAY };
    expect(await pages(api, range)).toEqual([['1'], ['2'], [], ['3']]);
    expect(api.asked[0]?.variables.query).toBe(
      "updated_at:>='2026-10-27T10:00:00.000Z' updated_at:<'2026-10-30T10:00:00.000Z'",
    );
  });

  test('an order that changes while pages are turned is left out or named once, and no other is skipped', async () => {
    const api = shopifyApi({
      orders: ['1', '2', '3', '4'].map((id, n) => changed(id, 2, 2 - n / 10)),
      page: 2,
    });
    const range = { of: 'changes', from: AT - 3 * DAY, to: AT } as const;
    const first = await ask(api, range);
    api.put({ ...changed('1', 2, 2), updated_at: new Date(AT + 1000).toISOString() });
    const second = await ask(api, { ...range, cursor: first.ok ? first.value.next : null });
    expect(second).toMatchObject({ value: { sales: named('3', '4') } });
  });

  test.each<readonly [string, readonly string[], readonly string[]]>([
    ['an old order that the token may not see is not called unknown', ['read_orders'], ['9']],
    ['to who may see all, it is', ['read_orders', 'read_all_orders'], ['8', '9']],
  ])('%s', async (_what, scopes, missing) => {
    const sales = [
      { name: '2', bought_at: AT - 10 * DAY },
      { name: '8', bought_at: AT - 70 * DAY },
      { name: '9', bought_at: AT - DAY },
      { name: 'cs_1', bought_at: AT },
    ];
    const api = shop({ scopes });
    expect(await gone({ sales, account: '' }, SETTINGS, ports(api))).toEqual({ ok: true, value: missing });
    api.faults.push('throttled');
    expect(await gone({ sales, account: '' }, SETTINGS, ports(api))).toMatchObject({
      problem: { code: 'shop_unavailable' },
      trouble: { rest_ms: expect.any(Number) },
    });
  });
});

describe('an order that is looked for', () => {
  const looking = (name: string): StoredEvent => ({
    ...looked(name, '', 'run'),
    id: 'ev_1',
    source: 'shopify',
    received_at: AT,
  });
  const read = async (api: ShopifyApi, name: string) => {
    const answers = await gather(looking(name), SETTINGS, ports(api), 0);
    return normalize(looking(name), answers.ok ? answers.value : []);
  };

  test('is what the shop answers, by all its names', async () => {
    expect(await read(shop(), '2')).toMatchObject({
      is: 'facts',
      creates: '2',
      refs: ['gid://shopify/Order/2'],
    });
  });

  test('parks where the shop does not know it, or was not asked', async () => {
    expect(await read(shop(), '9')).toMatchObject({ is: 'parked', problem: { code: 'shop_object_gone' } });
    expect(normalize(looking('2'), [])).toMatchObject({ is: 'parked', problem: { code: 'api_key_needed' } });
  });
});
