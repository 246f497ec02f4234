/**
 * True histories of one-time Stripe checkouts: paid at once, or by a bank that says yes, no, or nothing. With an
 * API key each webhook comes with what Stripe answers when asked afterwards, and may be thin or have a thin twin;
 * without one it stands alone.
 */
import fc from 'fast-check';
import type { Json } from '../../src/core/json.ts';
import { BEGIN, type History, type Telling } from './history.ts';
import { KINDS, type Kind, slotsWorth } from './vendor.ts';

export interface StripeSale {
  readonly lines: readonly { readonly kind: Kind; readonly units: number }[];
  readonly asked: boolean;
  readonly course: 'at once' | 'the bank says yes' | 'the bank says no' | 'the bank says nothing';
  /** Seconds until the bank speaks; 0 is the same second. */
  readonly bank_seconds: number;
  /** Stripe wrote the first event twice, under two ids. */
  readonly twins: boolean;
  /** Which destinations there are. Thin events need an API key: where nobody asks, all are snapshots. */
  readonly style: 'snapshot' | 'thin' | 'both';
  /** Seconds from each event until we ask, by event. */
  readonly ask_seconds: readonly number[];
  /** What is asked within the event's own second is answered by a replica that lags behind. */
  readonly lag: boolean;
}

const kind = fc.constantFrom(...KINDS.filter((it) => it !== 'gift'));

export const stripeSale: fc.Arbitrary<StripeSale> = fc.record({
  lines: fc.array(fc.record({ kind, units: fc.integer({ min: 1, max: 3 }) }), { minLength: 1, maxLength: 3 }),
  asked: fc.boolean(),
  course: fc.constantFrom('at once', 'the bank says yes', 'the bank says no', 'the bank says nothing'),
  bank_seconds: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300_000 })),
  twins: fc.boolean(),
  style: fc.constantFrom('snapshot', 'thin', 'both'),
  ask_seconds: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400_000 })), {
    minLength: 6,
    maxLength: 6,
  }),
  lag: fc.boolean(),
});

const CREATED = 'checkout.session.completed';

/** Plays the sale through. */
export function stripeHistory(sale: StripeSale, number: number): History {
  const id = `cs_test_${number}`;
  const bankAt = BEGIN + sale.bank_seconds * 1000;
  const paidAt = sale.course === 'at once' ? BEGIN : sale.course === 'the bank says yes' ? bankAt : null;
  const isPaid = (at: number) => paidAt !== null && at >= paidAt;
  const tellings: Telling[] = [];

  const session = (paid: boolean): { readonly [key: string]: Json } => ({
    id,
    object: 'checkout.session',
    mode: 'payment',
    status: 'complete',
    payment_status: paid ? 'paid' : 'unpaid',
    created: BEGIN / 1000 - 60,
    currency: 'eur',
    amount_total: 9900,
    customer: null,
    customer_email: null,
    customer_details: { email: `buyer${number}@example.com`, name: 'Noor Veerman' },
    payment_intent: `pi_${number}`,
    invoice: null,
    payment_link: 'plink_pro',
    metadata: {},
  });
  const seen = new Map<Kind, number>();
  const lines = sale.lines.map((it) => {
    const ordinal = (seen.get(it.kind) ?? 0) + 1;
    seen.set(it.kind, ordinal);
    return { ...it, price: `price_${it.kind}`, id: `price_${it.kind}.${ordinal}` };
  });

  function answersAt(at: number, paid: boolean): Telling['answers'] {
    if (!sale.asked) return [];
    const data = lines.map(
      (it, index): Json => ({
        id: `li_${number}_${index}`,
        description: it.kind,
        quantity: it.units,
        price: {
          id: it.price,
          lookup_key: null,
          metadata: {},
          product: { id: `prod_${it.kind}`, name: it.kind },
        },
      }),
    );
    return [
      { asked: 'checkout.session', stamp: at, body: { ...session(paid), payment_link: null } },
      { asked: 'line_items', stamp: at, body: { data } },
    ];
  }
  function tell(eventId: string, type: string, at: number, paid: boolean): void {
    if (!sale.asked || sale.style !== 'thin') tellWhole(eventId, type, at, paid);
    if (sale.asked && sale.style !== 'snapshot') tellThin(eventId, type, at, paid);
  }
  function tellWhole(eventId: string, type: string, at: number, paid: boolean): void {
    const { asked, stale } = asking(at, paid);
    const event = {
      id: eventId,
      object: 'event',
      created: at / 1000,
      livemode: false,
      type,
      data: { object: sale.asked ? { ...session(paid), payment_link: null } : session(paid) },
    };
    tellings.push({
      type,
      body: JSON.stringify(event),
      at,
      answers: answersAt(asked, isPaid(asked) && !stale),
    });
  }
  function tellThin(eventId: string, type: string, at: number, paid: boolean): void {
    const { asked, stale } = asking(at, paid);
    const event = {
      id: eventId.replace('evt_', 'evt_thin_'),
      object: 'v2.core.event',
      created: new Date(at).toISOString(),
      livemode: false,
      type: `v1.${type}`,
      related_object: { id, type: 'checkout.session', url: `/v1/checkout/sessions/${id}` },
      snapshot_event: eventId,
    };
    // What lags behind a thin event is not taken for an answer: Stripe is asked once more, a moment later.
    const answered = stale ? asked + 1000 : asked;
    tellings.push({
      type: event.type,
      body: JSON.stringify(event),
      at,
      answers: answersAt(answered, isPaid(answered)),
    });
  }
  function asking(at: number, paid: boolean): { readonly asked: number; readonly stale: boolean } {
    const asked = at + (sale.ask_seconds[tellings.length] ?? 0) * 1000;
    // An answer of the same second may not know yet what its own event told.
    return { asked, stale: sale.lag && paid && asked === at };
  }

  const atOnce = sale.course === 'at once';
  tell(`evt_${number}_1`, CREATED, BEGIN, atOnce);
  if (sale.twins) tell(`evt_${number}_2`, CREATED, BEGIN, atOnce);
  if (sale.course === 'the bank says yes') {
    tell(`evt_${number}_3`, 'checkout.session.async_payment_succeeded', bankAt, true);
  }
  if (sale.course === 'the bank says no') {
    tell(`evt_${number}_3`, 'checkout.session.async_payment_failed', bankAt, false);
  }

  const worth = sale.asked
    ? lines.flatMap((it) => slotsWorth(it.id, it.kind, it.units))
    : slotsWorth('session', 'pro', 1);
  return {
    shop: 'stripe',
    external_id: id,
    tellings,
    entitled: paidAt === null ? [] : worth.sort(),
    entitledUnder: () => (paidAt === null ? [] : worth.sort()),
    never_paid: paidAt === null,
    story: [
      `session of ${sale.asked ? lines.map((it) => `${it.units} ${it.kind}`).join(', ') : 'lines that nobody asked for'}`,
      `${sale.course}, told by ${sale.asked ? sale.style : 'snapshot'} events`,
    ],
  };
}
