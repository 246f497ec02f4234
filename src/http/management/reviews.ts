/**
 * /v1/reviews: what is left to a person, each with what accepting it would change. One call decides, for good. What
 * must never happen here: a decision that did not go down the river like everything else.
 */
import type { Context } from 'hono';
import * as z from 'zod';
import { problem } from '../../core/problem.ts';
import { REVIEW_STATES, type ReviewKey, type ReviewRecord } from '../../core/records.ts';
import { answer, answerProblem, iso } from '../answers.ts';
import { decodeText, encodeText } from '../base64url.ts';
import { answerPage, type Listing, pageFields, sliceOf } from '../page.ts';
import type { AppPorts, HttpEnv } from '../ports.ts';
import { nothing, readQuery, readRequest, word } from '../request.ts';
import { viewChange } from './changes.ts';
import { param, type Route, refuse } from './route.ts';

function viewReview(it: ReviewRecord) {
  return {
    id: `${it.order_id}.${encodeText(it.name)}`,
    order_id: it.order_id,
    external_id: it.external_id,
    source: it.source,
    account: it.account,
    name: it.name,
    state: it.state,
    act: it.act,
    title: it.title,
    cause: it.cause,
    line_id: it.line_id,
    changes: it.changes.map(viewChange),
    change_count: it.change_count,
    since: iso(it.since),
    decided_at: iso(it.decided_at),
    decided_by: it.decided_by,
  };
}

/** Its parts: order id and name. Null for what cannot be one. */
function readId(id: string): readonly [orderId: string, name: string] | null {
  const dot = id.indexOf('.');
  try {
    return dot < 1 ? null : [id.slice(0, dot), decodeText(id.slice(dot + 1))];
  } catch {
    return null;
  }
}

function noReview(c: Context<HttpEnv>): Response {
  return refuse(c, problem('review_gone', `no review ${param(c, 'id')}`));
}

const LIST: Listing<ReviewKey> = { name: 'reviews', key: z.tuple([z.number(), z.string(), z.string()]) };
const query = z.strictObject({
  source: word.optional(),
  order: word.optional(),
  state: z.enum(REVIEW_STATES).default('open'),
  ...pageFields(LIST),
});
const said = z.strictObject({ note: z.string().max(1_000).optional().describe('Kept in the timeline.') });

function decide(decision: 'accepted' | 'declined'): Route['handle'] {
  return async (c: Context<HttpEnv>, { bridge, records, notify }: AppPorts) => {
    const read = await readRequest(c, { query: nothing, body: said });
    if (!read.ok) return refuse(c, read.problem);
    const id = readId(param(c, 'id'));
    if (!id) return noReview(c);
    const [orderId, review] = id;
    const { note } = read.value.body;
    const by = { actor: c.get('holder').id, note };
    const acted = await bridge.act(orderId, { act: 'decide', review, decision }, by);
    if (!acted.ok) {
      const { code } = acted.problem;
      if (code === 'not_found') return noReview(c);
      // The review is there; it is its source that does not run just now.
      return code === 'source_unknown'
        ? answerProblem(c, acted.problem, { status: 409 })
        : refuse(c, acted.problem);
    }
    notify();
    // Read anew, so that whoever says it again hears the same.
    const decided = await records.review(orderId, review);
    if (!decided) return noReview(c);
    const view = viewReview(decided);
    return answer({ ...view, made: decided.state === 'accepted' ? view.changes : [] });
  };
}

export const reviews: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/reviews',
    scope: 'read',
    handle: async (c, { records }) => {
      const read = await readQuery(c, query);
      if (!read.ok) return refuse(c, read.problem);
      return answerPage(LIST, await records.reviews(read.value, sliceOf(read.value)), viewReview);
    },
  },
  {
    method: 'GET',
    path: '/v1/reviews/:id',
    scope: 'read',
    handle: async (c, { records }) => {
      const id = readId(param(c, 'id'));
      const found = id && (await records.review(...id));
      return found ? answer(viewReview(found)) : noReview(c);
    },
  },
  { method: 'POST', path: '/v1/reviews/:id/accept', scope: 'operate', handle: decide('accepted') },
  { method: 'POST', path: '/v1/reviews/:id/decline', scope: 'operate', handle: decide('declined') },
];
