/**
 * gather and normalize: what a stored event means. It stands between claim and merge, and holds the only step
 * that may ask the shop. What must never happen here: a shop asked twice for what it has answered already.
 */
import { bounded } from './core/bounds.ts';
import { endOf } from './core/draft.ts';
import type { Answer, Answered } from './core/integration.ts';
import { LIMITS } from './core/limits.ts';
import type { Steps } from './core/observation.ts';
import type { Clock, Fetch } from './core/ports.ts';
import type { PrivacyRequest } from './core/privacy.ts';
import { fail, ok, type Problem, problem } from './core/problem.ts';
import { afterRest, retryAfter } from './core/retry.ts';
import type { AskedShops, Resting } from './core/shops.ts';
import type { Source } from './core/sources.ts';
import type { ClaimedEvent, EventEnd, Store } from './core/store.ts';
import { WHOLE_SHOP } from './core/tombstones.ts';
import type { Turns } from './core/turns.ts';
import type { Understood } from './core/work.ts';

export interface UnderstandPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly shops: Pick<AskedShops, 'ask' | 'rests'>;
  /** Questions to one shop take turns. */
  readonly turns: (source: string) => Turns;
}

interface How {
  /** Store nothing. */
  readonly dry_run: boolean;
  /** Ask the shop anew. */
  readonly refresh: boolean;
  /** A person waits for it. */
  readonly by_hand?: true;
  /** Nobody is asked: what cannot be read without ends as if the shop were out of reach. */
  readonly unasked?: true;
}

/** An event that is of no sale. */
interface Unsold {
  readonly end: EventEnd;
  /** What it passes on. */
  readonly request?: PrivacyRequest;
  readonly steps?: Steps;
}

/** @returns the event's facts, or how it ends without a sale */
export async function understand(
  ports: UnderstandPorts,
  event: ClaimedEvent,
  source: Source | undefined,
  how: How,
): Promise<Understood | Unsold> {
  const taken_at = ports.clock.now();
  const read = await meaningOf(ports, event, source, how);
  const steps = { taken_at, read_at: ports.clock.now() };
  return 'source' in read ? { ...read, contribution: { ...read.contribution, steps } } : { ...read, steps };
}

async function meaningOf(
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
  const answers = await answersTo(ports, event, source, how);
  if (!answers.ok) return { end: unansweredEnd(event, answers, ports.clock.now()) };
  const reading = bounded(source.integration.normalize(event, answers.value));
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
async function answersTo(
  ports: UnderstandPorts,
  event: ClaimedEvent,
  source: Source,
  how: How,
): Promise<Answered<readonly Answer[]> | Resting> {
  if (!how.refresh) {
    const known = await ports.store.answersOf(event.id);
    if (known.length > 0) return ok(known);
  }
  // Without its settings nobody knows whether the shop must be asked: reading less than there is would issue wrongly.
  if (!source.settings.ok) return source.settings;
  const { value: settings } = source.settings;
  const turn = how.refresh ? event.refresh + 1 : event.refresh;
  const { clock, shops } = ports;
  const gather = (fetch: Fetch) => source.integration.gather(event, settings, { fetch, clock }, turn);
  // Most events ask nothing: they wait for no turn at their shop, however long it hangs.
  const unasked = await gatherUnasked(gather);
  if (unasked) return unasked;
  if (how.unasked) return fail('shop_unavailable', 'it was not asked');
  const resting = how.by_hand ? null : shops.rests(source.name);
  if (resting) return resting;
  const asked = await ports.turns(source.name)(() => shops.ask(source.name, how.by_hand === true, gather));
  if (asked.ok && asked.value.length > 0 && !how.dry_run)
    await ports.store.addAnswers(event.id, turn, asked.value);
  return asked;
}

/** @returns null for what cannot be gathered without asking */
function gatherUnasked(
  gather: (fetch: Fetch) => Promise<Answered<readonly Answer[]>>,
): Promise<Answered<readonly Answer[]> | null> {
  return new Promise((resolve, reject) => {
    const refuse = () => {
      resolve(null);
      return Promise.reject(new Error('nobody is asked now'));
    };
    gather(refuse).then(resolve, reject);
  });
}

/** What waits for a shop that rests loses none of its attempts, however long that is. */
function unansweredEnd(
  event: ClaimedEvent,
  it: Extract<Answered<never> | Resting, { ok: false }>,
  now: number,
): EventEnd {
  if ('rests_until' in it) {
    const due_at = afterRest(it.rests_until, it.probed ? null : event.id, now);
    return { ...endOf(event, 'waiting', it.problem), due_at, untried: true };
  }
  const end = endOrRetry(event, it.problem, now);
  const told = Math.min(it.trouble?.rest_ms ?? 0, LIMITS.shop_told_rest_ms);
  if (end.due_at === null || told === 0) return end;
  return { ...end, due_at: Math.max(end.due_at, afterRest(now + told, event.id, now)) };
}

/** How an event ends that failed: it comes back, or is parked once a person must look. */
export function endOrRetry(event: ClaimedEvent, it: Problem, now: number): EventEnd {
  const wait = retryAfter(it, event.attempts + 1, event.id);
  return wait === null ? endOf(event, 'parked', it) : { ...endOf(event, 'waiting', it), due_at: now + wait };
}
