/**
 * What a person does to one sale. An act changes the sale's document before merge → map → plan, and goes down the
 * river like everything else: there is no second way to change a license. A decision on a review is one; whatever
 * becomes an override (a hold, a new end) belongs here, too. Pure. What must never happen here: a decision taken back.
 */
import { fail, ok, type Result } from './problem.ts';
import type { LoadedSale, Settlement } from './store.ts';

export interface PersonAct {
  readonly act: 'decide';
  /** The name of the review. */
  readonly review: string;
  readonly decision: 'accepted' | 'declined';
}

/** Who acts, and what they say of it. */
export interface Person {
  readonly actor: string;
  readonly note?: string | undefined;
}

/** @returns the sale after the act, the very same if it was done before; `review_gone`, `review_decided` */
export function afterAct(sale: LoadedSale, { review, decision }: PersonAct): Result<LoadedSale> {
  const { decisions } = sale.doc;
  const before = Object.hasOwn(decisions, review) ? decisions[review] : undefined;
  if (before === decision) return ok(sale);
  if (before !== undefined) return fail('review_decided', `it was ${before}`);
  if (!sale.reviews.includes(review)) return fail('review_gone', `${sale.order_id} has no open review of it`);
  return ok({ ...sale, doc: { ...sale.doc, decisions: { ...decisions, [review]: decision } } });
}

/** In the words of the sale's timeline. */
export function wordsOf({ review, decision }: PersonAct): string {
  return `${decision === 'accepted' ? 'accept' : 'decline'} review ${review}`;
}

/** What the rows beside the document must say of it. */
export function markedBy({ review, decision }: PersonAct, it: Settlement): Settlement {
  const changes = decision === 'accepted' ? it.changes : null;
  return { ...it, decided: { review, decision, changes } };
}
