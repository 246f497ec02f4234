/**
 * Under what names a person or a shop is buried: those of the sale, and of whoever is said to buy. It stands beside
 * the river, for those who lay tombstones and those who look for them. What must never happen here: an address that
 * can be read from its tombstone.
 */
import { hexOf } from './bytes.ts';
import type { Digest } from './ports.ts';
import type { Fact, Snapshot, Things } from './sale.ts';
import type { Buyer } from './things.ts';

/** Under what a tombstone lies, within one source and account. */
export interface BuriedName {
  readonly kind: 'order' | 'customer' | 'shop';
  /** Any name of the order; the shop's own id of the customer, or `emailName`; empty for a shop. */
  readonly name: string;
}

export const WHOLE_SHOP: BuriedName = { kind: 'shop', name: '' };

/** Where tombstones over a sale may lie: its own names, and those of everybody who is said to buy. */
export interface Buryable {
  readonly names: readonly BuriedName[];
  /** To be looked for by `emailName`. */
  readonly emails: readonly string[];
}

/** @param refs the names of the sale */
export function buryable(
  refs: readonly string[],
  buyers: readonly Pick<Buyer, 'reference' | 'email'>[],
): Buryable {
  const customers = buyers.flatMap(({ reference }) => (reference ? [reference] : []));
  return {
    names: [
      WHOLE_SHOP,
      ...[...new Set(refs)].map((name): BuriedName => ({ kind: 'order', name })),
      ...[...new Set(customers)].map((name): BuriedName => ({ kind: 'customer', name })),
    ],
    emails: [...new Set(buyers.flatMap(({ email }) => (email ? [email.toLowerCase()] : [])))],
  };
}

/** Everybody who is said to buy, in whatever register. */
export function buyersIn(things: Things): Buyer[] {
  return Object.entries(things)
    .filter(([name]) => name.endsWith('/buyer'))
    .flatMap(([, register]) => register.map(buyerOf));
}

export function buyersTold(facts: readonly Fact[]): Buyer[] {
  return facts.filter(({ group }) => group === 'buyer').map(({ snapshot }) => buyerOf(snapshot));
}

function buyerOf(it: Snapshot): Buyer {
  // `fact` ties the content to its group.
  return it.content as Buyer;
}

/** All names under which a tombstone over it may lie. @param key of the store, asked only where there is an address */
export async function buriedNames(
  it: Buryable,
  digest: Digest,
  key: () => Promise<string>,
): Promise<readonly BuriedName[]> {
  if (it.emails.length === 0) return it.names;
  const drawn = await key();
  const hashed = it.emails.map(
    async (email): Promise<BuriedName> => ({
      kind: 'customer',
      name: await emailName(digest, drawn, email),
    }),
  );
  return [...it.names, ...(await Promise.all(hashed))];
}

/**
 * How a tombstone remembers an address without holding it. The key is drawn once for each database and leaves it
 * nowhere: a list of addresses hashed elsewhere finds nothing here.
 */
export async function emailName(digest: Digest, key: string, email: string): Promise<string> {
  const hash = await digest.hmacSha256(key, new TextEncoder().encode(email.trim().toLowerCase()));
  return `email:${hexOf(hash)}`;
}
