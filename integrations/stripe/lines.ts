/**
 * Lines as rules see them, for normalize: those of a session, asked for or a single one that stands for all, and
 * those of a subscription. A line's id must be the same however often Stripe is asked.
 */
import type { Line } from '../../src/core/things.ts';
import type { Price } from './shapes.ts';
import type { CheckoutSession, LineItem } from './shapes-session.ts';
import type { Subscription, SubscriptionItem } from './shapes-subscription.ts';

/**
 * A session's own lines. The id is `<price id>.<n>`, the n-th line of that price, from 1: whether Stripe's own
 * `li_…` ids stay the same between two calls is not confirmed.
 */
export function linesOf(items: readonly LineItem[], session: CheckoutSession): readonly Line[] {
  const seen = new Map<string, number>();
  return items.map((item) => {
    const { price } = item;
    const product = price?.product;
    const priceId = price?.id ?? 'no_price';
    const ordinal = (seen.get(priceId) ?? 0) + 1;
    seen.set(priceId, ordinal);
    return {
      id: `${priceId}.${ordinal}`,
      title: item.description ?? product?.name ?? priceId,
      quantity: item.quantity ?? null,
      refs: refsOf(price),
      attributes: {
        ...wordsOf(price),
        ...sessionAttributes(session, [product?.metadata, price?.metadata, item.metadata]),
      },
    };
  });
}

/** Of a session in mode subscription, those that are bought once: the others are the subscription's. */
export function isBoughtOnce({ price }: LineItem): boolean {
  return price?.type !== 'recurring' && !price?.recurring;
}

/** All that a payload alone says about what was bought. */
export function keylessLine(session: CheckoutSession): Line {
  return {
    id: 'session',
    title: 'Checkout session',
    quantity: 1,
    refs: {},
    attributes: sessionAttributes(session, []),
    stands_for_all: true,
  };
}

/** A subscription's item. Its id stays while price and quantity change; usage that is metered has no quantity. */
export function lineOfItem(item: SubscriptionItem, { metadata }: Subscription): Line {
  const price = item.price ?? priceOf(item.plan);
  const product = price?.product;
  const metered = price?.recurring?.usage_type === 'metered';
  return {
    id: item.id,
    title: product?.name ?? price?.nickname ?? price?.lookup_key ?? price?.id ?? item.id,
    quantity: metered ? null : (item.quantity ?? null),
    refs: refsOf(price),
    attributes: {
      ...wordsOf(price),
      mode: 'subscription',
      ...named([metadata, product?.metadata, price?.metadata, item.metadata]),
    },
  };
}

/** A plan of old is a price under the same id. */
function priceOf(plan: SubscriptionItem['plan']): Price | null {
  if (!plan) return null;
  const { id, product, usage_type } = plan;
  return {
    id,
    recurring: { usage_type },
    product: product ? { id: product, name: undefined, metadata: undefined } : null,
  };
}

function refsOf(price: Price | null | undefined): Record<string, string> {
  return said({ price: price?.id, product: price?.product?.id });
}

function wordsOf(price: Price | null | undefined): Record<string, string> {
  return said({ lookup_key: price?.lookup_key, product_name: price?.product?.name });
}

/**
 * `metadata.<key>`: the most specific object that has the key wins; `nearer` lists them after the session's own,
 * the most specific last. `client_reference_id` is for display: a payment link takes it from its URL, so anybody
 * can choose it.
 */
export function sessionAttributes(
  session: CheckoutSession,
  nearer: readonly (Record<string, string> | null | undefined)[],
): Record<string, string> {
  const { mode, payment_link, client_reference_id } = session;
  return { ...said({ mode, payment_link, client_reference_id }), ...named([session.metadata, ...nearer]) };
}

function named(metadata: readonly (Record<string, string> | null | undefined)[]): Record<string, string> {
  const all: Record<string, string> = Object.assign({}, ...metadata);
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [`metadata.${key}`, value]));
}

function said(values: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  const entries = Object.entries(values).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  return Object.fromEntries(entries);
}
