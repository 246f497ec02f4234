/** GET /v1/events, and replay: a person sends an event through again, and hears what it changed. */
import * as z from 'zod';
import type { Replayed } from '../../bridge.ts';
import { isClosed } from '../../core/problem.ts';
import { EVENT_STATES, type EventRecord, type WholeEvent } from '../../core/records.ts';
import { answer, answerProblem, iso, viewProblem } from '../answers.ts';
import { answerPage, byId, pageFields, sliceOf } from '../page.ts';
import { nothing, readQuery, readRequest, time, word } from '../request.ts';
import { viewChange } from './changes.ts';
import { notFound, param, type Route, refuse } from './route.ts';

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

function viewReplayed({ changes, dry_run, state, problem, order_id }: Replayed) {
  return { changes: changes.map(viewChange), dry_run, state, problem: viewProblem(problem), order_id };
}

const LIST = byId('events');
const query = z.strictObject({
  source: word.optional(),
  state: z.enum(EVENT_STATES).optional(),
  type: word.optional(),
  from: time.optional(),
  to: time.optional(),
  order: word.optional(),
  ...pageFields(LIST),
});
const options = z.strictObject({
  dry_run: z.boolean().default(false),
  remap: z.boolean().default(false),
  refresh: z.boolean().default(false),
});

export const events: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/events',
    scope: 'read',
    handle: async (c, { records }) => {
      const read = await readQuery(c, query);
      if (!read.ok) return refuse(c, read.problem);
      return answerPage(LIST, await records.events(read.value, sliceOf(read.value)), viewEvent);
    },
  },
  {
    method: 'GET',
    path: '/v1/events/:id',
    scope: 'read',
    handle: async (c, { records }) => {
      const found = await records.event(param(c, 'id'));
      return found ? answer(viewWholeEvent(found)) : notFound(c, 'no event of this id');
    },
  },
  {
    method: 'POST',
    path: '/v1/events/:id/replay',
    scope: 'operate',
    handle: async (c, { bridge }) => {
      const read = await readRequest(c, { query: nothing, body: options });
      if (!read.ok) return refuse(c, read.problem);
      const replayed = await bridge.replay(param(c, 'id'), read.value.body, c.get('holder').id);
      if (replayed.ok) return answer(viewReplayed(replayed.value));
      const { problem } = replayed;
      // The event is there; it is its source that cannot be asked just now.
      const closed = isClosed(problem) || problem.code === 'source_unknown';
      return closed ? answerProblem(c, problem, { status: 409 }) : refuse(c, problem);
    },
  },
];
