/** What was made or changed in a range, as Stripe lists it; and a sale that is looked for with all that became of it. */
import { describe, expect, test } from 'vitest';
import { gather } from '../../integrations/stripe/gather.ts';
import { nameInEvent, RECONCILED_EVENTS } from '../../integrations/stripe/listed-events.ts';
import { normalize } from '../../integrations/stripe/normalize.ts';
import { gone, list } from '../../integrations/stripe/reconcile.ts';
import {
  type ListAsked,
  type ListedSale,
  looked,
  type SalesPage,
  type StoredEvent,
} from '../../src/core/integration.ts';
import { FAKE_STRIPE_KEY, type StripeApi, stripeApi, stripeLine } from '../fakes/stripe-api.ts';
import { dispute, invoice, invoicePayment, refund, subscription } from '../fakes/stripe-objects.ts';
import { AT, codeOf, contents, PAID } from '../fakes/stripe-sessions.ts';

const DAY = 86_400_000;
const SETTINGS = { webhook_secrets: ['whsec_x'], api_key: FAKE_STRIPE_KEY, api_base: undefined };
const ports = (api: StripeApi) => ({ fetch: api.fetch, clock: { now: () => AT } });
const ASKED: ListAsked = {
  of: 'changes',
  from: AT - DAY,
  to: AT,
  mode: 'test',
  account: '',
  cursor: null,
  limit: 2,
};
const within = (from: number, to: number) => `created[gte]=${from / 1000}&created[lt]=${to / 1000}`;

async function pages(api: StripeApi, differs: Partial<ListAsked> = {}): Promise<readonly SalesPage[]> {
  const all: SalesPage[] = [];
  let cursor: string | null = null;
  do {
    const page = await list({ ...ASKED, ...differs, cursor }, SETTINGS, ports(api));
    if (!page.ok) throw new Error(JSON.stringify(page.problem));
    all.push(page.value);
    cursor = page.value.next;
  } while (cursor !== null);
  return all;
}
const namesOf = (all: readonly SalesPage[]) =>
  all.flatMap(({ sales }) => sales).map(({ name, seen }: ListedSale) => `${seen} ${name}`);

describe('the list of what was made or changed', () => {
  test('names sales by sessions, subscriptions, refunds, disputes and events, page by page', async () => {
    const api = stripeApi();
    const range = within(AT - DAY, AT);
    api.put(
      `/v1/checkout/sessions?${range}&status=complete`,
      ['cs_1', 'cs_2', 'cs_3'].map((id) => ({
        ...PAID,
        id,
        mode: id === 'cs_2' ? 'subscription' : 'payment',
      })),
    );
    api.put(`/v1/subscriptions?${range}&status=all`, [
      { id: 'sub_1', status: 'active' },
      { id: 'sub_2', status: 'incomplete_expired' },
    ]);
    api.put(`/v1/refunds?${range}`, [
      { id: 're_1', payment_intent: 'pi_1' },
      { id: 're_2', payment_intent: null },
    ]);
    api.put(`/v1/disputes?${range}`, [{ id: 'dp_1', payment_intent: 'pi_2' }]);
    api.put('/v1/events', [
      { id: 'evt_1', type: 'invoice.paid', data: { object: { id: 'in_1', subscription: 'sub_9' } } },
      { id: 'evt_2', type: 'invoice.paid', data: { object: { id: 'in_2' } } },
      { id: 'evt_3', type: 'refund.failed', data: { object: { id: 're_3', payment_intent: 'pi_3' } } },
    ]);
    const all = await pages(api);
    expect(namesOf(all)).toEqual([
      'session cs_1',
      'session cs_3',
      'subscription sub_1',
      'refund pi_1',
      'dispute pi_2',
      'event sub_9',
      'event pi_3',
    ]);
    expect(all.flatMap(({ sales }) => sales).filter(({ leads }) => leads)).toHaveLength(3);
    expect(all.map(({ next }) => next)).toEqual([
      'sessions:cs_2',
      'subscriptions:',
      'refunds:',
      'disputes:',
      'events:',
      'events:evt_2',
      null,
    ]);
  });

  test('events are asked for by type, twenty at most, and no further back than they are kept', async () => {
    const api = stripeApi();
    for (const path of [
      '/v1/checkout/sessions',
      '/v1/subscriptions',
      '/v1/refunds',
      '/v1/disputes',
      '/v1/events',
    ])
      api.put(path, []);
    const [first] = await pages(api, { from: AT - 90 * DAY });
    expect(first?.remark).toMatchObject({
      code: 'older_changes_hidden',
      detail: expect.stringContaining('2026-10-03T11'),
    });
    const queries = api.calls.map(({ path, query }) => [
      path,
      query.get('created[gte]'),
      query.get('created[lt]'),
    ]);
    const [from, to] = [(AT - 90 * DAY) / 1000, AT / 1000];
    expect(queries).toEqual([
      // A session lives for a day.
      ['/v1/checkout/sessions', String(from - 86_400), String(to)],
      ['/v1/subscriptions', String(from), String(to)],
      ['/v1/subscriptions', null, String(from)],
      ['/v1/refunds', String(from), String(to)],
      ['/v1/disputes', String(from), String(to)],
      ['/v1/events', String(to - 30 * 86_400 + 3600), String(to)],
    ]);
    expect(RECONCILED_EVENTS.length).toBeLessThanOrEqual(20);
    const types = [...(api.calls.at(-1)?.query ?? [])].filter(([name]) => name.startsWith('types['));
    expect(types.map(([, type]) => type)).toEqual(RECONCILED_EVENTS);
    // Long ago nothing is left of them.
    await pages(api, { from: AT - 90 * DAY, to: AT - 40 * DAY });
    expect(api.calls.filter(({ path }) => path === '/v1/events')).toHaveLength(1);
  });

  test('of older subscriptions those that went on into the range', async () => {
    const api = stripeApi();
    for (const path of ['/v1/checkout/sessions', '/v1/refunds', '/v1/disputes', '/v1/events'])
      api.put(path, []);
    const from = AT - 90 * DAY;
    api.put(`/v1/subscriptions?${within(from, AT)}&status=all`, []);
    api.put(`/v1/subscriptions?created[lt]=${from / 1000}&status=all`, [
      { id: 'sub_on', status: 'active' },
      { id: 'sub_in', status: 'canceled', ended_at: from / 1000 },
      { id: 'sub_over', status: 'canceled', ended_at: from / 1000 - 1 },
    ]);
    expect(namesOf(await pages(api, { from }))).toEqual(['subscription sub_on', 'subscription sub_in']);
  });

  test.each<readonly [string, object, string | null]>([
    ['checkout.session.completed', { id: 'cs_1', mode: 'payment' }, 'cs_1'],
    ['checkout.session.completed', { id: 'cs_1', mode: 'subscription', subscription: 'sub_1' }, 'sub_1'],
    ['checkout.session.completed', { id: 'cs_1', mode: 'setup' }, null],
    ['customer.subscription.deleted', { id: 'sub_1' }, 'sub_1'],
    ['charge.refunded', { id: 'ch_1', payment_intent: 'pi_1' }, 'pi_1'],
    ['charge.dispute.closed', { id: 'dp_1', payment_intent: { id: 'pi_1' } }, 'pi_1'],
    ['radar.early_fraud_warning.created', { id: 'issfr_1', payment_intent: 'pi_1' }, 'pi_1'],
    ['refund.failed', { id: 7 }, null],
    ['customer.created', { id: 'cus_1' }, null],
  ])('%s of %j is of the sale %s', (type, object, name) => {
    expect(nameInEvent(type, { ...object })).toBe(name);
  });
});

describe('what Stripe does not know', () => {
  test('is what it answers 404 to; a failure is no such answer', async () => {
    const api = stripeApi();
    api.add({ session: { ...PAID, id: 'cs_1' }, lines: [] });
    api.put('/v1/subscriptions/sub_1', { id: 'sub_1' });
    const sales = ['cs_1', 'cs_2', 'sub_1', 'sub_2', 'other'].map((name) => ({ name, bought_at: AT }));
    const asked = await gone({ sales, account: '' }, SETTINGS, ports(api));
    expect(asked).toEqual({ ok: true, value: ['cs_2', 'sub_2'] });
    api.break('/v1/subscriptions/sub_1', { status: 500 });
    expect(await gone({ sales, account: '' }, SETTINGS, ports(api))).toMatchObject({
      problem: { code: 'shop_unavailable' },
    });
  });
});

describe('a sale that is looked for', () => {
  const looking = (name: string): StoredEvent => ({
    ...looked(name, '', 'run'),
    id: 'ev_1',
    source: 'stripe',
    received_at: AT,
  });
  async function read(api: StripeApi, name: string) {
    const answers = await gather(looking(name), SETTINGS, ports(api), 0);
    if (!answers.ok) throw new Error(answers.problem.code);
    return normalize(looking(name), answers.value);
  }

  test.each(['cs_1', 'pi_1'])(
    'by %s brings what went back of its payment, and what is disputed',
    async (name) => {
      const api = stripeApi();
      api.add({ session: PAID, lines: [stripeLine({ price: 'price_1' })] });
      api.put('/v1/checkout/sessions?payment_intent=pi_1', [
        { ...PAID, id: 'cs_0', status: 'expired' },
        PAID,
      ]);
      api.put('/v1/refunds?payment_intent=pi_1', [refund()]);
      api.put('/v1/disputes?payment_intent=pi_1', [dispute('needs_response')]);
      const reading = await read(api, name);
      expect(reading).toMatchObject({ is: 'facts', creates: 'cs_1' });
      const told = Object.keys(contents(reading)).map((it) => it.split('/')[0]);
      expect(new Set(told)).toEqual(new Set(['checkout', 'payment', 'refund', 'dispute']));
    },
  );

  test('by a payment of an invoice brings its subscription', async () => {
    const api = stripeApi();
    api.put('/v1/subscriptions/sub_1', subscription('since basil'));
    api.put('/v1/invoices?subscription=sub_1', [invoice('since basil')]);
    const paid = { ...invoicePayment(), invoice: invoice('since basil') };
    api.put('/v1/invoice_payments?payment[payment_intent]=pi_1&payment[type]=payment_intent', [paid]);
    api.put('/v1/refunds?payment_intent=pi_1', [refund()]);
    const reading = await read(api, 'pi_1');
    expect(reading).toMatchObject({ is: 'facts', creates: 'sub_1' });
    expect(Object.keys(contents(reading)).some((it) => it.startsWith('refund/'))).toBe(true);
  });

  test('a payment of no checkout is no sale', async () => {
    expect(codeOf(await read(stripeApi(), 'pi_9'))).toBe('not_a_sale');
  });

  test('without a permission for refunds it is refused, without one for warnings it is read', async () => {
    const api = stripeApi();
    api.add({ session: PAID, lines: [stripeLine({ price: 'price_1' })] });
    api.break('/v1/radar/early_fraud_warnings', { status: 403 });
    expect(await read(api, 'cs_1')).toMatchObject({ is: 'facts' });
    api.break('/v1/refunds', { status: 403 });
    await expect(read(api, 'cs_1')).rejects.toThrow('api_key_refused');
  });
});
