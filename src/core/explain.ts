/**
 * How a revision would map the lines of an event, and why: for people, changes nothing.
 */
import { namesOf } from './draft.ts';
import type { Choices } from './entitlement.ts';
import { contextOf, outcomeOfChoice } from './grants.ts';
import type { Reading } from './integration.ts';
import { readSale } from './known.ts';
import { CHOSEN, type Explanation, explainLine, type LineContext, type Revision } from './mapping.ts';
import { linesOf } from './offers.ts';
import { own } from './own.ts';
import { merge, type Things } from './sale.ts';

export interface ExplainedLine extends Explanation {
  readonly line_id: string;
  readonly title: string;
  readonly quantity: number | null;
}

/** What is known of a sale already. */
export interface KnownBefore {
  readonly things: Things;
  readonly external_id: string;
  readonly refs: readonly string[];
  /** Left out: no person chose anything. */
  readonly choices?: Choices | undefined;
}

type Facts = Extract<Reading, { is: 'facts' }>;

/**
 * @param reading what an event says; null to explain the sale as it is known
 * @param known null when the event is the first of its sale
 */
export function explainReading(
  reading: Facts | null,
  revision: Revision,
  known: KnownBefore | null,
): readonly ExplainedLine[] {
  const sale = readSale(merge(known?.things ?? {}, reading?.facts ?? []));
  const external_id = known?.external_id ?? reading?.creates ?? '';
  const refs = [...new Set([...(known?.refs ?? []), ...(reading ? namesOf({ reading }) : [])])];
  const context = { external_id, refs, revision };
  return linesOf(sale).map((line) => ({
    line_id: line.id,
    title: line.title,
    quantity: line.quantity,
    ...explainKnown(contextOf(line, sale, context), revision, known?.choices),
  }));
}

/** What a person chose for a line stands before the rules, whatever they say. */
function explainKnown(context: LineContext, revision: Revision, choices: Choices = {}): Explanation {
  const chosen = outcomeOfChoice(own(choices, context.line.id), context, revision);
  return chosen ? { rule: CHOSEN, tried: [], outcome: chosen } : explainLine(context, revision);
}
