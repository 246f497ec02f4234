/** Walks a reconciliation to its end, step by step, as the engine of jobs would: a position comes back from JSON. */
import type { Json } from '../src/core/json.ts';
import type { Problem } from '../src/core/problem.ts';
import type { Finding, ReconcileRequest } from '../src/core/reconcile.ts';
import type { House } from './house.ts';

export interface Walked {
  readonly findings: readonly Finding[];
  readonly remarks: readonly Problem[];
  readonly counts: Readonly<Record<string, number>>;
  readonly done: number;
  readonly steps: number;
  /** Of steps that were to be tried again. */
  readonly late: readonly string[];
}

export interface WalkOptions {
  /** Another one is another job. */
  readonly id?: string;
  /** Each of these steps is taken so often: only its last time is written down. */
  readonly again?: Readonly<Record<number, number>>;
  /** Called where a step is to be tried again. */
  readonly rest?: () => void;
}

/** @throws where a step fails for good */
export async function walk(
  { reconciling: { worker, check }, clock }: Pick<House, 'reconciling' | 'clock'>,
  request: ReconcileRequest,
  { id = 'job_1', again = {}, rest = () => {} }: WalkOptions = {},
): Promise<Walked> {
  const checked = await check(request);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
  const iso = (at: number) => new Date(at).toISOString();
  const { from, to, ...more } = checked.value;
  const asked = { ...more, from: iso(from), to: iso(to) };
  const findings: Finding[] = [];
  const remarks: Problem[] = [];
  const counts: Record<string, number> = {};
  const late: string[] = [];
  let position: Json = null;
  let done = 0;
  let failures = 0;
  for (let steps = 0, taken = 0; ; taken++) {
    if (taken > 500) throw new Error('a reconciliation that does not end');
    const job = { id, asked, position, failures, created_at: clock.now(), created_by: 'key_ann' };
    const stepped = await worker.step(job);
    if (!stepped.ok) {
      if (!['shop_unavailable', 'line_items_unavailable', 'conflict_persists'].includes(stepped.problem.code))
        throw new Error(JSON.stringify(stepped.problem));
      late.push(stepped.problem.code);
      failures++;
      rest();
      continue;
    }
    if (taken < (again[steps] ?? 1) - 1 + steps) {
      // Its process died before it was written down.
      continue;
    }
    steps++;
    failures = 0;
    for (const it of stepped.value.findings) {
      // What a step finds is a finding or a remark.
      const one = JSON.parse(JSON.stringify(it)) as Finding | { remark: Problem };
      if ('remark' in one) remarks.push(one.remark);
      else findings.push(one);
    }
    for (const [name, count] of Object.entries(stepped.value.counts))
      counts[name] = (counts[name] ?? 0) + count;
    done += stepped.value.done;
    position = JSON.parse(JSON.stringify(stepped.value.position));
    if (position === null) return { findings, remarks, counts, done, steps, late };
  }
}
