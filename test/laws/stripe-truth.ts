/**
 * The oracle: what the buyer of a simulated Stripe's sale has, counted from the shop's own state by the rules as they
 * are written down, and from nothing of Keyferry's. What must never happen here: a rule taken from the core's code.
 */
import { periodStart } from '../fakes/stripe-shop.ts';
import {
  HOUR,
  type Invoice,
  type InvoiceLine,
  type Item,
  type Subscription,
  type World,
  wareOf,
} from '../fakes/stripe-shop-world.ts';
import { type Edition, type PartWorth, worthOf } from './life-vendor.ts';

export interface TrueSlot {
  /** `<line>/<unit>/<part>`, as plan names it. */
  readonly slot: string;
  readonly product: string;
  readonly policy: string;
  readonly seats: number | null;
  readonly state: 'active' | 'suspended';
  /** Epoch ms; undefined: follows from the day of its issue. */
  readonly valid_until?: number | null;
}

export interface Truth {
  /** Each is there, exactly so. */
  readonly entitled: readonly TrueSlot[];
  /** It ended in its own time: it is there exactly so, or was never issued. All others are revoked, or absent. */
  readonly ended: readonly TrueSlot[];
  /** Lines that claim nothing, since no rule can read them. */
  readonly parked: readonly string[];
  readonly flags: readonly string[];
  /** Refunds of a part, which leave it to a person what they end. */
  readonly looks: readonly string[];
}

/** What a policy says; `review` leaves it to a person, and nothing happens until then. */
export interface Policies {
  readonly refund_full: 'revoke' | 'suspend' | 'keep' | 'review';
  readonly dispute_opened: 'suspend' | 'flag';
  readonly dispute_lost: 'revoke' | 'suspend' | 'keep' | 'review';
  readonly payment_past_due: {
    readonly keep_for: '3d' | '12h';
    readonly then: 'suspend' | 'keep' | 'review';
  };
  readonly subscription_unpaid: 'revoke' | 'suspend' | 'keep' | 'review';
  readonly subscription_paused: 'revoke' | 'suspend' | 'keep' | 'review';
  readonly subscription_ended: 'expire' | 'revoke';
}

/** The policies as a person decided, who says yes, or no, to all that they leave open. */
export function decidedAs(on: Policies, decision: 'accepted' | 'declined' | null): Policies {
  const as = <P extends string>(policy: P, proposed: 'revoke' | 'suspend') =>
    policy !== 'review' ? policy : decision === 'accepted' ? proposed : 'keep';
  const { keep_for, then } = on.payment_past_due;
  return {
    ...on,
    refund_full: as(on.refund_full, 'revoke'),
    dispute_lost: as(on.dispute_lost, 'revoke'),
    // biome-ignore lint/suspicious/noThenProperty: a word of the mapping file
    payment_past_due: { keep_for, then: as(then, 'suspend') === 'suspend' ? 'suspend' : 'keep' },
    subscription_unpaid: as(on.subscription_unpaid, 'suspend'),
    subscription_paused: as(on.subscription_paused, 'suspend'),
  };
}

export interface Knowing {
  /** By our clock, epoch ms. */
  readonly as_of: number;
  readonly on: Policies;
  /** What can be known: all that the API tells, or what payloads say. */
  readonly from: 'answers' | 'payloads';
  /** The words of its checkout were known when this line was mapped: after a while they are waited for no longer. */
  readonly worded: (line: string) => boolean;
  /** The revision that maps a line of this id and price. */
  readonly edition: (line: string, price: string) => Edition;
}

type Act = 'revoke' | 'suspend' | 'keep' | 'review';
const KEEP_HOURS = { '3d': 72, '12h': 12 } as const;

export function truthOf(world: World, knowing: Knowing): Truth {
  const disputes = world.disputes.map(({ status }) => disputeAct(status, knowing.on));
  const once = soldOnce(world, knowing, disputes);
  const { subscription } = world;
  const forATime = subscription ? soldForATime(world, subscription, knowing, disputes) : NOTHING;
  return {
    entitled: [...once.entitled, ...forATime.entitled],
    ended: forATime.ended,
    parked: [...once.parked, ...forATime.parked],
    flags: flagsOf(world, knowing.as_of),
    looks: looksAt(world),
  };
}

type Part = Omit<Truth, 'flags' | 'looks'>;
const NOTHING: Part = { entitled: [], ended: [], parked: [] };

function disputeAct(status: string, on: Policies): Act {
  if (status === 'needs_response' || status === 'under_review') {
    return on.dispute_opened === 'suspend' ? 'suspend' : 'keep';
  }
  return status === 'lost' || status.startsWith('appeal') ? on.dispute_lost : 'keep';
}

function strictest(acts: readonly Act[]): Act {
  return acts.includes('revoke') ? 'revoke' : acts.includes('suspend') ? 'suspend' : 'keep';
}

/** What went back of a charge for good. */
function isReturned({ refunds }: World, charge: string | null, amount: number): boolean {
  const back = refunds.filter((it) => it.charge === charge && it.status === 'succeeded');
  return amount > 0 && back.reduce((sum, it) => sum + it.amount, 0) >= amount;
}

function soldOnce(world: World, knowing: Knowing, disputes: readonly Act[]): Part {
  const { session, invoices, charges } = world;
  if (!session || session.payment_status === 'unpaid') return NOTHING;
  const invoice = invoices.find(({ id }) => id === session.invoice);
  const charge =
    charges.find((it) => it.payment_intent === session.payment_intent) ??
    charges.find((it) => it.id === invoice?.charge);
  const returned = charge !== undefined && isReturned(world, charge.id, charge.amount);
  const act = strictest([returned ? knowing.on.refund_full : 'keep', ...disputes]);
  const byLink = session.payment_link !== null;
  if (knowing.from === 'payloads') {
    // Nobody can say what was bought: a payment is one line, and of a subscription's session nothing is known.
    if (session.mode === 'subscription') return NOTHING;
    const own = lineSlots('session', 1, byLink ? worthOf('linked', 1, true, 1) : 'parked', act, null);
    return { ...NOTHING, ...own };
  }
  const seen = new Map<string, number>();
  const parts = session.lines
    .filter(({ price }) => !/_[my]$/.test(price))
    .map(({ price, quantity }) => {
      const ordinal = (seen.get(price) ?? 0) + 1;
      seen.set(price, ordinal);
      const line = `${price}.${ordinal}`;
      const worth = worthOf(wareOf(price), quantity, byLink, knowing.edition(line, price));
      return lineSlots(line, units(price, quantity), worth, act, undefined);
    });
  return {
    entitled: parts.flatMap((it) => it.entitled),
    ended: [],
    parked: parts.flatMap((it) => it.parked),
  };
}

/** Seats are one license for the line. */
function units(price: string, quantity: number): number {
  return wareOf(price) === 'seats' ? Math.min(1, quantity) : quantity;
}

function lineSlots(
  line: string,
  count: number,
  worth: readonly PartWorth[] | 'ignored' | 'parked',
  act: Act,
  until: number | null | undefined | ((part: PartWorth) => number),
): Pick<Part, 'entitled' | 'parked'> {
  if (worth === 'parked') return { entitled: [], parked: [line] };
  if (worth === 'ignored' || act === 'revoke') return { entitled: [], parked: [] };
  const entitled = Array.from({ length: count }, (_, unit) =>
    worth.map((part): TrueSlot => {
      const { product, policy, seats } = part;
      const valid_until = typeof until === 'function' ? until(part) : until;
      return {
        slot: `${line}/${unit}/${product}.0`,
        product,
        policy,
        seats,
        state: act === 'suspend' ? 'suspended' : 'active',
        ...(valid_until !== undefined && { valid_until }),
      };
    }),
  );
  return { entitled: entitled.flat(), parked: [] };
}

function soldForATime(world: World, sub: Subscription, knowing: Knowing, disputes: readonly Act[]): Part {
  const { on } = knowing;
  const { status } = sub;
  if (status === 'incomplete' || status === 'incomplete_expired') return NOTHING;
  const refunds = refundsOfInvoices(world, sub, on);
  const late = lateness(world, sub, knowing);
  const act = strictest([
    ...disputes,
    refunds.act,
    late.act,
    status === 'unpaid' ? on.subscription_unpaid : 'keep',
    status === 'paused' ? on.subscription_paused : 'keep',
    status === 'canceled' && on.subscription_ended === 'revoke' ? 'revoke' : 'keep',
  ]);
  const notice =
    sub.cancel_at ?? (sub.cancel_at_period_end ? Math.max(...sub.items.map(({ end }) => end)) : null);
  const atMost = (sub.ended_at ?? notice ?? Number.POSITIVE_INFINITY) * 1000;
  const byLink = world.session?.payment_link != null;
  const entitled: TrueSlot[] = [];
  const parked: string[] = [];
  for (const it of sub.items) {
    const paid = paidUntil(world, sub, it, refunds.without, knowing.from);
    const ware = wareOf(it.price);
    const byWords = byLink && (ware !== 'pro' || knowing.worded(it.id));
    const worth = worthOf(ware, it.quantity, byWords, knowing.edition(it.id, it.price));
    const until = ({ grace_hours }: PartWorth) =>
      Math.min(Math.max(((paid ?? 0) + grace_hours * HOUR) * 1000, late.at_least), atMost);
    const own = lineSlots(it.id, units(it.price, it.quantity), worth, act, until);
    parked.push(...own.parked);
    if (paid !== null) entitled.push(...own.entitled);
  }
  return status === 'canceled' ? { entitled: [], ended: entitled, parked } : { entitled, ended: [], parked };
}

/** "Kept until since + keep_for, then suspend": since the oldest open invoice is due, else since it was said. */
function lateness(world: World, sub: Subscription, { on, as_of }: Knowing): { act: Act; at_least: number } {
  if (sub.status !== 'past_due') return { act: 'keep', at_least: 0 };
  const open = world.invoices.flatMap((it) =>
    it.status === 'open' && it.finalized_at !== null ? [it.finalized_at] : [],
  );
  const since = open.length > 0 ? Math.min(...open) : sub.past_due[periodStart(sub)];
  if (since === undefined) return { act: 'keep', at_least: 0 };
  const { keep_for, then } = on.payment_past_due;
  const at_least = (since + KEEP_HOURS[keep_for] * HOUR) * 1000;
  return { act: at_least > as_of ? 'keep' : then, at_least };
}

/** The periods of a returned invoice are not paid; where all are returned, the policy on refunds acts on the whole. */
function refundsOfInvoices(
  world: World,
  sub: Subscription,
  on: Policies,
): { act: Act; without: readonly Invoice[] } {
  if (on.refund_full === 'keep' || on.refund_full === 'review') return { act: 'keep', without: [] };
  const paid = world.invoices.filter(
    (it) => it.subscription === sub.id && it.status === 'paid' && it.amount_paid > 0,
  );
  const returned = paid.filter((it) => isReturned(world, it.charge, it.amount_paid));
  const all = returned.length > 0 && returned.length === paid.length;
  return all ? { act: on.refund_full, without: [] } : { act: 'keep', without: returned };
}

/** In seconds; null: no paid period at all. */
function paidUntil(
  world: World,
  sub: Subscription,
  item: Item,
  without: readonly Invoice[],
  from: Knowing['from'],
): number | null {
  const invoices = world.invoices.filter((it) => it.subscription === sub.id && it.status !== 'draft');
  const charging = (it: Invoice): readonly InvoiceLine[] =>
    it.lines.filter((line) => line.amount >= 0 && line.item !== null);
  const paid = invoices.filter((it) => it.status === 'paid' && !without.includes(it));
  const lastEnd = Math.max(0, ...paid.flatMap((it) => charging(it).map(({ end }) => end)));
  // What is asked for once the paid time is over is for the time after it, also of an item that was added before.
  const isNamed = invoices.some(
    (it) =>
      (it.status === 'paid' || (it.finalized_at ?? 0) < lastEnd) &&
      charging(it).some((line) => line.item === item.id),
  );
  const ends: number[] = [];
  if (sub.trial_end !== null) ends.push(sub.trial_end);
  for (const it of paid) {
    for (const line of charging(it)) {
      if (line.item === item.id) ends.push(line.end);
      else if (!isNamed) ends.push(Math.min(line.end, item.end));
    }
  }
  if (sub.status === 'active' && sub.pause_collection) ends.push(item.end);
  // Without a key a state vouches for the period, as long as no invoice for it is known to be owed.
  const told = from === 'answers' || invoices.some((it) => it.status === 'paid');
  const owed = invoices.some(
    (it) =>
      ['open', 'uncollectible'].includes(it.status) &&
      charging(it).some((line) => line.item === item.id && line.end === item.end),
  );
  if (!told && !owed && (sub.status === 'active' || sub.status === 'trialing')) ends.push(item.end);
  return ends.length > 0 ? Math.max(...ends) : null;
}

function looksAt(world: World): string[] {
  const whole = world.charges.filter((it) => isReturned(world, it.id, it.amount)).map(({ id }) => id);
  return world.refunds
    .filter((it) => it.status === 'succeeded' && !whole.includes(it.charge))
    .map(({ id }) => id)
    .sort();
}

function flagsOf({ disputes, warnings, subscription: sub }: World, asOf: number): string[] {
  const has = (...states: string[]) => disputes.some(({ status }) => states.includes(status));
  const ends =
    sub &&
    (sub.cancel_at ?? (sub.cancel_at_period_end ? Math.max(...sub.items.map(({ end }) => end)) : null));
  return [
    ...(has('needs_response', 'under_review') ? ['disputed'] : []),
    ...(has('warning_needs_response', 'warning_under_review') ? ['inquiry'] : []),
    ...(warnings.length > 0 ? ['fraud_warning'] : []),
    ...(sub && sub.ended_at === null && ends !== null && ends * 1000 > asOf ? ['cancel_pending'] : []),
    ...(sub?.pause_collection ? ['collection_paused'] : []),
  ].sort();
}

/** What can be known where a destination leaves something out and nobody may ask; null: not enough to say. */
export function asFarAsTold(
  world: World,
  untold: 'invoices' | 'invoice payments' | 'refunds',
  old: boolean,
): World | null {
  const { subscription: sub, refunds, disputes, warnings } = world;
  const nothing = refunds.length + disputes.length + warnings.length === 0;
  switch (untold) {
    case 'invoices':
      // A state vouches for its own period, and nothing links money to it.
      if (!sub) return world;
      return nothing && (sub.status === 'active' || sub.status === 'trialing')
        ? { ...world, invoices: [] }
        : null;
    case 'invoice payments':
      return sub && !old ? { ...world, refunds: [], disputes: [], warnings: [] } : world;
    case 'refunds':
      // A charge tells how much went back when it was given back, and nothing of what became of it.
      return refunds.every((it) => it.status === 'succeeded') ? world : null;
  }
}
