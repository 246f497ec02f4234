/**
 * How many units of a line are sold now, and what a refund leaves to a person. A leaf of `grantsOf`, pure. What
 * must never happen here: a unit taken away twice by one refund, or taken because money moved.
 */
import type { Decisions, GrantsInput, Reason, Review } from './entitlement.ts';
import { isLive, type KnownSale } from './known.ts';
import type { Line } from './sale.ts';

/** Units of a line that the shop sells now: its quantity, refunds counted by identity (core.md §4). Null: not a number. */
export function unitsOf(line: Line, sale: KnownSale, input: GrantsInput, reviews: Review[]): number | null {
  if (line.quantity === null) return null;
  const counted = sale.checkout?.lines?.refunds_counted ?? [];
  return lessRefunds(line.quantity, line, counted, sale, input, reviews);
}

/** Of the newest wholly paid line set: what stays owed while an edit waits for its money. */
export function unitsPaidBefore(line: Line, sale: KnownSale, input: GrantsInput): number {
  const paid = sale.checkout?.paid_lines;
  // What is left to a person was said by `unitsOf` already.
  return paid ? lessRefunds(paid.quantities[line.id] ?? 0, line, paid.refunds_counted, sale, input, []) : 0;
}

function lessRefunds(
  quantity: number,
  line: Line,
  refundsCounted: readonly string[],
  sale: KnownSale,
  input: GrantsInput,
  reviews: Review[],
): number {
  const counted = new Set(refundsCounted);
  let units = quantity;
  for (const refund of sale.refunds.filter(isLive)) {
    const back = refund.lines?.units[line.id] ?? 0;
    if (back === 0) continue;
    const policy = isPartOfTheWhole(refund, sale) ? 'keep' : input.revision.mapping.on.refund_partial;
    const title = `${back} × ${line.title} refunded.`;
    const taken =
      policy === 'by_unit' ||
      (policy === 'review' &&
        decide(input.decisions, reviews, refund.id, 'take_units', line.id, title) === 'take_units');
    if (taken && !counted.has(refund.id)) units -= back;
    if (!taken && counted.has(refund.id)) units += back;
  }
  return Math.max(0, units);
}

/** A refund by which all of it went back, or a removal by cancelling: `refund_full` and `order_cancelled` decide about the units that it names. */
function isPartOfTheWhole(refund: KnownSale['refunds'][number], sale: KnownSale): boolean {
  if (sale.checkout?.money?.state === 'refunded') return true;
  return sale.checkout?.standing?.state === 'cancelled' && refund.money?.amount === null;
}

/** Money went back and the shop names no units: which licenses it was for, only a person can say. */
export function reviewsOfMoney(sale: KnownSale, input: GrantsInput): readonly Review[] {
  if (input.revision.mapping.on.refund_partial === 'keep' || sale.checkout?.money?.state === 'refunded')
    return [];
  return sale.refunds.filter(isLive).flatMap(({ id, lines, money }): Review[] => {
    const named = Object.values(lines?.units ?? {}).some((it) => it > 0);
    if (named || !money?.amount || money.shipping_only || !/[1-9]/.test(money.amount)) return [];
    const title = `${money.amount} ${money.currency.toUpperCase()} refunded, no units named. Decide which licenses end.`;
    return [{ name: reviewName(id, 'look'), cause: id, line_id: null, act: 'look', title }];
  });
}

/** Units that went away without a cause for the whole sale went by a refund or by an edit of the order. */
export function endedName(line: Line, sale: KnownSale): Reason['name'] {
  const refunded = sale.refunds.some((it) => isLive(it) && (it.lines?.units[line.id] ?? 0) > 0);
  return refunded ? 'refund' : 'removed';
}

/** A policy of `review`: what a person decided, or a proposal and no act until then. */
export function decide(
  decisions: Decisions,
  reviews: Review[],
  cause: string,
  act: 'revoke' | 'take_units',
  lineId: string | null,
  title: string,
): 'revoke' | 'take_units' | 'keep' {
  const name = reviewName(lineId ? `${cause}/${lineId}` : cause, act);
  if (decisions[name] === 'accepted') return act;
  if (!decisions[name]) reviews.push({ name, cause, line_id: lineId, act, title });
  return 'keep';
}

export function reviewName(cause: string, act: Review['act']): string {
  return `${cause}:${act}`;
}
