/**
 * The pure middle of the river: merge → map → plan, and what is to be written. Everything that is read goes in,
 * a settlement comes out. What must never happen here: an answer that depends on anything but the arguments.
 */
import { adoptionOf, type GivenKey, NO_ADOPTION } from './adoption.ts';
import { givenAt, licensesAfter } from './applied.ts';
import { newBuyerNames } from './customer.ts';
import type { Grants } from './entitlement.ts';
import { grantsOf } from './grants.ts';
import type { Reading } from './integration.ts';
import { boughtAt, readSale } from './known.ts';
import { LIMITS } from './limits.ts';
import type { Revision } from './mapping.ts';
import type { Steps } from './observation.ts';
import { type Abilities, type License, plan, slotName } from './plan.ts';
import type { Problem } from './problem.ts';
import { redactDoc, redactFact } from './redaction.ts';
import { merge } from './sale.ts';
import { applied, compose, type Draw } from './settlement.ts';
import type { Cause, ClaimedEvent, EventEnd, LoadedSale, SaleDoc, Settlement } from './store.ts';
import { buyersIn, buyersTold } from './tombstones.ts';

/** An event together with what it means, on its way to its sale. */
export interface Contribution {
  readonly event: ClaimedEvent;
  readonly reading: Extract<Reading, { is: 'facts' }>;
  /** When it came so far: for whoever watches. */
  readonly steps?: Steps;
}

export interface DraftInput {
  readonly source: string;
  readonly account: string;
  readonly external_id: string;
  /** Null: the sale comes into being. */
  readonly loaded: LoadedSale | null;
  readonly contributions: readonly Contribution[];
  /** Orders that are known by one of the names told: name → order id. */
  readonly found: ReadonlyMap<string, string>;
  readonly revision: Revision;
  readonly abilities: Abilities;
  /** Keys of this sale that were given out before and are free; left out: none are known. */
  readonly given?: readonly GivenKey[];
  readonly units_per_line: number;
  /** Map all lines anew, by today's policies too; what maps to nothing now stays as it was sold. */
  readonly remap: boolean;
  /** Who buys is to be forgotten; once it is, it stays so. */
  readonly redact?: boolean;
  readonly cause: Cause;
  /** Epoch ms. */
  readonly at: number;
}

const NOTHING_KNOWN: SaleDoc = { things: {}, refs: [], pins: {}, decisions: {}, overrides: [] };

export function draft(input: DraftInput, draw: Draw & { readonly orderId: () => string }): Settlement {
  const { loaded, contributions, found, revision } = input;
  const known = loaded?.doc ?? NOTHING_KNOWN;
  const redact = input.redact === true || known.redacted === true;
  const before = redact ? redactDoc(known) : known;
  const orderId = loaded?.order_id ?? draw.orderId();
  const told = [input.external_id, ...contributions.flatMap(({ reading }) => reading.refs)];
  // A name that already belongs to another sale stays there: the machine never joins two sales.
  const newRefs = [...new Set(told)].filter((ref) => !before.refs.includes(ref) && !found.has(ref));
  const refs = [...before.refs, ...newRefs];
  const facts = contributions.flatMap(({ reading }) => reading.facts);
  const things = merge(before.things, redact ? facts.map(redactFact) : facts);
  const read = {
    things,
    external_id: input.external_id,
    refs,
    pins: before.pins,
    ...(before.choices && { choices: before.choices }),
    on: before.on ?? null,
    remap: input.remap,
    decisions: before.decisions,
    origin_by: before.origin_by ?? null,
    as_of: input.at,
    revision,
    units_per_line: input.units_per_line,
    // Who allows more on one line allows as much on one order.
    units_per_order: Math.max(LIMITS.units_per_order, input.units_per_line),
  };
  const planned = (
    { grants, lines }: Grants,
    licenses: readonly License[],
    given?: ReadonlyMap<string, number>,
  ) =>
    plan({
      grants,
      lines,
      licenses,
      overrides: before.overrides,
      abilities: input.abilities,
      as_of: input.at,
      ...(given && { given }),
    });
  const licenses = loaded?.licenses ?? [];
  const drawn = grantsOf(read);
  const { given: free = [], at } = input;
  const soldSince = revision.mapping.sold_since;
  // Of most sales nobody asks: reading them once more costs more than the rest of this.
  const adopts = free.length > 0 || soldSince !== undefined;
  const issuing = { at, bought_at: adopts ? boughtAt(readSale(things)) : null };
  const { keys, held } = adopts
    ? adoptionOf({
        changes: planned(drawn, licenses),
        lines: drawn.lines,
        pins: before.pins,
        given: free,
        bought_at: issuing.bought_at,
        sold_since: soldSince === undefined ? null : Date.parse(soldSince),
      })
    : NO_ADOPTION;
  const grants = held.size > 0 ? grantsOf({ ...read, held }) : drawn;
  const given = new Map([...keys.keys()].map((slot) => [slot, givenAt(issuing)]));
  const changes = planned(grants, licenses, given).map((it) => applied(it, draw, keys.get(slotName(it))));
  const after = licensesAfter(licenses, changes, issuing);
  const reviews = grants.reviews.map((it) => {
    // A look is no act: whoever accepts it has looked.
    if (it.act === 'look') return { ...it, changes: [] };
    const decisions = { ...before.decisions, [it.name]: 'accepted' as const };
    // From the licenses as they will be then: what changes anyhow is no part of the question.
    return { ...it, changes: planned(grantsOf({ ...read, held, decisions }), after) };
  });
  const ends = contributions.map(({ event, reading }) => ({
    ...endOf(event, 'done', remarkOf(reading) ?? parkedProblem(grants)),
    order_id: orderId,
  }));
  const { pins, on, origin_by } = grants;
  const doc: SaleDoc = {
    ...before,
    things,
    refs,
    pins,
    ...(on && { on }),
    ...(origin_by !== null && { origin_by }),
  };
  const flags = redact ? [...grants.flags, 'redacted'] : grants.flags;
  // Whom a later word replaced at once is named by the stored event all the same.
  const buyers = redact ? [] : [...buyersIn(things), ...buyersTold(facts)];
  const new_buyers = newBuyerNames(buyers, buyersIn(before.things));
  const written = { order_id: orderId, doc, new_refs: newRefs, new_buyers, reviews, changes, after, ends };
  return compose({ ...input, ...written, grants: { ...grants, flags } });
}

/** How an event leaves the worker's hands. */
export function endOf(event: ClaimedEvent, state: EventEnd['state'], it: Problem | null): EventEnd {
  return { event_id: event.id, lease: event.lease, state, problem: it, order_id: null, due_at: null };
}

/** Every name of the sale that an event tells. */
export function namesOf({ reading }: Pick<Contribution, 'reading'>): string[] {
  return reading.creates === null ? [...reading.refs] : [reading.creates, ...reading.refs];
}

/** That it could not be tied to a sale is no news once it is. */
function remarkOf({ remark }: Contribution['reading']): Problem | undefined {
  return remark?.code === 'payment_unlinked' ? undefined : remark;
}

/** Shown with the event, so that whoever looks at it sees that a line waits. The event itself is done. */
function parkedProblem(grants: Grants): Problem | null {
  return grants.lines.find(({ state }) => state === 'parked')?.problem ?? null;
}
