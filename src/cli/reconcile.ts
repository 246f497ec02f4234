/**
 * `keyferry reconcile`: a source is compared with its shop, as a job, and each sale that differs is named. It stands in
 * front of the API. What must never happen here: drift that was found and is not told.
 */
import * as z from 'zod';
import type { Job } from '../client/index.ts';
import { type Connection, connected, type Where } from './connect.ts';
import { findingsOf, follow } from './follow.ts';
import { asked } from './import.ts';
import type { FollowOptions } from './jobs.ts';
import { countsText, problemLines } from './jobs-text.ts';
import { done, type Outcome } from './outcome.ts';
import { detached, jobHead, moreText } from './replay.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, type Paint, remedy, table } from './text.ts';

export interface ReconcileOptions extends Where, FollowOptions {
  readonly from: string;
  readonly to?: string;
  readonly account?: string;
  readonly dryRun: boolean;
}

export function reconcile(source: string, options: ReconcileOptions, terminal: Terminal): Promise<Outcome> {
  const { from, to, account, dryRun: dry_run, detach } = options;
  return connected(options, terminal, async (connection) => {
    const job = await asked(connection, '/v1/reconciliations', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ source, from, to, account, dry_run }),
    });
    if (!job.ok) return job.outcome;
    if (detach) return detached(job.value, connection, terminal);
    const followed = await follow(job.value, 'Reconcile', connection, terminal);
    return 'outcome' in followed ? followed.outcome : reconciled(followed.job, connection, terminal);
  });
}

const finding = z.looseObject({
  drift: z.string(),
  name: z.string(),
  order_id: z.string().nullable(),
  change_count: z.int(),
  states: z.looseObject({ was: z.string().nullable(), will: z.string() }).nullable(),
  healed: z.boolean(),
  problem: z.unknown(),
  remedy: z.string().nullable(),
});

async function reconciled(job: Job, connection: Connection, terminal: Terminal): Promise<Outcome> {
  const { paint, width, json } = terminal;
  const found = await findingsOf(job.id, finding, connection, json);
  if (!found.ok) return found.outcome;
  const { items, raw, more } = found.value;
  const open = items.flatMap((it) => [
    ...problemLines(it.problem, paint, width),
    ...(it.remedy === null ? [] : remedy(`${it.name}: ${it.remedy}`, width, '  ')),
  ]);
  const text = [
    jobHead(job, 'sale', paint),
    ...countsText(job, paint),
    ...problemLines(job.problem, paint, width),
    ...driftTable(items, paint),
    ...open,
    ...moreText(more, job, connection),
  ];
  const left = (job.counts.failed ?? 0) > 0;
  const document = { ...job, findings: raw, findings_truncated: more };
  return done(document, text.join('\n'), job.state === 'done' && !left ? 0 : 1);
}

function driftTable(items: readonly z.output<typeof finding>[], paint: Paint): string[] {
  if (items.length === 0) return [];
  const rows = items.map((it): Cell[] => [
    ['warn', it.drift.replaceAll('_', ' ')],
    it.healed ? ['good', 'healed'] : '',
    it.states === null ? '' : `${it.states.was ?? 'nothing'} → ${it.states.will}`,
    `${it.change_count}`,
    it.order_id ?? '',
    it.name,
  ]);
  const head = ['drift', '', 'state', 'changes', 'order', 'sale'].map((it): Cell => ['dim', it]);
  return ['', ...table([head, ...rows], paint)];
}
