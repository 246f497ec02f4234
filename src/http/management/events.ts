/** GET /v1/events, and replay: a person sends an event through again, and hears what it changed. */
import * as z from 'zod';
import type { Replayed } from '../../bridge.ts';
import { isClosed } from '../../core/problem.ts';
import { EVENT_STATES, type EventRecord, type WholeEvent } from '../../core/records.ts';
import { answer, iso, moment, shownProblem, viewProblem } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceOf } from '../page.ts';
import { time, word } from '../request.ts';
import { shownChange, viewChange } from './changes.ts';
import { gone, type Route, route } from './route.ts';

const shownEvent = z
  .object({
    id: z.string(),
    source: z.string(),
    account: z.string().describe('A connected account inside the source; else empty.'),
    type: z.string().describe("The shop's word for what happened."),
    key: z.string().describe("The shop's own name of the event, or what stands for it."),
    state: z
      .enum(EVENT_STATES)
      .describe('`waiting` comes back by itself; `parked`: a person must look; `received`: not finished.'),
    mode: z.enum(['live', 'test']).nullable(),
    problem: shownProblem.nullable(),
    attempts: z.int(),
    created_at: moment.nullable().describe("By the shop's clock."),
    received_at: moment,
    due_at: moment.nullable().describe('While it waits.'),
    order_id: z.string().nullable(),
  })
  .meta({ id: 'Event', description: 'One verified delivery of a shop.' });

function viewEvent(it: EventRecord) {
  return {
    id: it.id,
    source: it.source,
    account: it.account,
    type: it.type,
    key: it.key,
    state: it.state,
    mode: it.mode,
    problem: viewProblem(it.problem),
    attempts: it.attempts,
    created_at: iso(it.created_at),
    received_at: iso(it.received_at),
    due_at: it.state === 'waiting' ? iso(it.due_at) : null,
    order_id: it.order_id,
  };
}

export const shownWholeEvent = shownEvent
  .extend({
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable().describe('Null once it was pruned.'),
    answers: z
      .array(z.object({ id: z.string(), refresh: z.int(), asked: z.string(), at: moment, body: z.unknown() }))
      .describe('What the shop said when it was asked.'),
  })
  .meta({ id: 'WholeEvent', description: 'An event as it came, and what was asked about it.' });

export function viewWholeEvent(it: WholeEvent) {
  return {
    ...viewEvent(it),
    headers: it.headers,
    body: it.body && new TextDecoder('utf-8', { ignoreBOM: true }).decode(it.body),
    answers: it.answers.map(({ id, refresh, asked, stamp, body }) => ({
      id,
      refresh,
      asked,
      at: iso(stamp),
      body,
    })),
  };
}

const shownReplayed = z.object({
  changes: z.array(shownChange).describe('Empty: nothing was missing.'),
  dry_run: z.boolean(),
  state: z.enum(['done', 'ignored', 'parked', 'waiting']),
  problem: shownProblem.nullable(),
  order_id: z.string().nullable(),
});

function viewReplayed({ changes, dry_run, state, problem, order_id }: Replayed) {
  return { changes: changes.map(viewChange), dry_run, state, problem: viewProblem(problem), order_id };
}

const LIST = byId('events');
const query = z.strictObject({
  source: word.optional(),
  state: z.enum(EVENT_STATES).optional(),
  type: word.optional().describe("The shop's word for what happened."),
  from: time.optional().describe('Received then or later.'),
  to: time.optional().describe('Received before.'),
  order: word.optional().describe('The id of an order.'),
  ...pageFields(LIST),
});
const options = z
  .strictObject({
    dry_run: z.boolean().default(false).describe('Only say what would change.'),
    remap: z.boolean().default(false).describe("Map the sale by today's rules."),
    refresh: z.boolean().default(false).describe('Ask the shop anew.'),
  })
  .meta({ examples: [{ dry_run: true }] });

export const events: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/events',
    scope: 'read',
    summary: 'List events',
    query,
    answers: { 200: pageOf(shownEvent) },
    handle: async ({ query: asked }, { records }) =>
      answerPage(LIST, await records.events(asked, sliceOf(asked)), viewEvent),
  }),
  route({
    method: 'GET',
    path: '/v1/events/:id',
    scope: 'read',
    summary: 'Read an event',
    description: 'With its headers and body as they came, and what the shop answered when it was asked.',
    answers: { 200: shownWholeEvent },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { records }) => {
      const found = await records.event(params.id);
      return found ? answer(viewWholeEvent(found)) : refuse(gone('no event of this id'));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/events/:id/replay',
    scope: 'operate',
    summary: 'Send an event through again',
    name: 'replayEvent',
    description:
      'The answer comes after its changes are committed; an empty list means that all was right already.',
    body: options,
    answers: { 200: shownReplayed },
    problems: [
      'not_found',
      'body_pruned',
      { code: 'source_unknown', status: 409 },
      { code: 'source_closed', status: 409 },
      { code: 'secret_white_space', status: 409 },
      'conflict_persists',
    ],
    handle: async ({ params, body, holder, refuse }, { bridge }) => {
      const replayed = await bridge.replay(params.id, body, holder.id);
      if (replayed.ok) return answer(viewReplayed(replayed.value));
      const { problem } = replayed;
      // The event is there; it is its source that cannot be asked just now.
      const closed = isClosed(problem) || problem.code === 'source_unknown';
      return refuse(problem, closed ? { status: 409 } : {});
    },
  }),
];
