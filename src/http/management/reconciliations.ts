/**
 * /v1/reconciliations: a source is compared with its shop over a range of time, as a job. What must never happen here: a
 * job that was bound to fail, for want of a key that the settings do not have.
 */
import * as z from 'zod';
import { isClosed } from '../../core/problem.ts';
import { answer } from '../answers.ts';
import { time, word } from '../request.ts';
import { JOB, viewJob } from './jobs.ts';
import { gone, type Route, route } from './route.ts';

const asking = z.strictObject({
  source: word.describe('The source to compare, by its name.'),
  account: z.string().max(500).default('').describe('A connected account inside the source.'),
  from: time.describe('Sales made or changed in the shop at this time or later.'),
  to: time.nullable().default(null).describe('Before this time; until now if left out.'),
  dry_run: z.boolean().default(false).describe('Tell what differs; change nothing.'),
});

export const reconciliations: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/reconciliations',
    scope: 'operate',
    summary: 'Compare a source with its shop',
    name: 'reconcileSource',
    description:
      'Each sale that the shop says was made or changed in the range is looked at; one that is not here as it is there is healed as if its webhook had come. The answer is a job: its counts say how many drifted (`missing_here`, `differing`, `unknown_there`), agree, were `healed` or `failed`; its findings, at `/v1/jobs/{id}/findings`, list those that drifted. It needs the API key in the settings of the source.',
    body: asking,
    answers: { 202: JOB },
    problems: [
      'source_unknown',
      { code: 'source_closed', status: 409 },
      { code: 'secret_white_space', status: 409 },
      'api_key_needed',
    ],
    handle: async ({ body, holder, refuse }, ports) => {
      const job = await ports.reconciliations.ask(body, holder.id);
      // The source is there, and closed.
      if (!job.ok) return refuse(job.problem, isClosed(job.problem) ? { status: 409 } : {});
      ports.notify();
      const view = viewJob(job.value, ports.clock.now());
      return answer(view, 202, { location: `/v1/jobs/${job.value.id}` });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/reconciliations/:id',
    scope: 'read',
    summary: 'Read a reconciliation',
    description: 'The same as the job of this id.',
    answers: { 200: JOB },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { jobs, clock }) => {
      const found = await jobs.job(params.id);
      return found?.kind === 'reconcile'
        ? answer(viewJob(found, clock.now()))
        : refuse(gone('no reconciliation of this id'));
    },
  }),
];
