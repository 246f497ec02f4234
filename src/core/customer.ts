/**
 * Who is the same customer: one rule for those who write customers and those who look for them. Pure.
 */
import type { Buyer } from './things.ts';

/** One person is one customer: by email across sources, else by the shop's own id; null where there is neither. */
export function customerIdentity(buyer: Buyer | null, source: string, account: string): string | null {
  if (buyer?.email) return emailIdentity(buyer.email);
  return buyer?.reference ? `shop:${source}/${account}/${buyer.reference}` : null;
}

export function emailIdentity(email: string): string {
  return `email:${email.toLowerCase()}`;
}

/** What a shop names a buyer by, and whoever looks for their orders. */
export interface BuyerName {
  /** The shop's own id of the customer, or an address. */
  readonly kind: 'reference' | 'email';
  readonly name: string;
}

export function buyerNames(buyers: readonly Pick<Buyer, 'reference' | 'email'>[]): BuyerName[] {
  const references = buyers.flatMap(({ reference }) => (reference ? [reference] : []));
  const emails = buyers.flatMap(({ email }) => (email ? [email.trim().toLowerCase()] : []));
  return [
    ...[...new Set(references)].map((name): BuyerName => ({ kind: 'reference', name })),
    ...[...new Set(emails)].map((name): BuyerName => ({ kind: 'email', name })),
  ];
}

/** Those of `told` that `known` did not have. */
export function newBuyerNames(told: readonly Buyer[], known: readonly Buyer[]): BuyerName[] {
  const before = buyerNames(known);
  return buyerNames(told).filter(
    (it) => !before.some(({ kind, name }) => kind === it.kind && name === it.name),
  );
}
