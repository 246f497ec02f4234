/**
 * Walk two: claim → gather → normalize → merge → map → plan → settle, at our own pace. What must never happen
 * here: an event's end written apart from the effect it stands for, or one event stopping the others.
 */
import { type Contribution, draft, endOf, namesOf } from './core/draft.ts';
import { ID_BYTES, LICENSE_KEY_BYTES, licenseKey, timeOrderedId } from './core/keys.ts';
import { LIMITS } from './core/limits.ts';
import type { Abilities } from './core/plan.ts';
import type { Clock, Digest, Fetch, Log, RandomBytes } from './core/ports.ts';
import { problem } from './core/problem.ts';
import { bugRetryAfter } from './core/retry.ts';
import { isUnchanged } from './core/settlement.ts';
import type { Source } from './core/sources.ts';
import type { Cause, ClaimedEvent, EventEnd, Settlement, Store } from './core/store.ts';
import { causeOf, groupBySale, type Manner, type Work, workOn } from './core/work.ts';
import { understand } from './understand.ts';

export interface RiverPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly digest: Digest;
  readonly fetch: Fetch;
  readonly log: Log;
  readonly sources: () => Promise<ReadonlyMap<string, Source>>;
  /** What the issuer of that name can do. */
  readonly abilities: (issuer: string) => Abilities;
  readonly units_per_line: number;
}

/** What came of it. */
export interface Settled {
  readonly settlement: Settlement | null;
  readonly ends: readonly EventEnd[];
}

export interface WalkTwo {
  /** One round: events that are due, then orders whose time has come. @returns how many it took */
  work(): Promise<number>;
  renew(): Promise<void>;
  /** Takes one event, held by the caller, to its end. */
  carry(event: ClaimedEvent, manner: Manner & { readonly refresh: boolean }): Promise<Settled>;
}

/** At most this many events are gathered, or orders woken, at once: a shop's rate limits are not ours to spend. */
const AT_ONCE = 8;
/** An order that could not be taken up, or whose source is gone, is looked at again after this long. */
const LOOK_AGAIN_MS = 60_000;

export function makeWalkTwo(ports: RiverPorts): WalkTwo {
  const { store, clock, random, log } = ports;
  const held = new Set<string>();

  async function work(): Promise<number> {
    const events = await store.claimEvents(clock.now(), LIMITS.claim_count);
    for (const { lease } of events) held.add(lease);
    try {
      const sources = await ports.sources();
      const works = groupBySale((await inTurns(events, (event) => prepare(event, sources))).flat());
      await Promise.all(works.map(settleOrGiveBack));
    } finally {
      for (const { lease } of events) held.delete(lease);
    }
    const due = await store.dueOrders(clock.now(), LIMITS.claim_count);
    const running = await ports.sources();
    await inTurns(due, (id) => wake(id, running));
    return events.length + due.length;
  }

  /** Reads an event, and ends it here if it concerns no sale. */
  async function prepare(event: ClaimedEvent, sources: ReadonlyMap<string, Source>): Promise<Work[]> {
    try {
      if (event.deaths >= LIMITS.deaths) {
        const killer = problem('bug', `${event.deaths} workers ended while they held it`);
        await store.endEvents([endOf(event, 'parked', killer)]);
        return [];
      }
      const read = await understand(ports, event, sources.get(event.source), {
        dry_run: false,
        refresh: false,
      });
      if ('source' in read) {
        return [
          workOn(read, { cause: { by: 'events', event_ids: [event.id] }, dry_run: false, remap: false }),
        ];
      }
      await store.endEvents([read.end]);
      logEnd(event, read.end);
    } catch (error) {
      await giveBack([event], error);
    }
    return [];
  }

  async function carry(
    event: ClaimedEvent,
    manner: Manner & { readonly refresh: boolean },
  ): Promise<Settled> {
    const source = (await ports.sources()).get(event.source);
    const read = await understand(ports, event, source, manner);
    if ('source' in read) return converge(workOn(read, manner));
    if (!manner.dry_run) await store.endEvents([read.end]);
    return { settlement: null, ends: [read.end] };
  }

  async function settleOrGiveBack(it: Work): Promise<void> {
    try {
      await converge(it);
    } catch (error) {
      if (it.contributions.length > 1) {
        // One of them may be poison: each goes on alone.
        for (const one of it.contributions) await settleOrGiveBack({ ...it, contributions: [one] });
        return;
      }
      await giveBack(
        it.contributions.map(({ event }) => event),
        error,
      );
    }
  }

  /** merge → map → plan → settle, again from the start whenever someone else was first. */
  async function converge(it: Work): Promise<Settled> {
    /** Leases of events that were taken along. */
    const taken: string[] = [];
    try {
      return await convergeOn(it, taken);
    } finally {
      for (const lease of taken) held.delete(lease);
    }
  }

  async function convergeOn(it: Work, taken: string[]): Promise<Settled> {
    let { contributions } = it;
    let joined = false;
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
      const { revision } = it.source;
      const settlement = draft(
        {
          ...it,
          source: it.source.name,
          cause: it.cause.by === 'events' ? causeOf(contributions) : it.cause,
          contributions,
          loaded,
          external_id: externalId,
          found,
          revision,
          abilities: ports.abilities(revision.mapping.issuer),
          units_per_line: ports.units_per_line,
          at: clock.now(),
        },
        draw,
      );
      const settled = { settlement, ends: settlement.ends };
      if (it.dry_run) return settled;
      if (loaded && isUnchanged(loaded, settlement)) {
        if (loaded.next_at !== settlement.next_at)
          await store.reschedule({ ...settlement, version: loaded.version });
        if (settlement.ends.length > 0) await store.endEvents(settlement.ends);
        return settled;
      }
      const outcome = await store.settle(settlement);
      if (outcome === 'settled') {
        logSettled(settlement);
        return settled;
      }
      if (outcome === 'lease_lost') {
        contributions = await stillHeld(contributions);
        if (contributions.length === 0) return { settlement: null, ends: [] };
      }
    }
    throw new Error(`settle gave up after ${LIMITS.settle_attempts} attempts`);
  }

  /** What came before its sale did, a refund for example, settles with it: nothing is issued that is over already. */
  async function waitersFor(
    it: Work,
    names: readonly string[],
    taken: string[],
  ): Promise<readonly Contribution[]> {
    const waiters: Contribution[] = [];
    const events = await store.claimWaiters(it.source.name, it.account, names, clock.now());
    for (const { lease } of events) {
      held.add(lease);
      taken.push(lease);
    }
    for (const event of events) {
      const read = await understand(ports, event, it.source, { dry_run: false, refresh: false });
      if ('source' in read) waiters.push(read.contribution);
      else await store.endEvents([read.end]);
    }
    return waiters;
  }

  const draw = {
    orderId: () => timeOrderedId('ord', clock.now(), random(ID_BYTES)),
    licenseId: () => timeOrderedId('lic', clock.now(), random(ID_BYTES)),
    licenseKey: () => licenseKey(random(LICENSE_KEY_BYTES)),
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
      const unknown = problem('sale_unknown', `waits for ${reading.refs.join(', ')}`);
      const over = until <= clock.now();
      const end: EventEnd = over
        ? endOf(event, 'ignored', unknown)
        : { ...endOf(event, 'waiting', unknown), due_at: until };
      ends.push(end);
      if (it.dry_run) continue;
      if (over) await store.endEvents([end]);
      else if (!(await store.waitForSale(end, it.source.name, it.account, reading.refs))) {
        return (await stillHeld([contribution])).length > 0 ? null : ends;
      }
      logEnd(event, end);
    }
    return ends;
  }

  async function stillHeld(contributions: readonly Contribution[]): Promise<readonly Contribution[]> {
    const now = await Promise.all(contributions.map(({ event }) => store.readEvent(event.id)));
    return contributions.filter(({ event }, i) => now[i]?.lease === event.lease);
  }

  /** Takes an order up because of the time, or because its parked lines may fit a newer revision. */
  async function wake(orderId: string, sources: ReadonlyMap<string, Source>): Promise<void> {
    const sale = await store.loadSale(orderId);
    if (!sale) return;
    const source = sources.get(sale.source);
    try {
      if (!source) throw new Error(`the source ${sale.source} does not run`);
      const byRevision = sale.revision_id !== source.revision.id;
      const cause: Cause = byRevision ? { by: 'revision', revision_id: source.revision.id } : { by: 'clock' };
      const { account } = sale;
      await converge({
        source,
        account,
        contributions: [],
        order_id: orderId,
        cause,
        dry_run: false,
        remap: false,
      });
    } catch (error) {
      log('error', 'order not taken up', { order: orderId, error: String(error) });
      const at = clock.now();
      await store.reschedule({
        ...sale,
        revision_number: Number.MAX_SAFE_INTEGER,
        next_at: at + LOOK_AGAIN_MS,
        at,
      });
    }
  }

  /** Something threw. The event comes back after a while, and is parked in the end: poison never stops the line. */
  async function giveBack(events: readonly ClaimedEvent[], error: unknown): Promise<void> {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log('error', 'event failed', { events: events.map(({ id }) => id), error: text });
    const bug = problem('bug', error instanceof Error ? error.message : String(error));
    const ends = events.map((event): EventEnd => {
      const wait = bugRetryAfter(event.attempts);
      return wait === null
        ? endOf(event, 'parked', bug)
        : { ...endOf(event, 'waiting', bug), due_at: clock.now() + wait };
    });
    // If the store itself is what failed, the lease runs out and the event comes back.
    await store
      .endEvents(ends)
      .catch((again) => log('error', 'event kept by its lease', { error: String(again) }));
  }

  function logEnd(event: ClaimedEvent, end: EventEnd): void {
    const level = end.state === 'parked' ? 'warn' : 'info';
    const { id, source, type } = event;
    log(level, `event ${end.state}`, { event: id, source, type, problem: end.problem?.code });
  }

  function logSettled(it: Settlement): void {
    const parked = it.items.filter((item) => item.state === 'parked').length;
    log(parked > 0 ? 'warn' : 'info', 'order settled', {
      order: it.order_id,
      source: it.source,
      external_id: it.external_id,
      version: it.version,
      state: it.state,
      cause: it.cause.by,
      changes: it.changes.length,
      parked,
    });
  }

  return { work, carry, renew: () => store.renewLeases([...held], clock.now()) };
}

async function inTurns<T, R>(all: readonly T[], run: (it: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    results.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(run))));
  }
  return results;
}
