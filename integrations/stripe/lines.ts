/**
 * The lines of a session, for normalize: with an API key the line items that were asked for, without one a single
 * line that stands for all. A line's id must be the same however often Stripe is asked.
 */
import type { Line } from '../../src/core/sale.ts';
import type { CheckoutSession, LineItem } from './shapes.ts';

/**
 * Lines as rules see them. The id is `<price id>.<n>`, the n-th line of that price, from 1: whether Stripe's own
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
      refs: { ...(price && { price: price.id }), ...(product && { product: product.id }) },
      attributes: {
        ...said({ lookup_key: price?.lookup_key, product_name: product?.name }),
        ...sessionAttributes(session, [product?.metadata, price?.metadata, item.metadata]),
      },
    };
  });
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

/**
 * `metadata.<key>`: the most specific object that has the key wins; `nearer` lists them after the session's own,
 * the most specific last. `client_reference_id` is for display: a payment link takes it from its URL, so anybody
 * can choose it.
 */
function sessionAttributes(
  session: CheckoutSession,
  nearer: readonly (Record<string, string> | null | undefined)[],
): Record<string, string> {
  const { mode, payment_link, client_reference_id } = session;
  const metadata: Record<string, string> = Object.assign({}, session.metadata, ...nearer);
  const named = Object.entries(metadata).map(([key, value]) => [`metadata.${key}`, value]);
  return { ...said({ mode, payment_link, client_reference_id }), ...Object.fromEntries(named) };
}

function said(values: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  const entries = Object.entries(values).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  return Object.fromEntries(entries);
}
