/**
 * Small checkout sessions, answers and readings for the tests of Stripe's normalize: a paid session that each
 * test changes where it wants.
 */
import { normalize } from '../../integrations/stripe/normalize.ts';
import type { Answer, Reading, StoredEvent } from '../../src/core/integration.ts';
import type { Json } from '../../src/core/json.ts';

export const AT = Date.UTC(2026, 10, 2, 10, 0, 0);
export const ASKED_AT = AT + 4000;
export const COMPLETED = 'checkout.session.completed';
export const SUCCEEDED = 'checkout.session.async_payment_succeeded';
export const FAILED = 'checkout.session.async_payment_failed';

export const PAID = {
  id: 'cs_1',
  object: 'checkout.session',
  amount_total: 14900,
  created: AT / 1000 - 60,
  currency: 'EUR',
  customer: null,
  customer_details: { email: 'Noor@Example.com ', name: 'Noor Veerman', business_name: null, phone: null },
  customer_email: null,
  metadata: { campaign: 'spring' },
  mode: 'payment',
  payment_intent: 'pi_1',
  invoice: null,
  payment_link: 'plink_1AcmePro',
  payment_status: 'paid',
  status: 'complete',
};

export function stored(type: string, session: unknown, created_at: number | null = AT): StoredEvent {
  const body = JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object: session } });
  return {
    id: 'ev_1',
    source: 'stripe',
    account: '',
    key: 'evt_1',
    type,
    created_at,
    received_at: AT + 1000,
    headers: {},
    body: new TextEncoder().encode(body),
  };
}

/** A stored thin event about the session `cs_1`, changed where a test wants it. */
export function storedThin(type: string, differs: Record<string, unknown> = {}): StoredEvent {
  const body = {
    id: 'evt_test_1',
    object: 'v2.core.event',
    context: null,
    created: new Date(AT).toISOString(),
    livemode: false,
    related_object: { id: 'cs_1', type: 'checkout.session', url: '/v1/checkout/sessions/cs_1' },
    type,
    ...differs,
  };
  return { ...stored(type, null), key: 'evt_test_1', body: new TextEncoder().encode(JSON.stringify(body)) };
}

export const read = (type: string, differs: Record<string, unknown> = {}, answers: readonly Answer[] = []) =>
  normalize(stored(type, { ...PAID, ...differs }), answers);

export function answer(asked: string, body: Json, refresh = 0, stamp = ASKED_AT): Answer {
  return { id: `ev_1/${refresh}/${asked}`, asked, stamp, body };
}
export const sessionAnswer = (differs: Record<string, Json> = {}, refresh = 0, stamp = ASKED_AT) =>
  answer('checkout.session', { ...PAID, ...differs }, refresh, stamp);

export function line(
  price: string,
  more: Record<string, Json> = {},
  priceMore: Record<string, Json> = {},
): Json {
  return {
    id: `li_${price}`,
    description: 'Acme Pro',
    quantity: 1,
    price: {
      id: price,
      lookup_key: null,
      metadata: {},
      product: { id: 'prod_A', name: 'Acme Pro', metadata: {} },
      ...priceMore,
    },
    ...more,
  };
}
export const linesAnswer = (...data: Json[]) => answer('line_items', { data });

/** How a reading that brought no facts ended; else `facts`. */
export function codeOf(reading: Reading): string {
  if (reading.is === 'facts' || reading.is === 'request') return reading.is;
  return reading.problem.code;
}

/** `kind/id/group` → content, of the facts of a reading. */
export function contents(reading: Reading): Record<string, unknown> {
  if (reading.is !== 'facts') throw new Error(codeOf(reading));
  return Object.fromEntries(
    reading.facts.map((it) => [`${it.kind}/${it.id}/${it.group}`, it.snapshot.content]),
  );
}
export const money = (reading: Reading) => contents(reading)['checkout/cs_1/money'];
export const buyer = (reading: Reading) => contents(reading)['checkout/cs_1/buyer'];
export function lines(reading: Reading): unknown {
  const content = contents(reading)['checkout/cs_1/lines'];
  return typeof content === 'object' && content !== null && 'lines' in content ? content.lines : undefined;
}
