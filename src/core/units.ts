/**
 * How many units of a line are sold now, and what a refund leaves to a person. A leaf of `grantsOf`, pure. What
 * must never happen here: a unit taken away twice by one refund, taken because money moved, or given back because
 * the rest of the sale ended as well.
 */
import type { Decisions, Policies, Reason, Review } from './entitlement.ts';
import { isLive, type KnownRefund, type KnownSale } from './known.ts';
import type { Money } from './money.ts';
import { own } from './own.ts';
import type { Line } from './things.ts';

/** What units are counted by. */
export interface Count {
  readonly sale: KnownSale;
  readonly on: Policies;
  readonly decisions: Decisions;
  /** Refunds of which `refund_full` or `order_cancelled` decides: see `partsOfTheWhole`. */
  readonly whole: ReadonlySet<string>;
}

/** Units of a line that the shop sells now: its quantity, refunds counted by identity (core.md §4). Null: not a number. */
export function unitsOf(line: Line, count: Count, reviews: Review[]): number | null {
  if (line.quantity === null) return null;
  return lessRefunds(line.quantity, line, count.sale.checkout?.lines?.refunds_counted ?? [], count, reviews);
}

/** Of the newest wholly paid line set: what stays owed while an edit waits for its money. */
export function unitsPaidBefore(line: Line, count: Count): number {
  const paid = count.sale.checkout?.paid_lines;
  // What is left to a person was said by `unitsOf` already.
  return paid ? lessRefunds(own(paid.quantities, line.id) ?? 0, line, paid.refunds_counted, count, []) : 0;
}

function lessRefunds(
  quantity: number,
  line: Line,
  refundsCounted: readonly string[],
  { sale, on, decisions, whole }: Count,
  reviews: Review[],
): number {
  const counted = new Set(refundsCounted);
  let units = quantity;
  for (const refund of sale.refunds.filter(isLive)) {
    const back = own(refund.lines?.units ?? {}, line.id) ?? 0;
    if (back === 0) continue;
    const policy = whole.has(refund.id) ? 'keep' : on.refund_partial;
    const title = `${back} × ${line.title} refunded.`;
    const taken =
      policy === 'by_unit' ||
      (policy === 'review' &&
        decide(decisions, reviews, refund.id, 'take_units', line.id, title) === 'take_units');
    if (taken && !counted.has(refund.id)) units -= back;
    if (!taken && counted.has(refund.id)) units += back;
  }
  return Math.max(0, units);
}

/** The shop notes a cancelling and the units it takes back in the same breath, one of them first. */
const SAME_BREATH_MS = 10_000;

/**
 * The refund that completed the whole, and what a cancelling took back: about these units `refund_full` and
 * `order_cancelled` decide. What was refunded or removed before was decided then, and stays as it was.
 */
export function partsOfTheWhole(sale: KnownSale): ReadonlySet<string> {
  const { money, standing, paid_lines: paid } = sale.checkout ?? {};
  const renewals = new Set(sale.invoices.map(({ id }) => id));
  // What went back of a renewal is no part of what was bought at first.
  const live = sale.refunds.filter((it) => isLive(it) && !it.links?.refs.some((name) => renewals.has(name)));
  const parts: KnownRefund[] = [];
  if (money?.state === 'refunded') {
    // A refund that the order counted while it was still called paid did not complete anything.
    const open = live.filter((it) => !paid?.refunds_counted.includes(it.id));
    const completing = open.findLast(movedMoney) ?? open.at(-1);
    if (completing) parts.push(...live.slice(live.indexOf(completing)));
  }
  if (standing?.state === 'cancelled') {
    // It takes back at once all that is left, so only the last to name units can be its own.
    const last = live.findLast(namesUnits);
    const since = (standing.cancelled_at ?? 0) - SAME_BREATH_MS;
    if (last?.money && !movedMoney(last) && last.at >= since) parts.push(last);
  }
  return new Set(parts.map(({ id }) => id));
}

function movedMoney({ money }: KnownRefund): boolean {
  return /[1-9]/.test(money?.amount ?? '');
}

function namesUnits({ lines }: KnownRefund): boolean {
  return Object.values(lines?.units ?? {}).some((it) => it > 0);
}

/** It names units of a line that the sale has. */
function namesLine({ lines }: KnownRefund, sale: KnownSale): boolean {
  const known = sale.checkout?.lines?.lines ?? [];
  return known.some((it) => (own(lines?.units ?? {}, it.id) ?? 0) > 0);
}

/** Money went back and the shop names no units: which licenses it was for, only a person can say. */
export function reviewsOfMoney({ sale, on }: Count, money: readonly Money[]): readonly Review[] {
  if (on.refund_partial === 'keep' || sale.checkout?.money?.state === 'refunded') return [];
  return money.flatMap((one): Review[] => {
    const tied = !sale.subscription || isTied(one, sale);
    // What went back whole is judged as a whole.
    if (one.refunded === 'nothing' || (one.refunded === 'all' && tied)) return [];
    const named = one.refunds.filter(
      (it) => isLive(it) && !namesLine(it, sale) && !it.money?.shipping_only && movedMoney(it),
    );
    const untied = tied ? '' : ' It could not be tied to an invoice.';
    const told = named.map(({ id, money: sum }) => ({
      cause: id,
      sum: written(sum?.amount, sum?.currency),
    }));
    // A charge tells how much went back, and nothing of the single refunds: more of it is a new case.
    const untold = one.unnamed.map(({ id, money: sum }) => ({
      cause: `${id}@${sum?.refunded}`,
      sum: written(sum?.refunded, sum?.currency),
    }));
    return [...told, ...untold].map(({ cause, sum }) => ({
      name: reviewName(cause, 'look'),
      cause,
      line_id: null,
      act: 'look',
      title: `${sum} refunded, no units named.${untied} Decide which licenses end.`,
    }));
  });
}

/** As people write it: `4900` of a currency with cents is 49.00. Where a shop writes decimals, as it stands. */
function written(amount: string | null | undefined, currency = ''): string {
  const digits = decimalsOf(currency);
  const text = amount ?? '';
  const minor = digits > 0 && /^\d+$/.test(text);
  const padded = text.padStart(digits + 1, '0');
  const sum = minor ? `${padded.slice(0, -digits)}.${padded.slice(-digits)}` : text;
  return `${sum} ${currency.toUpperCase()}`;
}

/** What each currency was found to have: looking is dear, and a sale may have many refunds. */
const DECIMALS = new Map<string, number>();

function decimalsOf(currency: string): number {
  if (!/^[a-z]{3}$/.test(currency)) return 0;
  const known = DECIMALS.get(currency);
  if (known !== undefined) return known;
  const { maximumFractionDigits = 0 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  DECIMALS.set(currency, maximumFractionDigits);
  return maximumFractionDigits;
}

/** Known to be of one invoice, or of the checkout itself. */
function isTied({ names }: Money, { checkout, invoices }: KnownSale): boolean {
  return invoices.some(({ id }) => names.has(id)) || names.has(checkout?.id ?? '');
}

/** Units that went away without a cause for the whole sale went by a refund or by an edit of the order. */
export function endedName(line: Line, sale: KnownSale): Reason['name'] {
  const refunded = sale.refunds.some((it) => isLive(it) && (own(it.lines?.units ?? {}, line.id) ?? 0) > 0);
  return refunded ? 'refund' : 'removed';
}

/** What a person may be asked to decide. */
type Decidable = Exclude<Review['act'], 'look'>;

/** A policy of `review`: what a person decided, or a proposal and no act until then. */
export function decide<Act extends Decidable>(
  decisions: Decisions,
  reviews: Review[],
  cause: string,
  act: Act,
  lineId: string | null,
  title: string,
): Act | 'keep' {
  const name = reviewName(lineId ? `${cause}/${lineId}` : cause, act);
  if (decisions[name] === 'accepted') return act;
  if (!decisions[name]) reviews.push({ name, cause, line_id: lineId, act, title });
  return 'keep';
}

export function reviewName(cause: string, act: Review['act']): string {
  return `${cause}:${act}`;
}
