/**
 * What a job found, as the API shows it: of an import its rows, of a replay its events, of a reconciliation its sales. It
 * stands behind /v1/jobs/{id}/findings. What must never happen here: a license key in what a job found.
 */
import * as z from 'zod';
import type { JobKind } from '../../core/jobs.ts';
import type { Json } from '../../core/json.ts';
import type { Noted } from '../../core/noted.ts';
import type { Change } from '../../core/plan.ts';
import type { Problem } from '../../core/problem.ts';
import { DRIFTS, type Finding } from '../../core/reconcile.ts';
import { shownProblem, viewProblem } from '../answers.ts';
import { shownChange, viewChange } from './changes.ts';

const changes = {
  changes: z.array(shownChange).describe('Of very many the first; without the keys of licenses.'),
  change_count: z.int(),
};

const ofImport = z
  .object({
    row: z.int().describe('Of the file, from 1; its header is the first.'),
    column: z.string().nullable().describe('Null: it is the whole row.'),
    message: z.string().describe('What is wrong there.'),
    remedy: z.string().describe('How to mend it.'),
  })
  .meta({ id: 'ImportFinding', description: 'A row that was not taken, and why.' });

const ofReplay = z
  .object({
    event_id: z.string(),
    order_id: z.string().nullable(),
    state: z
      .enum(['done', 'ignored', 'parked', 'waiting'])
      .nullable()
      .describe('Null: it could not be sent through.'),
    ...changes,
    problem: shownProblem.nullable(),
  })
  .meta({ id: 'ReplayFinding', description: 'An event with changes or with a problem.' });

const ofReconciliation = z
  .object({
    drift: z.enum(DRIFTS),
    name: z.string().describe("The sale's external id."),
    order_id: z.string().nullable(),
    seen: z.array(z.string()).describe('Where the shop named it, in its words.'),
    ...changes,
    states: z
      .object({ was: z.string().nullable(), will: z.string() })
      .nullable()
      .describe('Of the order, here and there: only where they differ.'),
    parked: z
      .array(z.object({ line_id: z.string(), title: z.string(), problem: shownProblem.nullable() }))
      .describe('Lines that wait.'),
    healed: z.boolean(),
    problem: shownProblem.nullable(),
    remedy: z.string().nullable().describe('What a person can do where nothing heals by itself.'),
  })
  .meta({ id: 'ReconcileFinding', description: 'A sale that is not here as it is in its shop.' });

const remarkOf = z
  .object({ remark: shownProblem })
  .meta({ id: 'Remark', description: 'What a person should know of all of it.' });

export const shownFinding = z
  .union([ofImport, ofReplay, ofReconciliation, remarkOf])
  .meta({ id: 'Finding', description: 'What a job found: by its kind one of these.' });

/** As the API shows the same elsewhere. */
export function viewFinding(kind: JobKind, it: Json): unknown {
  if (kind === 'import') return it;
  // Written by the replay, or by the reconciliation, from these very types.
  const found = it as unknown as Partial<Pick<Finding, 'parked' | 'problem'> & { remark: Problem }> & {
    readonly changes?: readonly (Change & Noted)[];
  };
  const { changes: made, problem, parked, remark } = found;
  return {
    ...found,
    ...(made && { changes: made.map(viewChange) }),
    ...(problem !== undefined && { problem: viewProblem(problem) }),
    ...(parked && { parked: parked.map((line) => ({ ...line, problem: viewProblem(line.problem) })) }),
    ...(remark && { remark: viewProblem(remark) }),
  };
}
