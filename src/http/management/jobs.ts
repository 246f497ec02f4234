/**
 * /v1/jobs: work that takes many steps, however it was asked for: how far it is, what it found, and to stop it. What must
 * never happen here: a license key in what a job found.
 */
import * as z from 'zod';
import { type FindingKey, JOB_KINDS, JOB_STATES, type JobRecord } from '../../core/jobs.ts';
import { answer, iso, moment, shownProblem, viewProblem } from '../answers.ts';
import { answerPage, byId, type Listing, pageFields, pageOf, sliceOf } from '../page.ts';
import { shownFinding, viewFinding } from './findings.ts';
import { gone, type Route, route } from './route.ts';

export const JOB = z
  .strictObject({
    id: z.string(),
    kind: z.enum(JOB_KINDS),
    state: z.enum(JOB_STATES),
    asked: z.json().describe('What was asked for.'),
    progress: z.strictObject({
      done: z.int(),
      total: z.int().nullable().describe('Null: not known, or not yet.'),
      share: z.number().nullable().describe('From 0 to 1; null while the total is not known.'),
    }),
    counts: z.record(z.string(), z.int()).describe('What came of it, by name.'),
    problem: shownProblem
      .nullable()
      .describe('Why it failed; of one that runs, why its last step is tried again.'),
    created_at: moment,
    created_by: z.string().describe('An API key, `environment`, `command` or `schedule`.'),
    started_at: moment.nullable(),
    ended_at: moment.nullable(),
    eta: moment.nullable().describe('When it ends if it goes on as so far.'),
  })
  .meta({ id: 'Job', description: 'Work that takes many steps.' });

export function viewJob(it: JobRecord, now: number) {
  return {
    id: it.id,
    kind: it.kind,
    state: it.state,
    asked: it.asked,
    progress: { done: it.done, total: it.total, share: shareOf(it) },
    counts: it.counts,
    problem: viewProblem(it.problem),
    created_at: iso(it.created_at),
    created_by: it.created_by,
    started_at: iso(it.started_at),
    ended_at: iso(it.ended_at),
    eta: iso(etaOf(it, now)),
  };
}

function shareOf({ state, done, total }: JobRecord): number | null {
  if (state === 'done') return 1;
  return total === null || total === 0 ? null : Math.round(Math.min(1, done / total) * 1000) / 1000;
}

function etaOf({ state, done, total, started_at }: JobRecord, now: number): number | null {
  if (state !== 'running' || total === null || done === 0 || started_at === null) return null;
  return now + Math.round((Math.max(0, now - started_at) / done) * Math.max(0, total - done));
}

const LIST = byId('jobs');
const FINDINGS: Listing<FindingKey> = { name: 'findings', key: z.tuple([z.int(), z.int()]) };

const noJob = gone('no job of this id');

export const jobs: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/jobs',
    scope: 'read',
    summary: 'List jobs',
    description: 'Newest first.',
    query: z.strictObject({
      kind: z.enum(JOB_KINDS).optional().describe('Jobs of this kind.'),
      state: z.enum(JOB_STATES).optional().describe('Jobs in this state.'),
      ...pageFields(LIST),
    }),
    answers: { 200: pageOf(JOB) },
    handle: async ({ query }, { jobs: all, clock }) => {
      const now = clock.now();
      return answerPage(LIST, await all.jobs(query, sliceOf(query)), (it) => viewJob(it, now));
    },
  }),
  route({
    method: 'GET',
    path: '/v1/jobs/:id',
    scope: 'read',
    summary: 'Read a job',
    answers: { 200: JOB },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { jobs: all, clock }) => {
      const found = await all.job(params.id);
      return found ? answer(viewJob(found, clock.now())) : refuse(noJob);
    },
  }),
  route({
    method: 'GET',
    path: '/v1/jobs/:id/findings',
    scope: 'read',
    summary: 'List what a job found',
    description: 'In the order in which it was found; more may come while the job runs.',
    query: z.strictObject(pageFields(FINDINGS)),
    answers: { 200: pageOf(shownFinding) },
    problems: ['not_found'],
    handle: async ({ params, query, refuse }, { jobs: all }) => {
      const job = await all.job(params.id);
      if (!job) return refuse(noJob);
      const page = await all.findings(job.id, sliceOf(query));
      return answerPage(FINDINGS, page, (it) => viewFinding(job.kind, it));
    },
  }),
  route({
    method: 'POST',
    path: '/v1/jobs/:id/cancel',
    scope: 'operate',
    summary: 'Cancel a job',
    description:
      'A step under way is finished and written down; no other begins. What was done stays done. Asked again, it answers the same.',
    answers: { 200: JOB },
    problems: ['not_found', 'job_over'],
    handle: async ({ params, holder, refuse }, { jobs: all, clock }) => {
      const moved = await all.cancel(params.id, holder.id);
      return moved.ok ? answer(viewJob(moved.value, clock.now())) : refuse(moved.problem);
    },
  }),
  route({
    method: 'POST',
    path: '/v1/jobs/:id/resume',
    scope: 'operate',
    summary: 'Let a job go on',
    description: 'One that failed or was cancelled goes on where it stands.',
    answers: { 200: JOB },
    problems: ['not_found', 'job_over'],
    handle: async ({ params, holder, refuse }, { jobs: all, clock, notify }) => {
      const moved = await all.resume(params.id, holder.id);
      if (!moved.ok) return refuse(moved.problem);
      notify();
      return answer(viewJob(moved.value, clock.now()));
    },
  }),
];
