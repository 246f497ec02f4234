/**
 * /v1/reviews: what is left to a person, each with what accepting it would change. One call decides, for good. What
 * must never happen here: a decision that did not go down the river like everything else.
 */
import * as z from 'zod';
import { type Problem, problem } from '../../core/problem.ts';
import { REVIEW_STATES, type ReviewKey, type ReviewRecord } from '../../core/records.ts';
import { answer, iso, moment } from '../answers.ts';
import { idWithin, readIdWithin } from '../base64url.ts';
import { answerPage, type Listing, pageFields, pageOf, sliceOf } from '../page.ts';
import { word } from '../request.ts';
import { shownChange, viewChange } from './changes.ts';
import { type Route, route } from './route.ts';

const shownReview = z
  .object({
    id: z.string(),
    order_id: z.string(),
    external_id: z.string(),
    source: z.string(),
    account: z.string(),
    name: z.string(),
    state: z.enum(REVIEW_STATES),
    act: z
      .enum(['suspend', 'revoke', 'take_units', 'end_period', 'look'])
      .describe('`end_period`: a refunded period no longer counts. `look`: what to do, the person knows.'),
    title: z.string(),
    cause: z.string().describe('What brought it about, a refund for example.'),
    line_id: z.string().nullable(),
    changes: z.array(shownChange).describe('What accepting it would change, or did; of very many the first.'),
    change_count: z.int(),
    since: moment,
    decided_at: moment.nullable(),
    decided_by: z.string().nullable(),
  })
  .meta({ id: 'Review', description: 'What is left to a person.' });

function viewReview(it: ReviewRecord) {
  return {
    id: idWithin(it.order_id, it.name),
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

const noReview = (id: string): Problem => problem('review_gone', `no review ${id}`);

const LIST: Listing<ReviewKey> = { name: 'reviews', key: z.tuple([z.number(), z.string(), z.string()]) };
const query = z.strictObject({
  source: word.optional(),
  order: word.optional().describe('The id of an order.'),
  state: z.enum(REVIEW_STATES).default('open'),
  ...pageFields(LIST),
});
const said = z.strictObject({ note: z.string().max(1_000).optional().describe('Kept in the timeline.') });

function decide(verb: 'accept' | 'decline', decision: 'accepted' | 'declined'): Route {
  return route({
    method: 'POST',
    path: `/v1/reviews/:id/${verb}`,
    scope: 'operate',
    summary: verb === 'accept' ? 'Accept a review' : 'Decline a review',
    description:
      'Final for its cause; said twice it changes nothing. `made` are the changes that were made by it.',
    body: said,
    answers: { 200: shownReview.extend({ made: z.array(shownChange) }) },
    problems: [
      'review_gone',
      'review_decided',
      'edited_meanwhile',
      { code: 'source_unknown', status: 409 },
      'conflict_persists',
    ],
    handle: async ({ params, body: { note }, holder, versions, refuse }, { bridge, records, notify }) => {
      const id = readIdWithin(params.id);
      if (!id) return refuse(noReview(params.id));
      const [orderId, review] = id;
      const acted = await bridge.act(
        orderId,
        { act: 'decide', review, decision },
        { actor: holder.id, note },
        { versions },
      );
      if (!acted.ok) {
        const { code } = acted.problem;
        if (code === 'not_found') return refuse(noReview(params.id));
        // The review is there; it is its source that does not run just now.
        return refuse(acted.problem, code === 'source_unknown' ? { status: 409 } : {});
      }
      notify();
      // Read anew, so that whoever says it again hears the same.
      const decided = await records.review(orderId, review);
      if (!decided) return refuse(noReview(params.id));
      const view = viewReview(decided);
      return answer({ ...view, made: decided.state === 'accepted' ? view.changes : [] });
    },
  });
}

export const reviews: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/reviews',
    scope: 'read',
    summary: 'List reviews',
    description: 'What a person must decide, each with what accepting it would change.',
    query,
    answers: { 200: pageOf(shownReview) },
    handle: async ({ query: asked }, { records }) =>
      answerPage(LIST, await records.reviews(asked, sliceOf(asked)), viewReview),
  }),
  route({
    method: 'GET',
    path: '/v1/reviews/:id',
    scope: 'read',
    summary: 'Read a review',
    answers: { 200: shownReview },
    problems: ['review_gone'],
    handle: async ({ params, refuse }, { records }) => {
      const id = readIdWithin(params.id);
      const found = id && (await records.review(...id));
      return found ? answer(viewReview(found)) : refuse(noReview(params.id));
    },
  }),
  decide('accept', 'accepted'),
  decide('decline', 'declined'),
];
