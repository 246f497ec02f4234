/** Sales from before Keyferry: how they are listed, and how one that is looked for is read. */
import { describe, expect, test } from 'vitest';
import { gather } from '../../integrations/stripe/gather.ts';
import { normalize } from '../../integrations/stripe/normalize.ts';
import { list } from '../../integrations/stripe/reconcile.ts';
import { type ListAsked, looked, type SalesPage, type StoredEvent } from '../../src/core/integration.ts';
import { FAKE_STRIPE_KEY, type StripeApi, stripeApi, stripeLine } from '../fakes/stripe-api.ts';
import { invoice, subscription } from '../fakes/stripe-objects.ts';
import { AT, codeOf, contents, PAID } from '../fakes/stripe-sessions.ts';

const SETTINGS = { webhook_secrets: ['whsec_x'], api_key: FAKE_STRIPE_KEY, api_base: undefined };
const SINCE = AT / 1000;
const ASKED: ListAsked = {
  of: 'sales',
  from: AT,
  to: null,
  mode: 'test',
  account: '',
  cursor: null,
  limit: 100,
};

function ports(api: StripeApi) {
  return { fetch: api.fetch, clock: { now: () => AT } };
}

function ask(api: StripeApi, differs: Partial<ListAsked> = {}) {
  return list({ ...ASKED, ...differs }, SETTINGS, ports(api));
}

function shop(): StripeApi {
  const api = stripeApi();
  const sessions = Array.from({ length: 130 }, (_, n) => ({ ...PAID, id: `cs_${n}` }));
  const [first, ...rest] = sessions;
  api.put(`/v1/checkout/sessions?created[gte]=${SINCE}&status=complete`, [
    { ...first, mode: 'subscription' },
    ...rest,
  ]);
  api.put(`/v1/subscriptions?created[gte]=${SINCE}&status=all`, [{ id: 'sub_new', status: 'canceled' }]);
  api.put(`/v1/subscriptions?created[lt]=${SINCE}`, [{ id: 'sub_old', status: 'active' }]);
  return api;
}

describe('the list', () => {
  test('goes page by page: checkouts, subscriptions since then, older ones that go on', async () => {
    const api = shop();
    const pages: SalesPage[] = [];
    let cursor: string | null = null;
    do {
      const page = await ask(api, { cursor });
      if (!page.ok) throw new Error(page.problem.code);
      pages.push(page.value);
      cursor = page.value.next;
    } while (cursor !== null);
    expect(pages.map(({ sales, next }) => [sales.length, sales.at(-1)?.name, next])).toEqual([
      [99, 'cs_99', 'sessions:cs_99'],
      [30, 'cs_129', 'subscriptions:'],
      [1, 'sub_new', 'going:'],
      [1, 'sub_old', null],
    ]);
  });

  test('is asked on behalf of the account', async () => {
    const api = shop();
    await ask(api, { account: 'acct_9' });
    expect(api.calls.map((it) => it.headers.get('stripe-account'))).toEqual(['acct_9']);
  });

  test.each(['carts:cs_1', 'sessions', 'sessions:../accounts', 'sessions:cs_1:x', ''])(
    'the cursor %j was never given',
    async (cursor) => {
      const api = shop();
      const page = await ask(api, { cursor });
      expect(page).toMatchObject({ problem: { code: 'cursor_unknown' } });
      expect(api.calls).toEqual([]);
    },
  );

  test('of the other mode is refused: such a key would bring the sales of the other source', async () => {
    const api = shop();
    api.put(`/v1/subscriptions?created[lt]=${SINCE}`, [{ id: 'sub_1', status: 'active', livemode: true }]);
    const older = { cursor: 'going:' };
    expect(await ask(api, older)).toMatchObject({ problem: { code: 'mode_mismatch' } });
    expect(await ask(api, { ...older, mode: 'live' })).toMatchObject({
      value: { sales: [{ name: 'sub_1' }] },
    });
  });

  test('needs the API key, and says what it may not read', async () => {
    const api = shop();
    const keyless = { ...SETTINGS, api_key: undefined };
    expect(await list(ASKED, keyless, ports(api))).toMatchObject({ problem: { code: 'api_key_needed' } });
    api.break('/v1/checkout/sessions', { status: 403 });
    expect(await ask(api)).toMatchObject({
      problem: { code: 'api_key_refused', detail: expect.stringContaining('Checkout Sessions') },
    });
  });
});

describe('a sale that is looked for', () => {
  const looking = (name: string, account = ''): StoredEvent => ({
    ...looked(name, account, 'run'),
    id: 'ev_1',
    source: 'stripe',
    received_at: AT,
  });

  test('by its session is what the session says', async () => {
    const api = stripeApi();
    api.add({ session: PAID, lines: [stripeLine({ price: 'price_1' })], account: 'acct_9' });
    const event = looking('cs_1', 'acct_9');
    const answers = await gather(event, SETTINGS, ports(api), 0);
    const reading = normalize(event, answers.ok ? answers.value : []);
    expect(reading).toMatchObject({ is: 'facts', creates: 'cs_1', refs: ['pi_1', 'ch_1'] });
  });

  test('by its subscription is all that there is of it', async () => {
    const api = stripeApi();
    api.put('/v1/subscriptions/sub_1', subscription('since basil'));
    api.put('/v1/invoices?subscription=sub_1', [invoice('since basil')]);
    const event = looking('sub_1');
    const answers = await gather(event, SETTINGS, ports(api), 0);
    const reading = normalize(event, answers.ok ? answers.value : []);
    expect(reading).toMatchObject({ is: 'facts', creates: 'sub_1' });
    expect(contents(reading)).toMatchObject({
      'subscription/sub_1/links': { checkout: null, invoices_asked: true },
    });
  });

  test('that nothing is named like parks, and so does one without an API key', () => {
    expect(codeOf(normalize(looking('cus_1'), []))).toBe('type_unknown');
    expect(codeOf(normalize(looking('pi_1'), []))).toBe('api_key_needed');
    expect(codeOf(normalize(looking('cs_1'), []))).toBe('api_key_needed');
  });
});
