/**
 * `keyferry jobs`: long work, whoever asked for it: how far it is, what it found, to follow it and to end it. It stands
 * in front of the API. What must never happen here: a job ended by somebody who only looked.
 */
import type { Job } from '../client/index.ts';
import { type ListOptions, listed, told } from './asking.ts';
import { type Connection, connected, type Where } from './connect.ts';
import { follow } from './follow.ts';
import { JOB_HEAD, jobRow, jobText } from './jobs-text.ts';
import { done, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';

export interface JobFilters {
  readonly kind?: Job['kind'];
  readonly state?: Job['state'];
}

export function listJobs(options: JobFilters & ListOptions & Where, terminal: Terminal): Promise<Outcome> {
  const { kind, state } = options;
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      page: (slice) => connection.api.GET('/v1/jobs', { query: { kind, state, ...slice } }),
      head: JOB_HEAD,
      row: jobRow,
      none: 'No jobs.',
    }),
  );
}

export function showJob(id: string, options: Where, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const found = await told(connection, connection.api.GET('/v1/jobs/{id}', { path: { id } }));
    return found.ok ? shown(found.value, terminal) : found.outcome;
  });
}

export function cancelJob(id: string, options: Where, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const found = await told(connection, connection.api.POST('/v1/jobs/{id}/cancel', { path: { id } }));
    return found.ok ? shown(found.value, terminal) : found.outcome;
  });
}

export function resumeJob(id: string, options: Where & FollowOptions, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const found = await told(connection, connection.api.POST('/v1/jobs/{id}/resume', { path: { id } }));
    if (!found.ok) return found.outcome;
    return options.detach ? shown(found.value, terminal) : watched(found.value, connection, terminal);
  });
}

export interface FollowOptions {
  /** Does not wait for the end. */
  readonly detach?: true;
}

export function watchJob(id: string, options: Where, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const found = await told(connection, connection.api.GET('/v1/jobs/{id}', { path: { id } }));
    return found.ok ? watched(found.value, connection, terminal) : found.outcome;
  });
}

async function watched(job: Job, connection: Connection, terminal: Terminal): Promise<Outcome> {
  const followed = await follow(job, titleOf(job), connection, terminal);
  if ('outcome' in followed) return followed.outcome;
  return { ...shown(followed.job, terminal), exit: followed.job.state === 'done' ? 0 : 1 };
}

function titleOf({ kind }: Job): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

function shown(job: Job, { paint, width }: Terminal): Outcome {
  return done(job, jobText(job, paint, width));
}

export function listFindings(id: string, options: ListOptions & Where, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      page: (query) => connection.api.GET('/v1/jobs/{id}/findings', { path: { id }, query }),
      head: ['what was found'],
      row: (it) => [JSON.stringify(it)],
      none: 'Nothing was found.',
    }),
  );
}
