/**
 * gather and normalize: what a stored event means. It stands between claim and merge, and holds the only step
 * that may ask the shop. What must never happen here: a shop asked twice for what it has answered already.
 */
import { endOf } from './core/draft.ts';
import type { Answer } from './core/integration.ts';
import type { Clock, Fetch } from './core/ports.ts';
import type { PrivacyRequest } from './core/privacy.ts';
import { fail, ok, type Problem, problem, type Result } from './core/problem.ts';
import { retryAfter } from './core/retry.ts';
import type { Source } from './core/sources.ts';
import type { ClaimedEvent, EventEnd, Store } from './core/store.ts';
import { WHOLE_SHOP } from './core/tombstones.ts';
import type { Turns } from './core/turns.ts';
import type { Understood } from './core/work.ts';

export interface UnderstandPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** Questions to one shop take turns. */
  readonly turns: (source: string) => Turns;
}

interface How {
  /** Store nothing. */
  readonly dry_run: boolean;
  /** Ask the shop anew. */
  readonly refresh: boolean;
}

/** An event that is of no sale. */
interface Unsold {
  readonly end: EventEnd;
  /** What it passes on. */
  readonly request?: PrivacyRequest;
}

/** @returns the event's facts, or how it ends without a sale */
export async function understand(
  ports: UnderstandPorts,
  event: ClaimedEvent,
  source: Source | undefined,
  how: How,
): Promise<Understood | Unsold> {
  // A mapping that is gone or unreadable comes back: the event waits, it is not a person's to replay.
  if (!source) return { end: endOrRetry(event, problem('source_unknown', event.source), ports.clock.now()) };
  const { mode } = source.revision.mapping;
  if (event.mode !== null && event.mode !== mode) {
    const mismatch = problem('mode_mismatch', `a ${event.mode} event at a source of mode ${mode}`);
    if (!how.dry_run) await ports.store.raise(source.name, mismatch.code, mismatch.detail, ports.clock.now());
    return { end: endOf(event, 'ignored', mismatch) };
  }
  const answers = await gather(ports, event, source, how);
  if (!answers.ok) return { end: endOrRetry(event, answers.problem, ports.clock.now()) };
  const reading = source.integration.normalize(event, answers.value);
  if (reading.is === 'facts') return { source, contribution: { event, reading } };
  if (reading.is === 'request') return { end: endOf(event, 'done', null), request: reading.request };
  if (reading.is === 'ignored' && reading.alarm && !how.dry_run) {
    const { code, detail } = reading.problem;
    await ports.store.raise(source.name, code, detail, ports.clock.now());
  }
  return { end: endOf(event, reading.is, reading.problem) };
}

/** Writes how an event ended that is of no sale, and what it passed on. @returns whether it was still ours */
export async function endUnsold(
  { store, clock }: Pick<UnderstandPorts, 'store' | 'clock'>,
  event: ClaimedEvent,
  { end, request }: Unsold,
  source: Source | undefined,
): Promise<boolean> {
  const { account } = event;
  // Whom it is about nobody knows here; of a shop that is redacted all goes.
  if (source && (await store.isBuried(source.name, account, [WHOLE_SHOP])))
    await store.rewriteEvents([event.id], source.integration.redact);
  if (!request) return (await store.endEvents([end])).length > 0;
  return store.takeRequest(end, { ...request, source: event.source, account, by: null, at: clock.now() });
}

/** The only step that may ask the shop. What it learns is stored first, so that nobody is asked twice. */
async function gather(
  ports: UnderstandPorts,
  event: ClaimedEvent,
  source: Source,
  how: How,
): Promise<Result<readonly Answer[]>> {
  if (!how.refresh) {
    const known = await ports.store.answersOf(event.id);
    if (known.length > 0) return ok(known);
  }
  // Without its settings nobody knows whether the shop must be asked: reading less than there is would issue wrongly.
  if (!source.settings.ok) return fail(source.settings.problem.code, source.settings.problem.detail);
  const { value: settings } = source.settings;
  const turn = how.refresh ? event.refresh + 1 : event.refresh;
  const asked = await ports.turns(source.name)(() => source.integration.gather(event, settings, ports, turn));
  if (asked.ok && asked.value.length > 0 && !how.dry_run)
    await ports.store.addAnswers(event.id, turn, asked.value);
  return asked;
}

/** How an event ends that failed: it comes back, or is parked once a person must look. */
export function endOrRetry(event: ClaimedEvent, it: Problem, now: number): EventEnd {
  const wait = retryAfter(it, event.attempts + 1);
  return wait === null ? endOf(event, 'parked', it) : { ...endOf(event, 'waiting', it), due_at: now + wait };
}
