/**
 * Turns a sale into what its buyer is entitled to now: `grantsOf`. It stands between merge and plan, and is
 * pure: time, pins and the revision come in as arguments. What must never happen here: a grant that depends on
 * the order of arrival, or a line that was sold being mapped by a rule written later.
 */
import type {
  Grant,
  Grants,
  GrantsInput,
  LineResult,
  LineState,
  OrderState,
  Pin,
  Pins,
  Reason,
  Review,
} from './entitlement.ts';
import { type KnownSale, readSale } from './known.ts';
import { fieldsOf, type LineContext, type LineOutcome, mapLine } from './mapping.ts';
import { problem } from './problem.ts';
import type { Line } from './sale.ts';
import { decide, endedName, reviewName, reviewsOfMoney, unitsOf, unitsPaidBefore } from './units.ts';

export type {
  Decisions,
  Grant,
  Grants,
  GrantsInput,
  LineResult,
  LineState,
  OrderState,
  Pin,
  Pins,
  Reason,
  Review,
} from './entitlement.ts';

const LINES_KNOWN_LATER = 'lines_known_later';

export function grantsOf(input: GrantsInput): Grants {
  const sale = readSale(input.things);
  const standing = standingOf(sale, input);
  const keyless = keylessLine(sale, input.pins);
  const own = sale.checkout?.lines?.lines ?? [];
  const lines = keyless ? [keyless] : own;

  const results: LineResult[] = [];
  const grants: Grant[] = [];
  const pins: Record<string, Pin> = { ...input.pins };
  const reviews: Review[] = [...standing.reviews];

  for (const line of lines) {
    const units = unitsOf(line, sale, input, reviews);
    const mapped = outcomeOf(line, sale, standing, input);
    const result = resultOf(line, mapped.outcome, units, sale, standing, input);
    results.push(result);
    if (result.state === 'granted') grants.push(...grantsOfLine(result, standing.reasons));
    const pin = pinOf(result, mapped.outcome, standing.due, input);
    if (pin && !mapped.pinned) pins[line.id] = pin;
  }
  const named = own.filter((it) => !it.stands_for_all).length;
  if (keyless && named > 0) {
    const accepted = input.decisions[reviewName(LINES_KNOWN_LATER, 'look')];
    if (!accepted) {
      reviews.push({
        name: reviewName(LINES_KNOWN_LATER, 'look'),
        cause: LINES_KNOWN_LATER,
        line_id: keyless.id,
        act: 'look',
        title: `Issued as one session; the shop now names ${named} ${named === 1 ? 'line' : 'lines'}. Check that the licenses fit.`,
      });
    }
  }
  if (results.some((it) => it.state === 'granted')) reviews.push(...reviewsOfMoney(sale, input));
  return {
    state: orderStateOf(results, standing),
    grants,
    lines: results,
    pins,
    reviews: reviews.filter((it) => !input.decisions[it.name]),
    flags: sale.ambiguous ? ['ambiguous_order'] : [],
    next_at: null,
  };
}

/** What holds for the whole sale, whatever its lines. */
interface Standing {
  /** Its money is settled: all lines are due. */
  readonly due: boolean;
  readonly over: Reason | null;
  readonly reasons: readonly Reason[];
  /** Why nothing of it is licensed at all. */
  readonly ignored: string | null;
  readonly reviews: readonly Review[];
}

function standingOf(sale: KnownSale, input: GrantsInput): Standing {
  const { on, test_orders: testOrders } = input.revision.mapping;
  const standing = sale.checkout?.standing;
  const money = sale.checkout?.money?.state ?? 'unpaid';
  const reviews: Review[] = [];
  const reasons: Reason[] = [];
  const apply = (
    name: Reason['name'],
    act: 'revoke' | 'suspend' | 'review' | 'keep',
    cause: string,
    title: string,
  ) => {
    const decided = act === 'review' ? decide(input.decisions, reviews, cause, 'revoke', null, title) : act;
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

  const ignored = standing?.void_reason ?? (standing?.test && testOrders === 'ignore' ? 'test order' : null);
  return {
    due: money === 'paid' || money === 'refunded',
    over:
      reasons.find((it) => it.act === 'revoke') ??
      (failed ? { name: 'cancellation', act: 'revoke', cause: 'payment_failed' } : null),
    reasons,
    ignored,
    reviews,
  };
}

/** The keyless line of a session that was already issued, if there is one: it stays when true lines become known. */
function keylessLine(sale: KnownSale, pins: Pins): Line | null {
  const set = sale.checkout?.lines?.lines ?? [];
  for (const pin of Object.values(pins)) {
    if (pin.whole && pin.outcome.is === 'granted') {
      return set.find((it) => it.id === pin.whole?.id) ?? pin.whole;
    }
  }
  return null;
}

function outcomeOf(
  line: Line,
  sale: KnownSale,
  standing: Standing,
  input: GrantsInput,
): { readonly pinned: boolean; readonly rule: string | null; readonly outcome: LineOutcome } {
  const pin = input.pins[line.id];
  if (pin && isStill(line, pin)) {
    const outcome: LineOutcome =
      pin.outcome.is === 'granted'
        ? { is: 'granted', rule: pin.rule, parts: pin.outcome.parts }
        : { is: 'ignored', rule: pin.rule, reason: pin.outcome.reason };
    return { pinned: true, rule: pin.rule, outcome };
  }
  if (standing.ignored) return { pinned: false, rule: null, outcome: ignoredBy(standing.ignored) };
  const outcome = mapLine(contextOf(line, sale, input), input.revision);
  return { pinned: false, rule: outcome.is === 'parked' ? null : outcome.rule, outcome };
}

/** What the line is now says nothing else than when it was pinned. A deleted product's line loses refs, and is the same line. */
function isStill(line: Line, pin: Pin): boolean {
  return Object.entries(line.refs).every(([key, value]) => pin.refs[key] === value);
}

/** What rules and templates see of a line. */
export function contextOf(
  line: Line,
  sale: KnownSale,
  of: Pick<GrantsInput, 'external_id' | 'refs' | 'revision'>,
): LineContext {
  const standing = sale.checkout?.standing;
  return {
    line,
    buyer: sale.checkout?.buyer ?? null,
    order: {
      id: of.external_id,
      label: standing?.label ?? null,
      source: of.revision.source,
      currency: sale.checkout?.money?.currency ?? null,
      test: of.revision.mapping.mode === 'test' || (standing?.test ?? false),
      refs: of.refs,
    },
  };
}

function ignoredBy(reason: string): LineOutcome {
  return { is: 'ignored', rule: 'not licensed', reason };
}

function resultOf(
  line: Line,
  outcome: LineOutcome,
  units: number | null,
  sale: KnownSale,
  standing: Standing,
  input: GrantsInput,
): LineResult {
  const ended: Reason = standing.over ?? { name: endedName(line, sale), act: 'revoke', cause: line.id };
  const base = { line, units: 0, rule: null, parts: [], problem: null, reason: null, ended };
  if (outcome.is === 'ignored') {
    return { ...base, state: 'ignored', rule: outcome.rule, reason: outcome.reason };
  }
  if (outcome.is === 'parked') return { ...base, state: 'parked', problem: outcome.problem };

  const { rule, parts } = outcome;
  const byUnit = parts.some((it) => it.per === 'unit');
  if (units === null && byUnit)
    return { ...base, state: 'parked', rule, problem: problem('quantity_unknown') };
  if (byUnit && units !== null && units > input.units_per_line) {
    const detail = `${units} units; the limit is ${input.units_per_line}`;
    return { ...base, state: 'parked', rule, problem: problem('too_many_units', detail) };
  }
  const sold = units ?? 1;
  const due = standing.over ? 0 : standing.due ? sold : Math.min(sold, unitsPaidBefore(line, sale, input));
  const state: LineState = due > 0 ? 'granted' : sold === 0 || standing.over ? 'ended' : 'pending';
  return { ...base, state, units: due, rule, parts };
}

function grantsOfLine(result: LineResult, reasons: readonly Reason[]): Grant[] {
  const grants: Grant[] = [];
  for (const part of result.parts) {
    const fields = fieldsOf(part, result.units);
    const count = part.per === 'unit' ? result.units : 1;
    for (let unit = 0; unit < count; unit++) {
      const { product, policy } = part;
      grants.push({ line_id: result.line.id, unit, part: part.part, product, policy, fields, reasons });
    }
  }
  return grants;
}

/** A line is pinned when it first issues, or is ignored while its sale is due. */
function pinOf(result: LineResult, outcome: LineOutcome, due: boolean, input: GrantsInput): Pin | null {
  const { line } = result;
  const base = { refs: line.refs, revision: input.revision.id };
  const whole = line.stands_for_all ? { whole: line } : {};
  if (outcome.is === 'granted' && result.state === 'granted') {
    return { ...base, rule: outcome.rule, outcome: { is: 'granted', parts: outcome.parts }, ...whole };
  }
  if (outcome.is === 'ignored' && due) {
    return { ...base, rule: outcome.rule, outcome: { is: 'ignored', reason: outcome.reason }, ...whole };
  }
  return null;
}

function orderStateOf(lines: readonly LineResult[], standing: Standing): OrderState {
  if (standing.over) return 'cancelled';
  const parked = lines.filter((it) => it.state === 'parked').length;
  const others = lines.some((it) => it.state === 'granted' || it.state === 'ignored');
  const granted = lines.some((it) => it.state === 'granted');
  if (!standing.due && !granted) return 'pending';
  if (parked > 0) return others ? 'partly_parked' : 'parked';
  if (lines.length === 0) return 'pending';
  return lines.every((it) => it.state === 'ended') ? 'cancelled' : 'issued';
}
