/**
 * What a person does to one sale. An act changes the sale's document before merge → map → plan, and goes down the
 * river like everything else: there is no second way to change a license. A decision on a review is one, what a person
 * does to a license another (license-acts.ts), and to a line that waits a third (line-acts.ts). Pure. What must never happen here: a decision taken back.
 */
import {
  afterLicenseAct,
  type LicenseAct,
  type Made,
  withoutVainReissue,
  wordsOfLicenseAct,
} from './license-acts.ts';
import { afterLineAct, type LineAct, vainChoice, wordsOfLineAct } from './line-acts.ts';
import type { Revision } from './mapping.ts';
import type { Change } from './plan.ts';
import { fail, ok, type Problem, type Result } from './problem.ts';
import type { AppliedChange, LoadedSale, OrderItem, Settlement } from './store.ts';

export type PersonAct = Decision | LicenseAct | LineAct;

export interface Decision {
  readonly act: 'decide';
  /** The name of the review. */
  readonly review: string;
  readonly decision: 'accepted' | 'declined';
}

/** How a person acts. */
export interface HowToAct {
  /** Say what would change, change nothing. */
  readonly dry_run?: boolean;
  /** One of these must be the sale's version; null or left out: any may be. */
  readonly versions?: readonly number[] | null;
}

/** What came of it. */
export interface Acted {
  /** Empty: it was done before, or changes no license. */
  readonly changes: readonly (Change | AppliedChange)[];
  /** The lines afterwards; null where all is as it was. */
  readonly items: readonly OrderItem[] | null;
}

/** Who acts, and what they say of it. */
export interface Person {
  readonly actor: string;
  readonly note?: string | undefined;
}

/**
 * @param revision that runs: it knows which values a product may have
 * @returns the sale after the act, the very same if it was done before; `review_gone`, `review_decided`, and those of
 *   `afterLicenseAct` and `afterLineAct`
 */
export function afterAct(
  sale: LoadedSale,
  it: PersonAct,
  revision: Revision,
  made: Made,
): Result<LoadedSale> {
  if (it.act === 'decide') return afterDecision(sale, it);
  return 'license' in it ? afterLicenseAct(sale, it, revision, made) : afterLineAct(sale, it, revision, made);
}

/** Why an act that may be done would be done in vain, as it turned out; nothing of it is written then. */
export function vainly(it: PersonAct, settlement: Settlement): Problem | null {
  return 'line_id' in it ? vainChoice(it, settlement) : null;
}

function afterDecision(sale: LoadedSale, { review, decision }: Decision): Result<LoadedSale> {
  const { decisions } = sale.doc;
  const before = Object.hasOwn(decisions, review) ? decisions[review] : undefined;
  if (before === decision) return ok(sale);
  if (before !== undefined) return fail('review_decided', `it was ${before}`);
  if (!sale.reviews.includes(review)) return fail('review_gone', `${sale.order_id} has no open review of it`);
  return ok({ ...sale, doc: { ...sale.doc, decisions: { ...decisions, [review]: decision } } });
}

/** In the words of the sale's timeline. */
export function wordsOf(it: PersonAct): string {
  if (it.act !== 'decide') return 'license' in it ? wordsOfLicenseAct(it) : wordsOfLineAct(it);
  return `${it.decision === 'accepted' ? 'accept' : 'decline'} review ${it.review}`;
}

/** What the rows beside the document must say of it, and what came to nothing. */
export function markedBy(act: PersonAct, it: Settlement): Settlement {
  if (act.act === 'reissue') return withoutVainReissue(it, act.license);
  if (act.act !== 'decide') return it;
  const { review, decision } = act;
  return { ...it, decided: { review, decision, changes: decision === 'accepted' ? it.changes : null } };
}
