/**
 * What is kept of a webhook that was refused: its diagnosis in the list of refusals, and the alarm at its source.
 * It stands behind the answer of walk one. What must never happen here: an answer changed, or held up for long;
 * a body kept; or work without a bound for whoever sends wrong signatures by the thousand.
 */
import type { Delivery } from '../core/integration.ts';
import { LIMITS } from '../core/limits.ts';
import { traceOf } from '../core/observation.ts';
import type { Problem } from '../core/problem.ts';
import { harmless, type Refusal, sayDiagnosis } from '../core/refusals.ts';
import type { AppPorts } from './ports.ts';
import { within } from './within.ts';

export interface RefusedWebhook {
  /** As it stood in the path. */
  readonly name: string;
  /** Whether there is a source of this name. */
  readonly known: boolean;
  /** Null where no body was read. */
  readonly delivery: Delivery | null;
  readonly problem: Problem;
}

/** Not the sender's fault, and sent again by itself. */
const PASSING: ReadonlySet<Problem['code']> = new Set(['not_stored', 'body_unreadable']);

/** Refusals that a person at a known source should hear of. */
const ALARMED: ReadonlySet<Problem['code']> = new Set([
  'signature_wrong',
  'signature_stale',
  'body_too_large',
]);

/** The sender waits for so long at most; the work goes on where the runtime lets it. */
const NOTING_MS = 2_000;

/** @returns a function that never throws; it resolves once the refusal is kept, or need not be */
export function makeNoteRefused(ports: AppPorts): (it: RefusedWebhook) => Promise<void> {
  const { clock, log } = ports;
  /** By list and reason: all unknown paths are one list, so that no stranger's text is remembered. */
  const notedAt = ports.noted_at ?? new Map<string, number>();

  function isTooSoon(list: string, code: Problem['code'], now: number): boolean {
    const key = `${list}\n${code}`;
    const last = notedAt.get(key);
    // Either way: a clock that was set back silences nothing for longer.
    if (last !== undefined && Math.abs(now - last) < LIMITS.refusal_every_ms) return true;
    notedAt.set(key, now);
    return false;
  }

  async function note({ name, known, delivery, problem }: RefusedWebhook, at: number): Promise<void> {
    const diagnosis = await ports.whyRefused(name, delivery, problem);
    const refusal = harmless({ source: name, known, at, problem, diagnosis });
    await Promise.all([ports.refuse(refusal), ALARMED.has(problem.code) && raise(refusal)]);
  }

  async function raise({ source, problem: { code }, diagnosis, at }: Refusal): Promise<void> {
    await ports
      .raise(source, code, sayDiagnosis(diagnosis), at)
      .catch((error) => log('error', 'alarm not written', { source, problem: code, error: String(error) }));
  }

  return async (it) => {
    if (PASSING.has(it.problem.code)) return;
    const now = clock.now();
    if (isTooSoon(it.known ? it.name : '', it.problem.code, now)) return;
    const noted = note(it, now).catch((error: unknown) =>
      log('error', 'refusal not kept', {
        source: it.name.slice(0, LIMITS.refusal_text),
        problem: it.problem.code,
        error: traceOf(error),
      }),
    );
    await within(noted, NOTING_MS, undefined);
  };
}
