/** POST /v1/replays: every event that fits a filter goes through again, as a job. */
import * as z from 'zod';
import { LIMITS } from '../../core/limits.ts';
import { EVENT_STATES } from '../../core/records.ts';
import { answer, iso } from '../answers.ts';
import { time, word } from '../request.ts';
import { JOB, viewJob } from './jobs.ts';
import { gone, type Route, route } from './route.ts';

const asking = z.strictObject({
  source: word.optional().describe('Events of this source.'),
  state: z.enum(EVENT_STATES).optional().describe('Events in this state.'),
  type: word
    .optional()
    .describe('Events of this type, as the shop names it.')
    .meta({ examples: ['orders/paid'] }),
  from: time.optional().describe('Received at this time or later.'),
  to: time.optional().describe('Received before this time.'),
  order: word.optional().describe('Events of the order of this id.'),
  ids: z.array(word).min(1).max(LIMITS.replayed_ids).optional().describe('Of these events only.'),
  dry_run: z.boolean().default(false).describe('Tell what would change; change nothing.'),
  remap: z.boolean().default(false).describe('Map the lines by today’s rules, whatever they were sold by.'),
  refresh: z.boolean().default(false).describe('Ask the shop anew.'),
});

export const replays: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/replays',
    scope: 'operate',
    summary: 'Replay events by a filter',
    name: 'replayEvents',
    description:
      'The events that fit all of it and are here when it is asked go through again, oldest first. The answer is a job: its counts say how many changes of each kind it made, or with `dry_run` would make, and its findings list them event by event.',
    body: asking,
    answers: { 202: JOB },
    handle: async ({ body, holder, refuse }, ports) => {
      const { from, to, ...rest } = body;
      const times = {
        ...(from !== undefined && { from: iso(from) }),
        ...(to !== undefined && { to: iso(to) }),
      };
      const job = await ports.replays.ask({ ...rest, ...times }, holder.id);
      if (!job.ok) return refuse(job.problem);
      ports.notify();
      const view = viewJob(job.value, ports.clock.now());
      return answer(view, 202, { location: `/v1/jobs/${job.value.id}` });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/replays/:id',
    scope: 'read',
    summary: 'Read a replay',
    description: 'The same as the job of this id.',
    answers: { 200: JOB },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { jobs, clock }) => {
      const found = await jobs.job(params.id);
      return found?.kind === 'replay'
        ? answer(viewJob(found, clock.now()))
        : refuse(gone('no replay of this id'));
    },
  }),
];
