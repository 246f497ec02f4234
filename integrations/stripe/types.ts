/**
 * The types of events that mean something, and what object each speaks of: one table for gather and normalize. What
 * must never happen here: an id that is not a plain one going on into the path of a question.
 */
import * as z from 'zod';
import { lookedFor, type StoredEvent } from '../../src/core/integration.ts';
import { id as idShape, maybe } from './shapes.ts';

export type Kind =
  | 'session'
  | 'subscription'
  | 'invoice'
  | 'invoice_payment'
  | 'charge'
  | 'refund'
  | 'dispute'
  | 'warning'
  /** Of our own events alone: whose sale is to be found. */
  | 'payment';

/** What Stripe calls each of them, and how their ids look. */
const OBJECTS: Readonly<Record<Kind, { readonly name: string; readonly ids: RegExp }>> = {
  session: { name: 'checkout.session', ids: /^cs_\w{1,250}$/ },
  subscription: { name: 'subscription', ids: /^sub_\w{1,250}$/ },
  invoice: { name: 'invoice', ids: /^in_\w{1,250}$/ },
  invoice_payment: { name: 'invoice_payment', ids: /^inpay_\w{1,250}$/ },
  charge: { name: 'charge', ids: /^(?:ch|py)_\w{1,250}$/ },
  refund: { name: 'refund', ids: /^(?:re|pyr)_\w{1,250}$/ },
  dispute: { name: 'dispute', ids: /^[a-z]{2,6}_\w{1,250}$/ },
  warning: { name: 'radar.early_fraud_warning', ids: /^issfr_\w{1,250}$/ },
  payment: { name: 'payment_intent', ids: /^pi_\w{1,250}$/ },
};

/** What each kind is told by. Those of one group are read alike: the object itself says what became of it. */
const TYPES: Readonly<Record<Kind, readonly string[]>> = {
  session: [
    'checkout.session.completed',
    'checkout.session.async_payment_succeeded',
    'checkout.session.async_payment_failed',
    'checkout.session.expired',
  ],
  subscription: [
    'created',
    'updated',
    'deleted',
    'paused',
    'resumed',
    'pending_update_applied',
    'pending_update_expired',
    'trial_will_end',
  ].map((it) => `customer.subscription.${it}`),
  invoice: [
    'paid',
    'payment_succeeded',
    'payment_failed',
    'payment_action_required',
    'finalized',
    'overdue',
    'voided',
    'marked_uncollectible',
  ].map((it) => `invoice.${it}`),
  invoice_payment: ['invoice_payment.paid'],
  charge: ['charge.refunded'],
  refund: ['refund.created', 'refund.updated', 'refund.failed', 'charge.refund.updated'],
  dispute: ['created', 'updated', 'closed', 'funds_withdrawn', 'funds_reinstated'].map(
    (it) => `charge.dispute.${it}`,
  ),
  warning: ['radar.early_fraud_warning.created', 'radar.early_fraud_warning.updated'],
  payment: [],
};

/** Thin events only: each is told beside `customer.subscription.updated`, and says which part of it changed. */
const FINER = [
  'active',
  'past_due',
  'unpaid',
  'trialing',
  'incomplete',
  'incomplete_expired',
  'cancel_at_changed',
  'item_added',
  'item_removed',
  'item_quantity_changed',
  'item_price_changed',
].map((it) => `v1.customer.subscription.${it}`);

const KINDS: ReadonlyMap<string, Kind> = new Map([
  // Object.entries forgets which keys there are.
  ...Object.entries(TYPES).flatMap(([kind, types]) =>
    types.flatMap((it) => [it, `v1.${it}`].map((type): [string, Kind] => [type, kind as Kind])),
  ),
  ...FINER.map((type): [string, Kind] => [type, 'subscription']),
]);

/** The events to switch on. `created` and `updated` tell the rest of a subscription; `charge.refunded` and `refund.…` overlap, and double nothing. */
export const EVENTS_TO_ENABLE: readonly string[] = [
  ...TYPES.session.slice(0, 3),
  ...['created', 'updated', 'deleted', 'paused', 'resumed'].map((it) => `customer.subscription.${it}`),
  ...['paid', 'payment_failed', 'finalized', 'voided', 'marked_uncollectible'].map((it) => `invoice.${it}`),
  'invoice_payment.paid',
  'charge.refunded',
  ...['created', 'updated', 'failed'].map((it) => `refund.${it}`),
  ...TYPES.dispute,
  'radar.early_fraud_warning.created',
];

export function kindOf(type: string): Kind | null {
  return KINDS.get(type) ?? null;
}

/** `v1.checkout.session.completed` is the thin twin of `checkout.session.completed`: the same thing happened. */
export function typeOf(written: string): { readonly thin: boolean; readonly type: string } {
  return written.startsWith('v1.')
    ? { thin: true, type: written.slice('v1.'.length) }
    : { thin: false, type: written };
}

/** What a stored event says, before anything is asked. */
export interface Told {
  readonly kind: Kind;
  /** In the words of a snapshot event. */
  readonly type: string;
  readonly thin: boolean;
  readonly id: string;
  readonly account: string;
  readonly context: string;
  /** Shaped as since 2025-03-31.basil, as far as its version says. */
  readonly basil: boolean;
  /** Null for a thin event, which says no more than which object to ask for. */
  readonly object: Readonly<Record<string, unknown>> | null;
  /** What the changed fields were before, in Stripe's words. */
  readonly previous: Readonly<Record<string, unknown>> | null;
  /** An event of our own: all that there is of the sale is asked for. */
  readonly look?: true;
}

const members = z.record(z.string(), z.unknown());
const snapshot = z.object({
  account: maybe(z.string()),
  context: maybe(z.string()),
  api_version: maybe(z.string()),
  data: z.object({ object: members, previous_attributes: maybe(members) }),
});

/** Its `url` is not read at all: where Stripe answers is a setting, and what is asked follows from the type. */
const thinEnvelope = z.object({
  object: z.literal('v2.core.event'),
  context: maybe(z.string()),
  related_object: z.object({ type: z.string(), id: z.string() }),
});

const BASIL = '2025-03-31';

/** Reads a stored body as an event of its type; null where it is none. Bytes were verified before. */
export function toldBy(event: Pick<StoredEvent, 'type' | 'body' | 'account'>): Told | null {
  const sale = lookedFor(event);
  if (sale !== null) return ourOwn(sale, event.account);
  const kind = kindOf(event.type);
  if (kind === null) return null;
  const { thin, type } = typeOf(event.type);
  const { name, ids } = OBJECTS[kind];
  if (thin) {
    const read = thinEnvelope.safeParse(parsed(event.body));
    if (!read.success || read.data.related_object.type !== name) return null;
    const { id } = read.data.related_object;
    const context = read.data.context ?? '';
    const nothing = { account: '', basil: true, object: null, previous: null };
    return ids.test(id) ? { kind, type, thin, id, context, ...nothing } : null;
  }
  const read = snapshot.safeParse(parsed(event.body));
  if (!read.success) return null;
  const { account, context, api_version, data } = read.data;
  const { object } = data;
  const named = idShape.safeParse(object.id);
  if (!named.success) return null;
  if (object.object !== undefined && object.object !== name) return null;
  return {
    kind,
    type,
    thin,
    id: named.data,
    account: account ?? '',
    context: context ?? '',
    basil: !api_version || api_version.slice(0, BASIL.length) >= BASIL,
    object,
    previous: data.previous_attributes ?? null,
  };
}

/** An event of our own names its object as a thin one does, and is read like the event that brings the sale. */
function ourOwn(id: string, account: string): Told | null {
  const kind = (['session', 'subscription', 'payment'] as const).find((it) => OBJECTS[it].ids.test(id));
  return kind ? lookAt(kind, id, account) : null;
}

export function lookAt(kind: 'session' | 'subscription' | 'payment', id: string, account: string): Told {
  const type = kind === 'subscription' ? 'customer.subscription.updated' : 'checkout.session.completed';
  const nothing = { context: '', basil: true, object: null, previous: null };
  return { kind, type, thin: true, id, account, ...nothing, look: true };
}

/** How the object of an event is called, for people. */
export function nameOf(kind: Kind): string {
  return OBJECTS[kind].name;
}

/** Whether an id may stand in a path. */
export function isPlain(id: string): boolean {
  return /^[a-z]+_\w{1,250}$/i.test(id);
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return null;
  }
}
