/**
 * What holds for all that a checkout sold: is its money settled, is it over, is it licensed at all. A leaf of
 * `grantsOf`, pure; subscription.ts says the same of a subscription. What must never happen here: a sale called due
 * of which too little is known to say so.
 */
import type { Decisions, Policies, Reason, Review } from './entitlement.ts';
import type { KnownSale } from './known.ts';
import type { Mapping } from './mapping.ts';
import type { Money } from './money.ts';
import { decide } from './units.ts';

export interface Standing {
  /** Nothing is licensed before the shop said whether it is cancelled, or a test: a field filter may leave that out. */
  readonly known: boolean;
  /** Its money is settled: all lines are due. */
  readonly due: boolean;
  readonly over: Reason | null;
  /** It ended in its own time: nothing more is issued, and what is there runs out. */
  readonly ended: boolean;
  readonly reasons: readonly Reason[];
  /** Why nothing of it is licensed at all. */
  readonly ignored: string | null;
}

/** What standings are read by. */
export interface Circumstances {
  readonly sale: KnownSale;
  readonly money: readonly Money[];
  readonly on: Policies;
  readonly test_orders: Mapping['test_orders'];
  readonly decisions: Decisions;
  /** What is left to a person is added here. */
  readonly reviews: Review[];
  /** Epoch ms. */
  readonly as_of: number;
}

/** Notes what a policy says of one incident. Returns the reason that it makes, or null. */
export function judge(
  { decisions, reviews }: Pick<Circumstances, 'decisions' | 'reviews'>,
  name: Reason['name'],
  policy: 'revoke' | 'suspend' | 'review' | 'keep',
  cause: string,
  title: string,
  proposed: 'revoke' | 'suspend' = 'revoke',
): Reason | null {
  const act = policy === 'review' ? decide(decisions, reviews, cause, proposed, null, title) : policy;
  return act === 'keep' ? null : { name, act, cause };
}

export function checkoutStanding(it: Circumstances, disputed: readonly Reason[]): Standing {
  const { sale, on } = it;
  const standing = sale.checkout?.standing;
  const money = sale.checkout?.money?.state ?? 'unpaid';
  const reasons: (Reason | null)[] = [];

  if (standing?.state === 'cancelled') {
    const title = 'The order was cancelled in the shop.';
    reasons.push(judge(it, 'cancellation', on.order_cancelled, 'order_cancelled', title));
  }
  const refund = money === 'refunded' ? 'refund_full' : refundOfAll(it);
  if (refund !== null) {
    reasons.push(judge(it, 'refund', on.refund_full, refund, 'The whole order was refunded.'));
  }
  const dead = money === 'voided' || standing?.state === 'expired';
  if (dead) reasons.push({ name: 'cancellation', act: 'revoke', cause: 'payment_void' });
  const failed = money === 'unpaid' && sale.payments.some((one) => one.standing?.state === 'failed');

  const known = standing !== undefined;
  // Of two line sets told within one second nobody knows which was paid: what was paid for sure is due.
  const certain = !sale.lines_ambiguous || sale.checkout?.paid_lines === undefined;
  const live = [...reasons.filter((one) => one !== null), ...disputed];
  return {
    known,
    due: known && certain && (money === 'paid' || money === 'refunded'),
    over:
      live.find((one) => one.act === 'revoke') ??
      (failed ? { name: 'cancellation', act: 'revoke', cause: 'payment_failed' } : null),
    ended: false,
    reasons: live,
    ignored: standing?.void_reason ?? (standing?.test && it.test_orders === 'ignore' ? 'test order' : null),
  };
}

/** Where a shop does not say itself that all went back: what its refunds come to. */
function refundOfAll({ sale, money }: Circumstances): string | null {
  const { checkout, subscription } = sale;
  const own = money.filter(({ names }) => !subscription || names.has(checkout?.id ?? ''));
  return own.find(({ refunded }) => refunded === 'all')?.cause ?? null;
}

/** What the disputes of the sale do to all of its licenses. One that is won takes back what it did, by not being here. */
export function reasonsOfDisputes(it: Circumstances): readonly Reason[] {
  const { sale, on } = it;
  const reasons = sale.disputes.map(({ id, standing }) => {
    switch (standing?.state) {
      case 'opened':
        return on.dispute_opened === 'suspend' ? judge(it, 'dispute', 'suspend', id, '') : null;
      // Contested once more, the money is still with the buyer.
      case 'lost':
      case 'appealed':
        return judge(
          it,
          'dispute',
          on.dispute_lost,
          id,
          'A dispute was lost: the money went back to the buyer.',
        );
      default:
        return null;
    }
  });
  return reasons.filter((one) => one !== null);
}

/** What a person should see of the sale at a glance. */
export function flagsOf({ sale, as_of }: Pick<Circumstances, 'sale' | 'as_of'>): readonly string[] {
  const states = new Set(sale.disputes.map(({ standing }) => standing?.state));
  const subscription = sale.subscription?.standing;
  const ends = subscription?.ended_at === null && subscription.ends_at !== null;
  return [
    ...(sale.ambiguous ? ['ambiguous_order'] : []),
    ...(states.has('opened') ? ['disputed'] : []),
    ...(states.has('inquiry') ? ['inquiry'] : []),
    ...(states.has('warning') ? ['fraud_warning'] : []),
    ...(ends && (subscription.ends_at ?? 0) > as_of ? ['cancel_pending'] : []),
    ...(subscription?.collection_paused ? ['collection_paused'] : []),
  ];
}
