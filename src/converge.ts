/**
 * merge → map → plan → settle for one sale, again from the start whenever someone else was first. It is walk
 * two's second half. What must never happen here: an event's end written apart from the effect it stands for.
 */
import { afterAct, markedBy, vainly } from './core/acts.ts';
import { takesKeys } from './core/adoption.ts';
import { auditsOf } from './core/audits.ts';
import { type Contribution, type DraftInput, draft, endOf, namesOf } from './core/draft.ts';
import { ID_BYTES, makeLicenseKeys, timeOrderedId } from './core/keys.ts';
import { LIMITS } from './core/limits.ts';
import type { Observe } from './core/observation.ts';
import type { Abilities } from './core/plan.ts';
import type { Clock, Digest, Log, RandomBytes } from './core/ports.ts';
import { describe, ok, type Problem, problem } from './core/problem.ts';
import { rewriteEventsOf } from './core/rewrite.ts';
import { isUnchanged } from './core/settlement.ts';
import {
  type Cause,
  type ClaimedEvent,
  type EventEnd,
  isUnavailable,
  type LoadedSale,
  type Settlement,
  type Store,
} from './core/store.ts';
import { buriedNames, buryable, buyersIn, buyersTold } from './core/tombstones.ts';
import { causeOf, causeOfTaking, unnoted, type Work } from './core/work.ts';

export interface ConvergePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly digest: Digest;
  readonly log: Log;
  readonly observe: Observe;
  /** What the issuer of that name can do. */
  readonly abilities: (issuer: string) => Abilities;
  readonly units_per_line: number;
  /** Keeps the leases of these events renewed until the answer is called. */
  readonly hold: (events: readonly ClaimedEvent[]) => () => void;
  /** Reads the events that waited for this sale; what cannot be read ends there. */
  readonly prepare: (events: readonly ClaimedEvent[], it: Work) => Promise<readonly Contribution[]>;
}

/** What came of it. */
export interface Settled {
  readonly settlement: Settlement | null;
  readonly ends: readonly EventEnd[];
  /** Why a person's act was not done. */
  readonly refused?: Problem;
  /** Of a dry run: there is nothing to write, but perhaps how its event ended. */
  readonly unchanged?: boolean;
  /** Of a dry run: the sale as it is; null: there is none yet. */
  readonly was?: LoadedSale | null;
}

/** Others kept changing the same sale: nothing is wrong with the event. */
export class Contended extends Error {}

export type Converge = (it: Work) => Promise<Settled>;

export function makeConverge(ports: ConvergePorts): Converge {
  const { store, clock, random, digest, observe } = ports;
  let keyOfEmails: string | null = null;
  const emailKey = async () => {
    keyOfEmails ??= await store.emailKey();
    return keyOfEmails;
  };

  /** merge → map → plan → settle, again from the start whenever someone else was first. */
  async function converge(it: Work): Promise<Settled> {
    let waiters: readonly ClaimedEvent[] = [];
    let unhold = () => {};
    const taken = (events: readonly ClaimedEvent[]) => {
      waiters = events;
      unhold = ports.hold(events);
    };
    try {
      return await convergeOn(it, taken);
    } catch (error) {
      // Those who waited for this sale are not at fault: kept until their leases run out, each try would count as a
      // death of theirs.
      await store.letGo(waiters, clock.now());
      if (waiters.length === 0 || isUnavailable(error) || error instanceof Contended) throw error;
      // One of them may be poison: the sale settles without them, and they come after it, each by itself.
      return await convergeOn(it, taken, true);
    } finally {
      unhold();
    }
  }

  async function convergeOn(
    it: Work,
    taken: (events: readonly ClaimedEvent[]) => void,
    joined = false,
  ): Promise<Settled> {
    let { contributions } = it;
    let redact = it.redact === true;
    for (let attempt = 0; attempt < LIMITS.settle_attempts; attempt++) {
      const names = [...new Set(contributions.flatMap(namesOf))];
      const found = await store.findOrders(it.source.name, it.account, names);
      const creates = contributions.find(({ reading }) => reading.creates !== null)?.reading.creates ?? null;
      // An event that names its sale belongs to no other, whatever names they may share.
      const known = creates ?? names.find((name) => found.has(name)) ?? '';
      const orderId = it.order_id ?? found.get(known) ?? null;
      const loaded = orderId ? await store.loadSale(orderId) : null;
      const externalId = loaded?.external_id ?? creates;
      if (externalId === null) {
        const ends = await waitForSale(it, contributions);
        if (ends) return { settlement: null, ends };
        continue;
      }
      if (!loaded && !joined && !it.dry_run) {
        joined = true;
        const waiters = await waitersFor(it, [...names, externalId], taken);
        if (waiters.length > 0) {
          contributions = [...contributions, ...waiters];
          continue;
        }
      }
      if (it.versions && loaded && !it.versions.includes(loaded.version))
        return refusedFor(
          problem('edited_meanwhile', `the version of ${loaded.order_id} is ${loaded.version}`),
        );
      const made = { by: 'actor' in it.cause ? it.cause.actor : '', at: clock.now() };
      const acted = it.act && loaded ? afterAct(loaded, it.act, it.source.revision, made) : ok(loaded);
      if (!acted.ok) return refusedFor(acted.problem);
      // Done before: there is nothing to do, and nothing to write down.
      if (it.act && acted.value === loaded) return { settlement: null, ends: [] };
      const { revision } = it.source;
      const drafted = await withGivenKeys({
        ...it,
        source: it.source.name,
        // Without any it was another event that had it taken up.
        cause: it.cause.by === 'events' && contributions.length > 0 ? causeOf(contributions) : it.cause,
        contributions,
        loaded: acted.value,
        external_id: externalId,
        found,
        revision,
        abilities: ports.abilities(revision.mapping.issuer),
        units_per_line: ports.units_per_line,
        redact,
        at: clock.now(),
      });
      const vain = it.act ? vainly(it.act, drafted) : null;
      if (vain) return refusedFor(vain);
      const marked = it.act ? markedBy(it.act, drafted) : unnoted(drafted);
      const audits = auditsOf({ ...it, contributions }, loaded, marked);
      const settlement = audits.length > 0 ? { ...marked, audits } : marked;
      const settled = { settlement, ends: settlement.ends };
      if (it.dry_run) return { ...settled, unchanged: isSettled(loaded, settlement), was: loaded };
      // First: whoever dies in between comes again.
      if (settlement.doc.redacted) await forget(it, contributions);
      if (loaded && isUnchanged(loaded, settlement)) {
        if (loaded.next_at !== settlement.next_at)
          await store.reschedule({ ...settlement, version: loaded.version });
        const ended = await store.endEvents(settlement.ends);
        const ends = settlement.ends.filter((end) => ended.includes(end.event_id));
        tellEnds(it.cause, contributions, ends, settlement);
        return { settlement, ends };
      }
      const alone = redact && !it.redact && !loaded?.doc.redacted;
      // No request looks at what was told before it was known to be theirs.
      if (alone && loaded) await rewriteEventsOf(store, loaded.order_id, it.source.integration.redact);
      const outcome = await store.settle(
        settlement.doc.redacted
          ? { ...settlement, ...(alone && loaded && { forgets: true }) }
          : { ...settlement, unburied: await namesOver(settlement) },
      );
      if (outcome === 'settled') {
        observe({ is: 'settled', settlement });
        tellEnds(it.cause, contributions, settlement.ends, settlement);
        return settled;
      }
      redact ||= outcome === 'buried';
      if (outcome === 'lease_lost') {
        contributions = await stillHeld(contributions);
        if (contributions.length === 0) return { settlement: null, ends: [] };
      }
    }
    throw new Contended(`settle gave up after ${LIMITS.settle_attempts} attempts`);
  }

  /** Where something is issued, or waits for keys that its buyer has: with those that are known. */
  async function withGivenKeys(input: DraftInput): Promise<Settlement> {
    const drawn = draft(input, draw);
    if (!takesKeys(drawn)) return drawn;
    const given = await store.givenKeys(input.source, input.account, drawn.doc.refs);
    const drafted = given.length > 0 ? draft({ ...input, given }, draw) : drawn;
    return { ...drafted, keys_seen: given.map(({ id }) => id), cause: causeOfTaking(drafted, given) };
  }

  /** Under which a tombstone would lie that was not seen. */
  function namesOver({ external_id, doc, new_buyers }: Settlement) {
    const told = new_buyers.map(({ kind, name }) => ({ reference: null, email: null, [kind]: name }));
    const buyers = [...buyersIn(doc.things), ...told];
    return buriedNames(buryable([external_id, ...doc.refs], buyers), digest, emailKey);
  }

  async function forget(it: Work, contributions: readonly Contribution[]): Promise<void> {
    const ids = contributions.map(({ event }) => event.id);
    if (ids.length > 0) await store.rewriteEvents(ids, it.source.integration.redact);
  }

  async function isBuried(it: Work, { reading }: Contribution): Promise<boolean> {
    const names = await buriedNames(buryable(reading.refs, buyersTold(reading.facts)), digest, emailKey);
    return store.isBuried(it.source.name, it.account, names);
  }

  /** What came before its sale did, a refund for example, settles with it: nothing is issued that is over already. */
  async function waitersFor(
    it: Work,
    names: readonly string[],
    taken: (events: readonly ClaimedEvent[]) => void,
  ): Promise<readonly Contribution[]> {
    const events = await store.claimWaiters(it.source.name, it.account, names, clock.now());
    taken(events);
    return ports.prepare(events, it);
  }

  function tellEnds(
    cause: Cause,
    contributions: readonly Contribution[],
    ends: readonly EventEnd[],
    sale?: Settlement,
  ): void {
    const at = clock.now();
    const together = ends.length;
    for (const end of ends) {
      const of = contributions.find(({ event }) => event.id === end.event_id);
      const replayed = cause.by === 'replay' && cause.event_ids.includes(end.event_id);
      if (of) observe({ is: 'ended', event: of.event, end, at, steps: of.steps, sale, together, replayed });
    }
  }

  const draw = {
    orderId: () => timeOrderedId('ord', clock.now(), random(ID_BYTES)),
    licenseId: () => timeOrderedId('lic', clock.now(), random(ID_BYTES)),
    licenseKey: makeLicenseKeys(random, clock),
  };

  /** @returns null when a name became known meanwhile: look again */
  async function waitForSale(
    it: Work,
    contributions: readonly Contribution[],
  ): Promise<readonly EventEnd[] | null> {
    const ends: EventEnd[] = [];
    for (const contribution of contributions) {
      const { event, reading } = contribution;
      const until = event.received_at + LIMITS.wait_for_sale_ms;
      const alarmAt = event.received_at + LIMITS.wait_for_sale_alarm_ms;
      const unknown = problem(
        'sale_unknown',
        `waits for ${reading.refs.join(', ')}${toldOf(reading.remark)}`,
      );
      const now = clock.now();
      const over = until <= now;
      const end: EventEnd = over
        ? endOf(event, 'ignored', unknown)
        : { ...endOf(event, 'waiting', unknown), due_at: alarmAt > now ? alarmAt : until };
      ends.push(end);
      if (it.dry_run) continue;
      if (await isBuried(it, contribution)) await forget(it, [contribution]);
      if (alarmAt <= now)
        await store.raise(it.source.name, unknown.code, `${event.type} ${unknown.detail}`, now);
      if (over) await store.endEvents([end]);
      else if (!(await store.waitForSale(end, it.source.name, it.account, reading.refs))) {
        return (await stillHeld([contribution])).length > 0 ? null : ends;
      }
      tellEnds(it.cause, [contribution], [end]);
    }
    return ends;
  }

  async function stillHeld(contributions: readonly Contribution[]): Promise<readonly Contribution[]> {
    const now = await Promise.all(contributions.map(({ event }) => store.readEvent(event.id)));
    return contributions.filter(({ event }, i) => now[i]?.lease === event.lease);
  }

  return converge;
}

function refusedFor(refused: Problem): Settled {
  return { settlement: null, ends: [], refused };
}

function isSettled(loaded: LoadedSale | null, it: Settlement): boolean {
  return isUnchanged(loaded, it) && loaded?.next_at === it.next_at;
}

/** Why it may wait for longer. */
function toldOf(remark: Problem | undefined): string {
  if (!remark) return '';
  const { title, detail } = describe(remark);
  return `. ${title}${detail === '' ? '' : `: ${detail}`}`;
}
