/**
 * Writes down what a settle will store: pure, from the sale as it was, what is known now, and the plan. It
 * stands between plan and settle.
 */
import type { GivenKey } from './adoption.ts';
import type { BuyerName } from './customer.ts';
import type { Grants, LineResult } from './entitlement.ts';
import { same } from './json.ts';
import { boughtAt, buyerOf, readSale } from './known.ts';
import { LIMITS } from './limits.ts';
import type { Revision } from './mapping.ts';
import { noter } from './noted.ts';
import { own } from './own.ts';
import type { Change, License } from './plan.ts';
import type {
  AppliedChange,
  Cause,
  EventEnd,
  LoadedSale,
  OrderItem,
  Proposal,
  SaleDoc,
  Settlement,
} from './store.ts';

export interface Draw {
  readonly licenseId: () => string;
  readonly licenseKey: () => string;
}

export interface SettlementInput {
  /** Null: the sale comes into being. */
  readonly loaded: LoadedSale | null;
  readonly order_id: string;
  readonly source: string;
  readonly account: string;
  readonly external_id: string;
  readonly doc: SaleDoc;
  readonly new_refs: readonly string[];
  readonly new_buyers: readonly BuyerName[];
  readonly grants: Grants;
  readonly reviews: readonly Proposal[];
  readonly changes: readonly AppliedChange[];
  /** The licenses after these changes. */
  readonly after: readonly License[];
  readonly revision: Revision;
  readonly cause: Cause;
  readonly ends: readonly EventEnd[];
  readonly at: number;
}

export function compose(input: SettlementInput): Settlement {
  const { loaded, grants, revision } = input;
  const sale = readSale(input.doc.things);
  const { checkout, subscription } = sale;
  const rules = new Map(grants.lines.map((it) => [it.line.id, it.rule]));
  // A line that left the order is no longer mapped; what it was sold by is still known.
  const ruleOf = (id: string) => rules.get(id) ?? own(input.doc.pins, id)?.rule ?? null;
  const proposed = noter(input.after, ruleOf);
  return {
    order_id: input.order_id,
    source: input.source,
    account: input.account,
    external_id: input.external_id,
    version: (loaded?.version ?? 0) + 1,
    at: input.at,
    cause: input.cause,
    revision_id: revision.id,
    revision_number: revision.number,
    issuer: revision.mapping.issuer,
    doc: input.doc,
    new_refs: input.new_refs,
    new_buyers: input.new_buyers,
    state: grants.state,
    label: checkout?.standing?.label ?? null,
    test: revision.mapping.mode === 'test' || (checkout?.standing?.test ?? false),
    flags: grants.flags,
    currency: checkout?.money?.currency ?? subscription?.standing?.currency ?? null,
    total: checkout?.money?.total ?? null,
    bought_at: boughtAt(sale),
    next_at: grants.next_at,
    buyer: buyerOf(sale),
    items: grants.lines.flatMap(itemsOf),
    reviews: input.reviews.map((it) => ({ ...it, changes: it.changes.map(proposed) })),
    changes: input.changes.map(noter(loaded?.licenses ?? [], ruleOf)),
    ends: input.ends,
  };
}

/**
 * The change with what a new license needs besides.
 * @param given the key that its buyer has already
 */
export function applied(change: Change, draw: Draw, given?: GivenKey): AppliedChange {
  if (change.change !== 'issue') return change;
  const license_id = draw.licenseId();
  return given
    ? { ...change, license_id, key: given.key, given: true }
    : { ...change, license_id, key: draw.licenseKey() };
}

/** One item for each product of a line: a bundle shows what it holds. */
function itemsOf(result: LineResult): OrderItem[] {
  const state = result.state === 'granted' ? 'issued' : result.state;
  const base: OrderItem = {
    line_id: result.line.id,
    title: result.line.title,
    quantity: result.line.quantity,
    state,
    rule: result.rule,
    product: null,
    policy: null,
    part: null,
    refs: result.line.refs,
    problem: result.problem,
    reason: result.reason,
  };
  if (result.parts.length === 0 || result.state === 'parked') return [base];
  return result.parts.map(({ product, policy, part }) => ({ ...base, product, policy, part }));
}

/**
 * The settlement as several, for a database that takes no more than `bytes` in one value: each whole for its slots
 * and under a version of its own, the events ending with the last. One that is left half done is taken up again
 * by the clock, and plan then lists what is missing.
 * @param length of the text of all its changes
 */
export function inParts(
  it: Settlement,
  bytes: number,
  length = JSON.stringify(it.changes).length,
): Settlement[] {
  const units = Math.floor(bytes / BYTES_PER_UNIT);
  if (length <= units) return [it];
  const parts = sharesOf(it.changes, units);
  const last = parts.length - 1;
  if (last <= 0) return [it];
  return parts.map((changes, n) => ({
    ...it,
    changes,
    version: it.version + n,
    new_refs: n === 0 ? it.new_refs : [],
    new_buyers: n === 0 ? it.new_buyers : [],
    // With what is written down of the deed itself.
    ...(n > 0 && it.audits ? { audits: [] } : {}),
    ...(n === last ? {} : { next_at: it.at + LIMITS.lease_ms, ends: [] }),
  }));
}

/** A text in UTF-16 takes three bytes for each of its units at the most, once it is stored. */
const BYTES_PER_UNIT = 3;

/** A license that is replaced and the one that takes its slot stay together. */
function sharesOf(changes: readonly AppliedChange[], units: number): AppliedChange[][] {
  if (changes.length <= 1) return [[...changes]];
  const shares: AppliedChange[][] = [];
  let room = 0;
  for (const slot of Map.groupBy(changes, slotOf).values()) {
    const size = JSON.stringify(slot).length;
    const share = shares.at(-1);
    if (share && size <= room) share.push(...slot);
    else {
      shares.push([...slot]);
      room = units;
    }
    room -= size;
  }
  return shares;
}

function slotOf({ line_id, unit, part }: AppliedChange): string {
  return `${line_id}\n${part}\n${unit}`;
}

/** The sale is as it was: at most its clock moves. */
export function isUnchanged(loaded: LoadedSale | null, next: Settlement): boolean {
  return (
    loaded !== null &&
    next.changes.length === 0 &&
    next.new_refs.length === 0 &&
    loaded.state === next.state &&
    same(loaded.doc, next.doc) &&
    same(loaded.items, next.items) &&
    same(loaded.flags, next.flags) &&
    same(loaded.reviews, next.reviews.map(({ name }) => name).sort())
  );
}
