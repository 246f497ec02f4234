/**
 * A small model of Stripe that lives the whole life of one sale: bought, renewed, changed, refunded, disputed, ended.
 * It sends the events that Stripe would, remembers how it stood at every moment, and knows nothing of Keyferry. What
 * must never happen here: a moment or an event that a real Stripe could not come to.
 */
import { type Act, does, mayAct } from './stripe-shop-acts.ts';
import {
  charge,
  dispute,
  type Generation,
  invoice,
  invoicePayment,
  paymentOf,
  refund,
  type Showing,
  session,
  subscription,
  VERSIONS,
  warning,
} from './stripe-shop-objects.ts';
import { type Purchase, purchase } from './stripe-shop-purchase.ts';
import type { Subscription, World } from './stripe-shop-world.ts';

/** Everything that makes a life: the same life is always the same story, event for event. */
export interface Life {
  readonly purchase: Purchase;
  readonly acts: readonly Act[];
  /** How the destination's payloads are shaped. */
  readonly generation: Generation;
  /** A connected account, or empty. */
  readonly account: string;
  /** Stripe wrote the first event twice, under two ids. */
  readonly twins: boolean;
}

type ObjectKind =
  | 'session'
  | 'subscription'
  | 'invoice'
  | 'invoice_payment'
  | 'charge'
  | 'refund'
  | 'dispute'
  | 'warning';

export interface ShopEvent {
  readonly id: string;
  readonly type: string;
  /** When it happened, epoch ms; Stripe itself says only the second. */
  readonly at: number;
  readonly kind: ObjectKind;
  readonly object: string;
  /** The snapshot event's body. */
  readonly body: string;
}

export interface Shop {
  readonly number: number;
  readonly generation: Generation;
  readonly account: string;
  /** The name that the sale has: its subscription's, else its session's. */
  readonly external_id: string;
  readonly events: readonly ShopEvent[];
  /** How it stood; null before anything was bought. */
  at(time: number): World | null;
  /** How it stands in the end, and since when. */
  readonly end: { readonly world: World; readonly at: number };
  /** Items that had more than one price. */
  readonly moved: readonly string[];
  /** What happened, in words. */
  readonly story: readonly string[];
}

/** What an act may do: move time, change the world, tell of it. */
export interface Stage {
  readonly world: World;
  readonly number: number;
  /** Lines to be billed with the next renewal. */
  readonly due_later: { item: string; price: string; quantity: number; start: number; end: number }[];
  /** In seconds. */
  now(): number;
  /** In milliseconds. */
  passTo(ms: number): void;
  id(prefix: string): string;
  tell(type: string, kind: ObjectKind, object: string): void;
  /** Changes the subscription and tells what it was before. */
  update(change: Partial<Subscription> | ((it: Subscription) => void), type?: string): void;
  say(words: string): void;
}

export const BEGIN = Date.UTC(2026, 10, 2, 10, 0, 0);

const OBJECT_NAMES: Record<ObjectKind, string> = {
  session: 'checkout.session',
  subscription: 'subscription',
  invoice: 'invoice',
  invoice_payment: 'invoice_payment',
  charge: 'charge',
  refund: 'refund',
  dispute: 'dispute',
  warning: 'radar.early_fraud_warning',
};

/** @param begin epoch ms */
export function live(life: Life, number: number, begin = BEGIN): Shop {
  const { generation, account } = life;
  const world: World = {
    session: null,
    subscription: null,
    invoices: [],
    charges: [],
    refunds: [],
    disputes: [],
    warnings: [],
    bank_thinks: false,
  };
  const events: ShopEvent[] = [];
  const moments: { readonly at: number; readonly world: World }[] = [];
  const story: string[] = [];
  const drawn = new Map<string, number>();
  let clock = begin;

  const showing = (): Showing => ({ generation, world, number });

  const id = (prefix: string) => {
    const count = (drawn.get(prefix) ?? 0) + 1;
    drawn.set(prefix, count);
    return `${prefix}_${number}n${count}`;
  };

  function tell(type: string, kind: ObjectKind, object: string, previous?: Record<string, unknown>): void {
    // Invoice payments are objects of their own since basil only.
    if (kind === 'invoice_payment' && generation === 'old') return;
    const body = {
      id: id('evt'),
      object: 'event',
      api_version: VERSIONS[generation],
      ...(account && { account }),
      created: Math.floor(clock / 1000),
      data: { object: shown(kind, object, showing()), ...(previous && { previous_attributes: previous }) },
      livemode: false,
      type,
    };
    events.push({ id: body.id, type, at: clock, kind, object, body: JSON.stringify(body) });
    if (life.twins && events.length === 1) {
      const twin = { ...body, id: id('evt') };
      events.push({ id: twin.id, type, at: clock, kind, object, body: JSON.stringify(twin) });
    }
  }

  const stage: Stage = {
    world,
    number,
    due_later: [],
    now: () => Math.floor(clock / 1000),
    passTo: (ms) => {
      clock = Math.max(clock, ms);
    },
    id,
    tell,
    update: (change, type = 'customer.subscription.updated') => {
      const it = world.subscription;
      if (!it) return;
      const before = subscription(it, showing());
      if (typeof change === 'function') change(it);
      else Object.assign(it, change);
      if (it.status === 'past_due') it.past_due[periodStart(it)] ??= Math.floor(clock / 1000);
      const previous = difference(subscription(it, showing()), before);
      // What changes nothing is not told.
      if (previous !== null || type !== 'customer.subscription.updated') {
        tell(type, 'subscription', it.id, previous ?? undefined);
      }
    },
    say: (words) => story.push(`${new Date(clock).toISOString()} ${words}`),
  };

  const keep = () => moments.push({ at: clock, world: structuredClone(world) });
  purchase(stage, life.purchase);
  keep();
  for (const act of life.acts) {
    if (!mayAct(stage, act)) continue;
    does(stage, act, clock, keep);
    keep();
  }
  const last = moments.at(-1) ?? { at: clock, world };
  return {
    number,
    generation,
    account,
    external_id: world.subscription?.id ?? world.session?.id ?? '',
    events,
    at: (time) => moments.findLast((it) => it.at <= time)?.world ?? null,
    end: last,
    moved: (world.subscription?.items ?? [])
      .filter((it) =>
        moments.some((one) =>
          one.world.subscription?.items.some((was) => was.id === it.id && was.price !== it.price),
        ),
      )
      .map((it) => it.id),
    story,
  };
}

/** Names the period that all of its items are in. */
export function periodStart(it: Subscription): number {
  return Math.max(...it.items.map(({ start }) => start));
}

function shown(kind: ObjectKind, id: string, showing: Showing): Record<string, unknown> {
  const { world } = showing;
  const one = <T extends { readonly id: string }>(all: readonly T[]): T => {
    const found = all.find((it) => it.id === id);
    if (!found) throw new Error(`the shop has no ${kind} ${id}`);
    return found;
  };
  switch (kind) {
    case 'session':
      return session(one(world.session ? [world.session] : []), showing);
    case 'subscription':
      return subscription(one(world.subscription ? [world.subscription] : []), showing);
    case 'invoice':
      return invoice(one(world.invoices), showing);
    case 'invoice_payment': {
      const found = world.invoices.find((it) => paymentOf(it.id) === id);
      if (!found) throw new Error(`the shop has no invoice payment ${id}`);
      return invoicePayment(found);
    }
    case 'charge':
      return charge(one(world.charges), showing);
    case 'refund':
      return refund(one(world.refunds), showing);
    case 'dispute':
      return dispute(one(world.disputes), showing);
    case 'warning':
      return warning(one(world.warnings), showing);
  }
}

/** As Stripe tells it: of the members that changed, what they were; of a list, its members alone. */
function difference(
  now: Record<string, unknown>,
  before: Record<string, unknown>,
): Record<string, unknown> | null {
  const changed = Object.entries(before).filter(
    ([key, value]) => JSON.stringify(now[key]) !== JSON.stringify(value),
  );
  if (changed.length === 0) return null;
  return Object.fromEntries(
    changed.map(([key, value]) => [
      key,
      key === 'items' && typeof value === 'object' && value !== null && 'data' in value
        ? { data: value.data }
        : value,
    ]),
  );
}

/** The thin event that a thin destination is sent of the same. */
export function thinOf(event: ShopEvent, account: string): { readonly type: string; readonly body: string } {
  const type = `v1.${event.type}`;
  const body = {
    id: event.id.replace('evt_', 'evt_thin_'),
    object: 'v2.core.event',
    ...(account && { context: account }),
    created: new Date(event.at).toISOString(),
    livemode: false,
    related_object: { id: event.object, type: OBJECT_NAMES[event.kind], url: `/v1/${event.object}` },
    snapshot_event: event.id,
    type,
  };
  return { type, body: JSON.stringify(body) };
}
