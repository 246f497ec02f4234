/**
 * A dispute of Shopify Payments, from the wire to facts. It stands beside the readers of orders and refunds.
 * What must never happen here: a dispute that makes a sale, or a status that is guessed.
 *
 * A dispute says no time at which it became what it is (`finalized_on` may be null although it is won), so its own
 * progress orders its words: whatever order they arrive in, a win is the last, also one that comes after a loss.
 */
import { own } from '../../src/core/own.ts';
import { type Problem, problem } from '../../src/core/problem.ts';
import { type Fact, fact } from '../../src/core/sale.ts';
import type { Dispute } from '../../src/core/things.ts';
import type { From } from './facts.ts';
import { digits, text, time } from './fields.ts';
import type { JsonObject } from './lossless.ts';

type State = Dispute['standing']['state'];

/** https://shopify.dev/docs/api/admin-graphql/latest/enums/DisputeStatus ; what was refunded in time is prevented. */
const CHARGEBACK: Readonly<Record<string, State>> = {
  needs_response: 'opened',
  under_review: 'opened',
  accepted: 'lost',
  lost: 'lost',
  charge_refunded: 'prevented',
  prevented: 'prevented',
  won: 'won',
};

/** No money is taken by an inquiry: if it is, the same dispute comes back as a chargeback. */
const STATES: Readonly<Record<string, (status: string) => State | undefined>> = {
  chargeback: (status) => own(CHARGEBACK, status),
  inquiry: (status) => {
    const state = own(CHARGEBACK, status);
    return state && (state === 'opened' ? 'inquiry' : 'inquiry_closed');
  },
};

/** Later in this list is the later word. */
const PROGRESS: readonly State[] = ['inquiry', 'inquiry_closed', 'opened', 'lost', 'prevented', 'won'];

/** @returns its facts, with a remark where the shop's word for its state is not known; null for a body without id */
export function factsOfDispute(
  body: JsonObject,
  orderId: string,
  from: From,
): { readonly facts: readonly Fact[]; readonly remark: Problem | null } | null {
  const id = digits(body.id);
  if (id === null) return null;
  const known = [time(body.initiated_at), time(body.evidence_sent_on), time(body.finalized_on)];
  const stamp = Math.max(0, ...known.filter((it) => it !== null));
  const state = stateOf(body);
  const finality = typeof state === 'string' ? PROGRESS.indexOf(state) : 0;
  const at = { ...from, stamp, finality };
  const currency = text(body.currency);
  return {
    facts: [
      ...(typeof state === 'string'
        ? [fact('dispute', id, 'standing', { state, reason: text(body.reason) }, at)]
        : []),
      ...(currency === null
        ? []
        : [
            fact('dispute', id, 'money', { amount: text(body.amount), currency: currency.toLowerCase() }, at),
          ]),
      fact('dispute', id, 'links', { refs: [orderId] }, { ...from, stamp }),
    ],
    remark: typeof state === 'string' ? null : state,
  };
}

function stateOf(body: JsonObject): State | Problem {
  const [type, status] = [text(body.type), text(body.status)];
  if (type === null || status === null) {
    return problem('fields_missing', type === null ? 'type' : 'status');
  }
  const state = own(STATES, type.toLowerCase())?.(status.toLowerCase());
  return state ?? problem('word_unknown', `a dispute of type ${word(type)} and status ${word(status)}`);
}

/** Repeated only where it is a word. */
function word(written: string): string {
  return /^\w{1,40}$/.test(written) ? written : '(no word)';
}
