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
