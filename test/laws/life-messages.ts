/**
 * The webhooks of a simulated life on their way: when each comes, how often, whether with a question or not at all.
 * What must never happen here: a loss that nothing later makes good; of such a life nobody could know the truth.
 */
import { type Shop, type ShopEvent, thinOf } from '../fakes/stripe-shop.ts';
import type { Arrival, Manner } from './life-arbitrary.ts';

/** A webhook on its way. */
export interface Message {
  readonly event: ShopEvent;
  readonly type: string;
  readonly body: string;
  /** When it comes first, by the shop's clock, epoch ms. */
  at: number;
  readonly again: number | null;
  readonly asks: boolean;
  dropped: boolean;
}

/** The same events one after the other, each as soon as it happened. */
export const PROMPT: readonly Arrival[] = [{ late: 0, again: null, dropped: false }];

/** The object whose questions an event asks. */
function familyOf({ kind, object }: ShopEvent, shop: Shop): string {
  const isOfSubscription = kind === 'session' || kind === 'subscription' || kind === 'invoice';
  return isOfSubscription && shop.end.world.subscription ? 'subscription' : object;
}

/** Events that a later one makes good, if it asks. An invoice makes no sale, so it makes good only invoices. */
function makesGood(later: Message, lost: Message, shop: Shop): boolean {
  if (!later.asks || later.dropped || later.at < lost.event.at) return false;
  const { kind } = lost.event;
  const family = familyOf(later.event, shop);
  if (kind === 'invoice' || kind === 'invoice_payment') return family === 'subscription';
  if (kind === 'refund') {
    const charge = shop.end.world.refunds.find(({ id }) => id === lost.event.object)?.charge;
    if (later.event.kind === 'charge') return later.event.object === charge;
  }
  return family === familyOf(lost.event, shop) && later.event.kind !== 'invoice';
}

/** Where nobody may ask, a destination may leave out what its README asks for. */
function isTold({ kind }: ShopEvent, { key, untold }: Manner): boolean {
  if (key !== 'never' || untold === null) return true;
  if (untold === 'invoices') return kind !== 'invoice' && kind !== 'invoice_payment';
  return kind !== (untold === 'refunds' ? 'refund' : 'invoice_payment');
}

export function messagesOf(shop: Shop, manner: Manner): Message[] {
  const { arrivals, key, style } = manner;
  const { end } = shop;
  const events = shop.events.filter((it) => isTold(it, manner));
  const told = events.flatMap((event) => {
    const snapshot = { event, type: event.type, body: event.body };
    const thin = { event, ...thinOf(event, shop.account) };
    if (key !== 'always' || style === 'snapshot') return [snapshot];
    return style === 'thin' ? [thin] : [snapshot, thin];
  });
  const timed = told.map((it, n) => {
    const { late, again, dropped } = arrivals[n % arrivals.length] ?? {
      late: 0,
      again: null,
      dropped: false,
    };
    const at = late === 'end' ? end.at + ((n * 7919) % 1_200_000) : it.event.at + late;
    return { ...it, at, again, dropped };
  });
  const last = Math.max(...timed.map(({ at }) => at));
  const [first] = timed;
  const start = first?.event.at ?? 0;
  const keyed =
    typeof key === 'number'
      ? start + ((last - start) * key) / 100
      : key === 'always'
        ? 0
        : Number.POSITIVE_INFINITY;
  const messages = timed.map((it) => ({ ...it, dropped: false, asks: it.at >= keyed }));
  for (const [n, it] of messages.entries()) {
    const others = messages.filter((other) => other !== it);
    if (timed[n]?.dropped && others.some((other) => makesGood(other, it, shop))) it.dropped = true;
  }
  // What would have made it good may have been lost after it.
  for (const it of messages) {
    if (it.dropped && !messages.some((other) => makesGood(other, it, shop))) it.dropped = false;
  }
  return messages;
}

/** By how much an answer is behind where a replica lags: never before its object was there, and never the last of them. */
export function lagOf(it: Message, messages: readonly Message[], shop: Shop): number {
  const since = shop.events.find(({ object }) => object === it.event.object)?.at ?? it.at;
  const corrected = messages.some((other) => other.at > it.at + 1000 && makesGood(other, it, shop));
  return corrected ? Math.min(3000, it.at - since) : 0;
}

/**
 * Words of one second may contradict each other, and nobody can say which came later: changes of a subscription told in
 * it, which may go there and back, or states that were answered in it.
 */
export function mayDoubt(messages: readonly Message[], shop: Shop): boolean {
  const came = messages.filter((it) => !it.dropped);
  const told = came.filter(
    ({ asks, event }) =>
      !asks && event.kind === 'subscription' && event.type !== 'customer.subscription.created',
  );
  const seconds = Map.groupBy(told, ({ event }) => Math.floor(event.at / 1000));
  const differ = (all: readonly Message[], of: (it: Message) => unknown) => new Set(all.map(of)).size;
  if ([...seconds.values()].some((it) => differ(it, ({ event }) => event.id) > 1)) return true;
  const answered = Map.groupBy(
    came.filter(({ asks }) => asks),
    ({ at }) => Math.floor(at / 1000),
  );
  return [...answered.values()].some((it) => differ(it, ({ at }) => shop.at(at)) > 1);
}

/** How long after the sale came into being its checkout's own words came, ms; Infinity where they never did. */
export function wordsAfter(messages: readonly Message[], shop: Shop): number {
  const came = (of: (it: Message) => boolean) =>
    Math.min(...messages.filter((it) => !it.dropped && of(it)).map(({ at }) => at));
  const made = came(({ event: { kind } }) => kind === 'subscription' || kind === 'session');
  const told = came(
    (it) => it.event.kind === 'session' || (it.asks && familyOf(it.event, shop) === 'subscription'),
  );
  return told - made;
}

/** Whether the sale's own object was asked for. Who asks at all asks after its last change. */
export function isAskedFor(messages: readonly Message[], shop: Shop): boolean {
  return messages.some(
    (it) =>
      it.asks && !it.dropped && (it.event.kind === 'session' || familyOf(it.event, shop) === 'subscription'),
  );
}
