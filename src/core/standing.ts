/**
 * What holds for a whole sale, whatever its lines: is its money settled, is it over, is it licensed at all. A leaf
 * of `grantsOf`, pure. What must never happen here: a sale called due of which too little is known to say so.
 */
import type { Decisions, Policies, Reason, Review } from './entitlement.ts';
import type { KnownSale } from './known.ts';
import type { Mapping } from './mapping.ts';
import { decide } from './units.ts';

export interface Standing {
  /** Nothing is licensed before the shop said whether it is cancelled, or a test: a field filter may leave that out. */
  readonly known: boolean;
  /** Its money is settled: all lines are due. */
  readonly due: boolean;
  readonly over: Reason | null;
  readonly reasons: readonly Reason[];
  /** Why nothing of it is licensed at all. */
  readonly ignored: string | null;
  readonly reviews: readonly Review[];
}

export function standingOf(
  sale: KnownSale,
  on: Policies,
  testOrders: Mapping['test_orders'],
  decisions: Decisions,
): Standing {
  const standing = sale.checkout?.standing;
  const money = sale.checkout?.money?.state ?? 'unpaid';
  const reviews: Review[] = [];
  const reasons: Reason[] = [];
  const apply = (name: Reason['name'], act: Policies['refund_full'], cause: string, title: string) => {
    const decided = act === 'review' ? decide(decisions, reviews, cause, 'revoke', null, title) : act;
    if (decided === 'revoke' || decided === 'suspend') reasons.push({ name, act: decided, cause });
  };

  if (standing?.state === 'cancelled') {
    apply('cancellation', on.order_cancelled, 'order_cancelled', 'The order was cancelled in the shop.');
  }
  if (money === 'refunded') {
    apply('refund', on.refund_full, 'refund_full', 'The whole order was refunded.');
  }
  const dead = money === 'voided' || standing?.state === 'expired';
  if (dead) reasons.push({ name: 'cancellation', act: 'revoke', cause: 'payment_void' });
  const failed = money === 'unpaid' && sale.payments.some((it) => it.standing?.state === 'failed');

  const known = standing !== undefined;
  // Of two line sets told within one second nobody knows which was paid: what was paid for sure is due.
  const certain = !sale.lines_ambiguous || sale.checkout?.paid_lines === undefined;
  return {
    known,
    due: known && certain && (money === 'paid' || money === 'refunded'),
    over:
      reasons.find((it) => it.act === 'revoke') ??
      (failed ? { name: 'cancellation', act: 'revoke', cause: 'payment_failed' } : null),
    reasons,
    ignored: standing?.void_reason ?? (standing?.test && testOrders === 'ignore' ? 'test order' : null),
    reviews,
  };
}
