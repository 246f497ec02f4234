/**
 * What a subscription says, in either generation of its fields, as facts. It stands at the end of normalize. What
 * must never happen here: a pending update taken for what is in force, or a period taken for a payment.
 */
import { same } from '../../src/core/json.ts';
import { type Fact, fact, pastDueFact } from '../../src/core/sale.ts';
import type { Subscription as Thing } from '../../src/core/things.ts';
import type { From } from './answers.ts';
import { lineOfItem } from './lines.ts';
import { secondsToMs, text } from './shapes.ts';
import { type Subscription, type SubscriptionItem, subscription } from './shapes-subscription.ts';

const STATES: readonly Thing['standing']['state'][] = [
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'canceled',
];

/** States that it never leaves. */
const FINAL: readonly string[] = ['canceled', 'incomplete_expired'];

/** @param before the subscription as it was before this event, where the event says so */
export function subscriptionFacts(
  it: Subscription,
  from: From,
  before: Subscription | null = null,
): readonly Fact[] {
  const facts: Fact[] = [];
  const standing = standingOf(it);
  if (standing) {
    const finality = FINAL.includes(standing.state) ? 1 : 0;
    const previous = before && difference(standing, standingOf(before));
    facts.push(
      fact('subscription', it.id, 'standing', standing, { ...from, finality, ...(previous && { previous }) }),
    );
  }
  const lines = linesOf(it);
  if (lines) {
    const previous = before && difference(lines, linesOf(before));
    facts.push(fact('subscription', it.id, 'lines', lines, { ...from, ...(previous && { previous }) }));
  }
  const buyer = buyerOf(it);
  if (buyer) facts.push(fact('subscription', it.id, 'buyer', buyer, from));
  return [...facts, ...pastDueFacts(it, from)];
}

/** That it is past due just now, and with which period. */
function pastDueFacts(it: Subscription, from: From): readonly Fact[] {
  const starts = Object.values(linesOf(it)?.periods ?? {}).map(({ start }) => start);
  if (it.status !== 'past_due' || starts.length === 0) return [];
  return [pastDueFact(it.id, Math.max(...starts), from)];
}

/** A state that this version does not know: nothing is said of the standing then. */
export function unknownState({ status }: Subscription): string | null {
  return STATES.some((it) => it === status) ? null : String(status);
}

function standingOf(it: Subscription): Thing['standing'] | null {
  const state = STATES.find((one) => one === it.status);
  if (!state) return null;
  const ends = Object.values(linesOf(it)?.periods ?? {}).map(({ end }) => end);
  // Under flexible billing a time may be set without the flag, and before that the flag without a time.
  const atPeriodEnd = it.cancel_at_period_end && ends.length > 0 ? Math.max(...ends) : null;
  return {
    state,
    currency: it.currency?.toLowerCase() ?? null,
    started_at: secondsToMs(it.start_date ?? it.created),
    trial_ends_at: secondsToMs(it.trial_end),
    ends_at: secondsToMs(it.cancel_at) ?? atPeriodEnd,
    ended_at: secondsToMs(it.ended_at),
    collection_paused: Boolean(it.pause_collection),
  };
}

/** Null where the items are not said, or only the first of them. */
function linesOf(it: Subscription): Thing['lines'] | null {
  if (!it.items || it.items.has_more) return null;
  const { data } = it.items;
  const periods = data.flatMap((item) => {
    const period = periodOf(item, it);
    return period ? [[item.id, period]] : [];
  });
  return { lines: data.map((item) => lineOfItem(item, it)), periods: Object.fromEntries(periods) };
}

/** Since basil each item has its own; before, the subscription has one for all. */
function periodOf(item: SubscriptionItem, it: Subscription): { start: number; end: number } | null {
  const start = secondsToMs(item.current_period_start ?? it.current_period_start);
  const end = secondsToMs(item.current_period_end ?? it.current_period_end);
  return start === null || end === null ? null : { start, end };
}

/** Unless it is expanded, the customer is only a name. */
function buyerOf({ customer }: Subscription): Thing['buyer'] | null {
  if (!customer || customer.deleted || customer.email === undefined) return null;
  return {
    email: text(customer.email),
    name: text(customer.individual_name) ?? text(customer.name),
    company: text(customer.business_name),
    phone: text(customer.phone),
    reference: customer.id,
    locale: text(customer.preferred_locales?.[0]),
    country: text(customer.address?.country),
  };
}

/** What an event says the changed fields were before, put back into the object; null where it says nothing readable. */
export function asBefore(
  object: Readonly<Record<string, unknown>>,
  previous: Readonly<Record<string, unknown>> | null,
): Subscription | null {
  if (!previous || Object.keys(previous).length === 0) return null;
  const merged = Object.entries(previous).map(([key, value]) => [key, putBack(object[key], value)]);
  const before = subscription.safeParse({ ...object, ...Object.fromEntries(merged) });
  return before.success ? before.data : null;
}

/** Stripe tells of an object inside only the members that changed, of a list all. */
function putBack(now: unknown, before: unknown): unknown {
  return isObject(now) && isObject(before) ? { ...now, ...before } : before;
}

function isObject(it: unknown): it is Readonly<Record<string, unknown>> {
  return typeof it === 'object' && it !== null && !Array.isArray(it);
}

/** Of the members that differ, what they were before; null where none does. */
function difference(now: object, before: object | null): Record<string, unknown> | null {
  if (!before) return null;
  const known: Record<string, unknown> = { ...now };
  const changed = Object.entries(before).filter(([key, value]) => !same(known[key], value));
  return changed.length > 0 ? Object.fromEntries(changed) : null;
}
