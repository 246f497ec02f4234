/**
 * What of a sale stands and falls together: the lines that a checkout sold, and those of a subscription. A leaf of
 * `grantsOf`, pure. What must never happen here: a line that both claim.
 */
import type { Reason, Review } from './entitlement.ts';
import type { KnownSale } from './known.ts';
import type { LicenseFields } from './license.ts';
import { type Circumstances, checkoutStanding, reasonsOfDisputes, type Standing } from './standing.ts';
import { type SubscriptionStanding, subscriptionStanding, termEnd } from './subscription.ts';
import type { Line } from './things.ts';
import { type Count, endedName, unitsOf, unitsPaidBefore } from './units.ts';

export interface Offer {
  readonly lines: readonly Line[];
  readonly standing: Standing;
  /** Units that are sold now; null: not a number. What it leaves to a person is added to `reviews`. */
  readonly sold: (line: Line, reviews: Review[]) => number | null;
  /** Of so many that are sold: those that are owed by now. */
  readonly due: (line: Line, sold: number) => number;
  /** Was any of its time paid for? Where nothing was, its end leaves nothing to run out. */
  readonly everPaid: (line: Line) => boolean;
  /** What ends the units that are no longer sold. */
  readonly endedName: (line: Line) => Reason['name'];
  /** The shop's term for a license of the line with these fields, epoch ms; null: it has none. */
  readonly term: ((line: Line, fields: LicenseFields) => number) | null;
  /** How often the line was renewed, where there is no term. */
  readonly renewals: (line: Line) => number;
}

export interface Offers {
  /** Null for a subscription that no checkout is known of. */
  readonly bought: Offer | null;
  readonly term: SubscriptionStanding | null;
  readonly all: readonly Offer[];
}

/** @param keyless the line that a session was issued as: it takes the place of the checkout's own lines */
export function offersOf(
  it: Circumstances,
  count: Count,
  keyless: Line | null,
  originBy: number | null,
): Offers {
  const disputed = reasonsOfDisputes(it);
  const term = subscriptionStanding(it, disputed, originBy);
  const bought = it.sale.checkout || !term ? boughtAtOnce(it, count, keyless, disputed, term) : null;
  const forATime = term && soldForATime(it.sale, term);
  return { bought, term, all: [bought, forATime].filter((one) => one !== null) };
}

function boughtAtOnce(
  it: Circumstances,
  count: Count,
  keyless: Line | null,
  disputed: readonly Reason[],
  term: SubscriptionStanding | null,
): Offer {
  const { sale } = it;
  const standing = checkoutStanding(it, disputed);
  return {
    lines: keyless ? [keyless] : (sale.checkout?.lines?.lines ?? []),
    standing,
    sold: (line, reviews) => unitsOf(line, count, reviews),
    due: (line, sold) => {
      if (standing.due) return sold;
      return standing.known ? Math.min(sold, unitsPaidBefore(line, count)) : 0;
    },
    everPaid: () => true,
    endedName: (line) => endedName(line, sale),
    term: null,
    renewals: (line) => (term ? 0 : renewalsOf(it, line)),
  };
}

function soldForATime(sale: KnownSale, term: SubscriptionStanding): Offer {
  return {
    lines: linesOfSubscription(sale),
    standing: term,
    sold: (line) => line.quantity,
    due: (line, sold) => (term.due && term.paidUntil(line) !== null ? sold : 0),
    everPaid: (line) => term.paidUntil(line) !== null,
    endedName: () => 'removed',
    term: (line, fields) => termEnd(term, line, fields),
    renewals: () => 0,
  };
}

/** Of a shop that tells of renewals and of no subscription. What went back renews nothing, nor what is for other lines. */
function renewalsOf({ sale, money }: Circumstances, { id: line }: Line): number {
  const back = money.filter(({ refunded }) => refunded === 'all');
  const paid = sale.invoices.filter(({ standing }) => standing?.state === 'paid');
  const renewing = paid.filter(({ lines }) => {
    const named = (lines?.periods ?? []).map((it) => it.line);
    return named.every((it) => it === null) || named.includes(line);
  });
  return renewing.filter(({ id }) => !back.some(({ names }) => names.has(id))).length;
}

/** The checkout's words stand under the line's own: the nearest wins. */
function linesOfSubscription({ checkout, subscription }: KnownSale): readonly Line[] {
  const words = checkout?.links?.attributes ?? {};
  return (subscription?.lines?.lines ?? []).map((line) => ({
    ...line,
    attributes: { ...words, ...line.attributes },
  }));
}

/** Every line that the sale is known to have, as rules see it. */
export function linesOf(sale: KnownSale): readonly Line[] {
  return [...(sale.checkout?.lines?.lines ?? []), ...linesOfSubscription(sale)];
}
