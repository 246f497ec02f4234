/**
 * What holds for a subscription: is it due, until when was it paid, what do its troubles do to its licenses. A leaf
 * of `grantsOf`, pure. What must never happen here: a license extended because a period began, not because it was
 * paid; or a renewal's trouble that erases what another one said.
 */
import { addDuration } from './duration.ts';
import type { Policies, Reason } from './entitlement.ts';
import type { Known } from './known.ts';
import type { LicenseFields } from './license.ts';
import { LIMITS } from './limits.ts';
import type { Money } from './money.ts';
import { type Circumstances, judge, type Standing } from './standing.ts';
import type { Line } from './things.ts';
import { decide } from './units.ts';

const DAY_MS = 24 * 3_600_000;

export interface SubscriptionStanding extends Standing {
  /** Where the line's last paid period ends, epoch ms; null: none was paid. */
  readonly paidUntil: (line: Line) => number | null;
  /** While it is past due and kept: until then at the least. */
  readonly at_least: number | null;
  /** It ended then, or will, whatever was paid. */
  readonly at_most: number | null;
  /** When time alone changes this, epoch ms. */
  readonly next_at: number | null;
  /** Until when its checkout is waited for; null where it need not be. */
  readonly origin_by: number | null;
}

/** @param originBy what an earlier reading said of `origin_by` */
export function subscriptionStanding(
  it: Circumstances,
  disputed: readonly Reason[],
  originBy: number | null,
): SubscriptionStanding | null {
  const { sale, on, as_of } = it;
  if (!sale.subscription) return null;
  const standing = sale.subscription.standing;
  const state = standing?.state;
  const origin_by = isOriginKnown(it) ? originBy : (originBy ?? as_of + LIMITS.origin_wait_ms);
  const waits = !isOriginKnown(it) && (origin_by ?? 0) > as_of;
  const refunded = refundedInvoices(it);
  const lateness = latenessOf(it);
  const { at_least } = lateness;
  const reasons: (Reason | null)[] = [refunded.reason, lateness.reason];
  const since = currentPeriod(it);

  if (state === 'unpaid') {
    const title = 'The shop gave up collecting for this subscription.';
    const cause = `unpaid@${lastPaid(sale) ?? since}`;
    reasons.push(judge(it, 'past_due', on.subscription_unpaid, cause, title, 'suspend'));
  }
  if (state === 'paused') {
    const title = 'The subscription is paused in the shop.';
    reasons.push(judge(it, 'pause', on.subscription_paused, `paused@${since}`, title, 'suspend'));
  }
  const never = state === 'incomplete_expired';
  if (never) reasons.push({ name: 'cancellation', act: 'revoke', cause: 'never_paid' });
  const canceled = state === 'canceled';
  if (canceled && on.subscription_ended === 'revoke') {
    reasons.push({ name: 'cancellation', act: 'revoke', cause: 'subscription_ended' });
  }
  const live = [...reasons.filter((one) => one !== null), ...disputed];
  // Notice that was given is no news any more once its time has come.
  const notice = standing?.ended_at ? null : (standing?.ends_at ?? null);
  const times = [waits ? origin_by : null, at_least, notice].filter((at) => at !== null && at > as_of);
  return {
    known: standing !== undefined,
    due: state !== undefined && state !== 'incomplete' && !waits && !canceled && !never,
    over: live.find((one) => one.act === 'revoke') ?? null,
    ended: canceled,
    reasons: live,
    ignored: null,
    paidUntil: (line) => paidUntil(it, refunded.without, line),
    at_least,
    at_most: standing?.ended_at ?? standing?.ends_at ?? null,
    next_at: times.length > 0 ? Math.min(...times.map(Number)) : null,
    origin_by,
  };
}

/** When a license of the line with these fields ends, epoch ms. */
export function termEnd(
  { paidUntil: ofLine, at_least, at_most }: SubscriptionStanding,
  line: Line,
  fields: LicenseFields,
): number {
  const paid = ofLine(line) ?? 0;
  const kept = fields.grace_period ? addDuration(paid, fields.grace_period) : paid;
  return Math.min(Math.max(kept, at_least ?? 0), at_most ?? Number.POSITIVE_INFINITY);
}

/** Its rules may ask for words that only its checkout says: known, or known not to be. */
function isOriginKnown({ sale }: Circumstances): boolean {
  return sale.checkout !== null || sale.subscription?.links?.checkout === null;
}

/** Names the time that an incident belongs to, so that the next one is another. */
function currentPeriod({ sale }: Circumstances): number {
  const periods = Object.values(sale.subscription?.lines?.periods ?? {});
  return Math.max(0, ...periods.map(({ start }) => start));
}

/**
 * Where the newest paid period ends, epoch ms; null: none is known. Other than the current period it stays the same
 * for as long as nothing is paid.
 */
function lastPaid({ invoices }: Circumstances['sale']): number | null {
  const paid = invoices.filter(({ standing }) => standing?.state === 'paid');
  const ends = paid.flatMap(endsOf);
  return ends.length > 0 ? Math.max(...ends) : null;
}

function endsOf({ lines }: Known<'invoice'>): number[] {
  return (lines?.periods ?? []).map(({ end }) => end);
}

/** Kept for the time that the policy gives, counted from the oldest open invoice, or from when it was first said. */
function latenessOf(it: Circumstances): { readonly reason: Reason | null; readonly at_least: number | null } {
  const { sale, on, as_of } = it;
  if (sale.subscription?.standing?.state !== 'past_due') return { reason: null, at_least: null };
  const paid = lastPaid(sale);
  // What the shop gave up on is asked for no more: it makes no later renewal late.
  const open = sale.invoices.flatMap(({ standing }) =>
    standing?.state === 'open' && standing.due_at ? [standing.due_at] : [],
  );
  const said = sale.past_due.at(-1);
  const since = open.length > 0 ? Math.min(...open) : (said?.since ?? null);
  if (since === null) return { reason: null, at_least: null };
  const { keep_for, then } = on.payment_past_due;
  const at_least = addDuration(since, keep_for);
  if (at_least > as_of) return { reason: null, at_least };
  const title = `A renewal is not paid since ${new Date(since).toISOString().slice(0, 10)}.`;
  // The period that it began with: while it lasts others may follow, and what a person decided holds for all of them.
  const first = paid === null ? said : (sale.past_due.find(({ period }) => period >= paid) ?? said);
  const cause = `past_due@${first?.period ?? since}`;
  return {
    reason: judge(it, 'past_due', then satisfies Policies['subscription_paused'], cause, title, 'suspend'),
    at_least,
  };
}

/** Asked for, and not paid; an invoice that the shop gave up on is owed no less. */
function isOwed(state: string | undefined): boolean {
  return state === 'open' || state === 'uncollectible';
}

/** The invoices whose periods no longer count as paid, and, where none is left, what that does. */
function refundedInvoices(it: Circumstances): {
  readonly without: ReadonlySet<string>;
  readonly reason: Reason | null;
} {
  const { sale, money, on, decisions, reviews } = it;
  const paid = sale.invoices.filter(
    ({ standing, money: sum }) => standing?.state === 'paid' && Number(sum?.amount ?? 0) > 0,
  );
  const returned = paid.flatMap(({ id }): { id: string; from: Money }[] => {
    const from = money.find(({ names }) => names.has(id));
    return from?.refunded === 'all' ? [{ id, from }] : [];
  });
  const effective = returned.filter(({ from }) => {
    if (on.refund_full !== 'review') return on.refund_full !== 'keep';
    const title = 'An invoice of this subscription was refunded in full.';
    return decide(decisions, reviews, from.cause, 'end_period', null, title) === 'end_period';
  });
  const last = effective.at(-1);
  // Where all of it went back the end is not shortened but reached: there is no period to run out.
  if (!last || effective.length < paid.length || firstTold(sale) !== null) {
    return { without: new Set(effective.map(({ id }) => id)), reason: null };
  }
  const act = on.refund_full === 'suspend' ? 'suspend' : 'revoke';
  return { without: new Set(), reason: { name: 'refund', act, cause: last.from.cause } };
}

/**
 * Where the first invoice begins that anybody told of, epoch ms, if it cannot be the first that there was: those before
 * it were paid, or there would be no subscription. Null: all are known.
 */
function firstTold({ subscription, invoices }: Circumstances['sale']): number | null {
  const { started_at = null, trial_ends_at = null } = subscription?.standing ?? {};
  if (started_at === null || subscription?.links?.invoices_asked) return null;
  const starts = invoices.flatMap(({ lines }) => (lines?.periods ?? []).map(({ start }) => start));
  const first = Math.min(...starts);
  return starts.length > 0 && first > Math.max(started_at, trial_ends_at ?? 0) + DAY_MS ? first : null;
}

function paidUntil({ sale }: Circumstances, without: ReadonlySet<string>, line: Line): number | null {
  const { subscription, invoices } = sale;
  const standing = subscription?.standing;
  const period = subscription?.lines?.periods[line.id];
  const paid = invoices.filter(({ id, standing: of }) => of?.state === 'paid' && !without.has(id));
  const lastEnd = Math.max(0, ...paid.flatMap(endsOf));
  // What is asked for once the paid time is over is for the time after it: a line that was added in between is not
  // unpaid before.
  const naming = invoices
    .filter(({ standing: of }) => of?.state === 'paid' || (of?.due_at ?? 0) < lastEnd)
    .flatMap(({ lines }) => (lines?.periods ?? []).filter((it) => it.line === line.id));
  const ends: number[] = standing?.trial_ends_at ? [standing.trial_ends_at] : [];
  for (const { lines } of paid) {
    const own = (lines?.periods ?? []).filter((it) => it.line === line.id);
    // An invoice of which only the first lines are known may name it further down.
    const counted = own.length > 0 ? own : lines?.whole === false ? lines.periods : [];
    ends.push(...counted.map(({ end }) => end));
    if (naming.length === 0) {
      const all = (lines?.periods ?? []).map(({ end }) => Math.min(end, period?.end ?? end));
      ends.push(...all);
    }
  }
  if (period) ends.push(...vouchedBy(sale, line, period));
  const first = without.size > 0 ? firstTold(sale) : null;
  if (first !== null) ends.push(first);
  return ends.length > 0 ? Math.max(...ends) : null;
}

/** What the state alone says, where no invoice does: whoever is behind with a period had paid those before it. */
function vouchedBy(
  { subscription, invoices, past_due }: Circumstances['sale'],
  line: Line,
  { start, end }: { readonly start: number; readonly end: number },
): number[] {
  const standing = subscription?.standing;
  if (standing?.state === 'active' && standing.collection_paused) return [end];
  if (subscription?.links?.invoices_asked || invoices.some((it) => it.standing?.state === 'paid')) return [];
  // The shop tells of invoices after all, and this period's is not paid: so those before it were, if there were any.
  const owed = invoices.some(
    (it) =>
      isOwed(it.standing?.state) &&
      it.lines?.periods.some((of) => (of.line ?? line.id) === line.id && of.end === end),
  );
  const before = (standing?.started_at ?? start) < start ? [start] : [];
  if (owed) return before;
  switch (standing?.state) {
    case 'active':
    case 'trialing':
      return [end];
    case 'canceled':
      return past_due.some((it) => it.period === start) ? before : [end];
    case 'past_due':
    case 'unpaid':
    case 'paused':
      return before;
    default:
      return [];
  }
}
