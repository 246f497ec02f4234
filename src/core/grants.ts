/**
 * Turns a sale into what its buyer is entitled to now: `grantsOf`. It stands between merge and plan, and is
 * pure: time, pins and the revision come in as arguments. What must never happen here: a grant that depends on
 * the order of arrival, or a line that was sold being mapped by a rule written later.
 */
import type {
  Choice,
  Grant,
  Grants,
  GrantsInput,
  LineResult,
  LineState,
  OrderState,
  Pin,
  Pins,
  Policies,
  Reason,
  Review,
} from './entitlement.ts';
import { buyerOf, type KnownSale, readSale } from './known.ts';
import { fieldsFault } from './license.ts';
import { CHOSEN, fieldsOf, type LineContext, type LineOutcome, mapChosen, mapLine } from './mapping.ts';
import { moneyOf } from './money.ts';
import { type Offer, offersOf } from './offers.ts';
import { own } from './own.ts';
import { type Problem, problem } from './problem.ts';
import { flagsOf } from './standing.ts';
import type { Line } from './things.ts';
import { type Count, partsOfTheWhole, reviewName, reviewsOfMoney } from './units.ts';

const LINES_KNOWN_LATER = 'lines_known_later';

export function grantsOf(input: GrantsInput): Grants {
  const { decisions, revision, external_id, refs, remap, as_of } = input;
  const sale = readSale(input.things);
  const inForce = remap ? null : input.on;
  // What a newer program knows of besides is as today's revision says.
  const on: Policies = { ...revision.mapping.on, ...inForce };
  const reviews: Review[] = [];
  const money = moneyOf(sale);
  const { test_orders } = revision.mapping;
  const circumstances = { sale, money, on, test_orders, decisions, reviews, as_of };
  const count: Count = { sale, on, decisions, whole: partsOfTheWhole(sale) };
  const keyless = keylessLine(sale, input.pins);
  const { bought, term, all: offers } = offersOf(circumstances, count, keyless, input.origin_by);

  const results: LineResult[] = [];
  const grants: Grant[] = [];
  const pinsAfter = new Map(Object.entries(input.pins));
  let unitsBefore = 0;

  for (const offer of offers) {
    const { standing } = offer;
    const gone = standing.over !== null || standing.ended;
    for (const line of offer.lines) {
      // When all has ended there is nothing left to ask of its units.
      const units = offer.sold(line, gone ? [] : reviews);
      const around = { offer, input, unitsBefore };
      const parkedFor = (it: Problem) => settled(line, { is: 'parked', problem: it }, units, around);
      const resultOf = (outcome: LineOutcome) =>
        guarded(() => settled(line, outcome, units, around), parkedFor);
      const pin = own(input.pins, line.id);
      const pinned = pin && holds(pin, line, input) ? outcomeOf(pin) : null;
      const anew = (): LineOutcome =>
        standing.ignored
          ? { is: 'ignored', rule: 'not licensed', reason: standing.ignored }
          : guarded(
              () => outcomeAnew(line, contextOf(line, sale, { external_id, refs, revision }), input),
              (it) => ({ is: 'parked', problem: it }),
            );
      let outcome = remap ? anew() : (pinned ?? anew());
      let result = resultOf(outcome);
      // A remap that finds nothing to give leaves what was sold.
      if (remap && pinned && !isDecided(result)) {
        outcome = pinned;
        result = resultOf(outcome);
      }
      // What ended is read by what it was sold as, whatever it is called by now.
      const sold = standing.ended && outcome.is === 'parked' && pin ? resultOf(outcomeOf(pin)) : result;
      // None beyond the bound of an order was ever issued.
      const atMost = Math.min(units ?? 1, input.units_per_order);
      const runsOut = standing.ended && !standing.over && offer.everPaid(line);
      const given = guarded(
        () => [
          ...(result.state === 'granted' ? grantsOfLine(result, result.units, offer) : []),
          ...(runsOut ? grantsOfLine(sold, atMost, offer) : []),
        ],
        (it) => {
          result = { ...result, state: 'parked', units: 0, problem: it };
          return [];
        },
      );
      results.push(result);
      if (takesUnits(result)) unitsBefore += units ?? 0;
      grants.push(...given);
      if (outcome === pinned) continue;
      const byShop = standing.ignored !== null || line.not_licensed !== undefined;
      const next = pinOf(result, outcome, byShop, standing.due, revision.id);
      if (next) pinsAfter.set(line.id, next);
      else if (outcome.is === 'ignored' ? byShop : pin?.outcome.is === 'ignored') pinsAfter.delete(line.id);
    }
  }
  const pins = Object.fromEntries(pinsAfter);
  if (keyless) reviews.push(...reviewOfLaterLines(keyless, sale.checkout?.lines?.lines ?? []));
  if (results.some((it) => it.state === 'granted')) reviews.push(...reviewsOfMoney(count, money));
  return {
    state: orderStateOf(results, offers),
    grants,
    lines: results,
    pins,
    on: inForce ?? (wasIssued(pins) ? revision.mapping.on : null),
    reviews: reviews.filter((it) => !decisions[it.name]),
    flags: [
      ...flagsOf(circumstances),
      // Paid, and nothing that was bought is known: nobody would look at it otherwise.
      ...(bought?.standing.due && results.length === 0 ? ['no_lines'] : []),
    ],
    next_at: term?.next_at ?? null,
    origin_by: term?.origin_by ?? null,
  };
}

/** A bug in what one line is mapped by parks that line, and no other line of its order. */
function guarded<T>(run: () => T, otherwise: (it: Problem) => T): T {
  try {
    return run();
  } catch (error) {
    return otherwise(problem('bug', error instanceof Error ? error.message : String(error)));
  }
}

/** What a person chose stands before the rules. What the shop never licenses nobody can choose for. */
function outcomeAnew(line: Line, context: LineContext, { choices = {}, revision }: GrantsInput): LineOutcome {
  const chosen = outcomeOfChoice(own(choices, line.id), context, revision);
  return chosen ?? unlinkedRenewal(mapLine(context, revision), line, revision.mapping);
}

/** @returns null where no person chose anything for what the line is now */
export function outcomeOfChoice(
  choice: Choice | undefined,
  context: LineContext,
  { catalog }: GrantsInput['revision'],
): LineOutcome | null {
  const { line } = context;
  if (!choice || line.not_licensed !== undefined || !isStill(line, choice)) return null;
  const { gives } = choice;
  if (gives.is === 'granted') return mapChosen(gives.chosen, context, catalog);
  return { is: 'ignored', rule: CHOSEN, reason: gives.reason };
}

/** What a shop sends as a new order, and is the next payment for an older one that nobody can name. */
function unlinkedRenewal(
  outcome: LineOutcome,
  line: Line,
  { renewal }: Pick<GrantsInput['revision']['mapping'], 'renewal'>,
): LineOutcome {
  const parks = outcome.is === 'granted' && line.attributes.renewal === 'true' && renewal === 'park';
  return parks ? { is: 'parked', problem: problem('renewal_unlinked', line.title) } : outcome;
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

function reviewOfLaterLines(keyless: Line, own: readonly Line[]): Review[] {
  const named = own.filter((it) => !it.stands_for_all).length;
  if (named === 0) return [];
  return [
    {
      name: reviewName(LINES_KNOWN_LATER, 'look'),
      cause: LINES_KNOWN_LATER,
      line_id: keyless.id,
      act: 'look',
      title: `Issued as one session; the shop now names ${named} ${named === 1 ? 'line' : 'lines'}. Check that the licenses fit.`,
    },
  ];
}

/**
 * Does the pin still decide? What was given stays given. What was ignored stays so under later revisions, but under
 * the one that ignored it the line's newest word decides: so it ends the same whether words come one by one or
 * together. What the shop never licenses (a gift card) no pin and no rule can license.
 */
function holds(pin: Pin, line: Line, { revision }: GrantsInput): boolean {
  if (line.not_licensed !== undefined || pin.lifted || !isStill(line, pin)) return false;
  return pin.outcome.is === 'granted' || pin.revision !== revision.id;
}

/** No ref that both say has another value. A payload that says fewer, or more, does not make it another line. */
export function isStill(line: Pick<Line, 'refs'>, { refs }: Pick<Pin, 'refs'>): boolean {
  return Object.entries(line.refs).every(([key, value]) => !Object.hasOwn(refs, key) || refs[key] === value);
}

function outcomeOf(pin: Pin): LineOutcome {
  return pin.outcome.is === 'granted'
    ? { is: 'granted', rule: pin.rule, parts: pin.outcome.parts }
    : { is: 'ignored', rule: pin.rule, reason: pin.outcome.reason };
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
    buyer: buyerOf(sale),
    order: {
      id: of.external_id,
      label: standing?.label ?? null,
      source: of.revision.source,
      currency: sale.checkout?.money?.currency ?? sale.subscription?.standing?.currency ?? null,
      test: of.revision.mapping.mode === 'test' || (standing?.test ?? false),
      refs: of.refs,
    },
  };
}

interface Around {
  readonly offer: Offer;
  readonly input: GrantsInput;
  /** Units of the lines before this one that become licenses. */
  readonly unitsBefore: number;
}

/** What becomes of a line with this outcome and so many units. */
function settled(
  line: Line,
  outcome: LineOutcome,
  units: number | null,
  { offer, input, unitsBefore }: Around,
): LineResult {
  const { standing } = offer;
  const ended: Reason = standing.over ?? { name: offer.endedName(line), act: 'revoke', cause: line.id };
  const parts = outcome.is === 'granted' ? outcome.parts : [];
  const rule = outcome.is === 'parked' ? null : outcome.rule;
  const reason = outcome.is === 'ignored' ? outcome.reason : null;
  const base = { line, units: 0, rule, parts: [], problem: null, reason, ended };
  // Whatever it is mapped to, and even if to nothing: what is over waits for nobody.
  if (standing.over || standing.ended) return { ...base, state: 'ended', parts };
  if (outcome.is === 'ignored') return { ...base, state: 'ignored' };
  const parked = (it: Problem): LineResult => ({ ...base, state: 'parked', problem: it });
  if (outcome.is === 'parked') return parked(outcome.problem);

  if (parts.some((it) => it.per === 'unit')) {
    if (units === null) return parked(problem('quantity_unknown'));
    if (units > input.units_per_line)
      return parked(problem('too_many_units', `${units} units; the limit is ${input.units_per_line}`));
    if (unitsBefore + units > input.units_per_order) {
      const detail = `${unitsBefore + units} units in the order up to this line; the limit is ${input.units_per_order}`;
      return parked(problem('too_many_units', detail));
    }
  }
  const sold = units ?? 1;
  const due = offer.due(line, sold);
  if (due > 0) {
    for (const part of parts) {
      const fault = Object.keys(part.by_quantity).length > 0 ? fieldsFault(fieldsOf(part, due)) : null;
      if (fault) return parked(problem('value_invalid', `${part.part} for a quantity of ${due}: ${fault}`));
    }
  }
  const held = due > 0 ? input.held?.get(line.id) : undefined;
  if (held) return parked(held);
  const state: LineState = due > 0 ? 'granted' : sold === 0 ? 'ended' : 'pending';
  return { ...base, state, units: due, parts };
}

function takesUnits({ state, parts }: LineResult): boolean {
  return (state === 'granted' || state === 'pending') && parts.some((it) => it.per === 'unit');
}

function isDecided({ state }: LineResult): boolean {
  return state === 'granted' || state === 'ignored';
}

function grantsOfLine(
  { line, parts }: LineResult,
  units: number,
  { standing, term, renewals }: Offer,
): Grant[] {
  const grants: Grant[] = [];
  const renewed = renewals(line);
  for (const part of parts) {
    const fields = fieldsOf(part, units);
    const count = part.per === 'unit' ? units : 1;
    for (let unit = 0; unit < count; unit++) {
      const { product, policy } = part;
      grants.push({
        line_id: line.id,
        unit,
        part: part.part,
        product,
        policy,
        fields,
        reasons: standing.reasons,
        ...(term && { valid_until: term(line, fields) }),
        ...(renewed > 0 && { renewals: renewed }),
        ...(standing.ended && { existing_only: true as const }),
      });
    }
  }
  return grants;
}

/**
 * A line is pinned when it first issues, or when a rule ignores it while its sale is due; not when the shop itself
 * says that it, or all of its sale (a test order), is not licensed: the shop may say otherwise next.
 */
function pinOf(
  { line, state }: LineResult,
  outcome: LineOutcome,
  byShop: boolean,
  due: boolean,
  revision: string,
): Pin | null {
  const base = { refs: line.refs, revision };
  const whole = line.stands_for_all ? { whole: line } : {};
  if (outcome.is === 'granted' && state === 'granted') {
    return { ...base, rule: outcome.rule, outcome: { is: 'granted', parts: outcome.parts }, ...whole };
  }
  if (outcome.is === 'ignored' && due && !byShop) {
    return { ...base, rule: outcome.rule, outcome: { is: 'ignored', reason: outcome.reason }, ...whole };
  }
  return null;
}

function wasIssued(pins: Pins): boolean {
  return Object.values(pins).some((it) => it.outcome.is === 'granted');
}

function orderStateOf(lines: readonly LineResult[], offers: readonly Offer[]): OrderState {
  const live = offers.filter(({ standing }) => !standing.over && !standing.ended);
  if (live.length === 0) return 'cancelled';
  const parked = lines.filter((it) => it.state === 'parked').length;
  const granted = lines.some((it) => it.state === 'granted');
  const others = granted || lines.some((it) => it.state === 'ignored');
  if (!live.some(({ standing }) => standing.due) && !granted) return 'pending';
  if (parked > 0) return others ? 'partly_parked' : 'parked';
  if (lines.length > 0 && lines.every((it) => it.state === 'ended')) return 'cancelled';
  return others ? 'issued' : 'pending';
}
