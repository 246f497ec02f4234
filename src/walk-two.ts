/**
 * Walk two: claim → gather → normalize → merge → map → plan → settle, at our own pace. What must never happen
 * here: an event's end written apart from the effect it stands for, or one event stopping the others.
 */
import { type Asked, makeAsked } from './asked.ts';
import { Contended, type Converge, type ConvergePorts, makeConverge, type Settled } from './converge.ts';
import { limited } from './core/answers.ts';
import type { Breaker, Shops } from './core/breaker.ts';
import { endOf } from './core/draft.ts';
import { LIMITS } from './core/limits.ts';
import { saidBy, traceOf } from './core/observation.ts';
import type { Fetch } from './core/ports.ts';
import { type Problem, problem } from './core/problem.ts';
import { makeRiverTime } from './core/river-time.ts';
import { makeShops } from './core/shops.ts';
import type { Source } from './core/sources.ts';
import { type Cause, type ClaimedEvent, type EventEnd, isUnavailable } from './core/store.ts';
import { inBreaths, makeTurns, makeTurnsOf } from './core/turns.ts';
import { groupBySale, type Manner, saleOf, type Work, workAgain, workOn } from './core/work.ts';
import { type Looks, makeLooks } from './looks.ts';
import { endOrRetry, endUnsold, understand } from './understand.ts';

export interface RiverPorts extends Omit<ConvergePorts, 'hold' | 'prepare'> {
  readonly fetch: Fetch;
  /** Of each source, for doors that make a house for each call. */
  readonly breakers?: Map<string, Breaker>;
  readonly sources: () => Promise<ReadonlyMap<string, Source>>;
  /** Resolves once others have had their turn; at once where nobody else is there. */
  readonly breath?: () => Promise<void>;
  /** Events, and orders, taken up in one round; LIMITS.claim_count unless a door says less. */
  readonly claim_count?: number;
}

/** How one event is carried for whoever waits for it. */
export interface Carried extends Manner {
  /** Ask the shop anew. */
  readonly refresh: boolean;
  /** Nobody is asked. */
  readonly unasked?: true;
}

export interface WalkTwo {
  /** One round: events that are due, then orders whose time has come. @returns how many it took */
  work(): Promise<number>;
  renew(): Promise<void>;
  /** Sets right what a clock that was ahead left, before this process began. */
  begin(): Promise<void>;
  /** Gives back what is held. Never throws. */
  release(): Promise<void>;
  /** Takes one event, held by the caller, to its end. */
  carry(event: ClaimedEvent, source: Source, manner: Carried): Promise<Settled>;
  /** How the shops answer. */
  shops(): Shops;
  /** What is asked of one sale besides. */
  readonly asked: Asked;
  readonly looks: Looks;
}

/** Events that are read, or sales that are settled, before the door has its turn: a few milliseconds of work. */
const AT_A_BREATH = 16;
/** Orders woken at once. */
const WOKEN_AT_ONCE = 8;
/** With LIMITS.source_rounds still less than the rounds of a process. */
const CLAIMS_AT_ONCE = 2;
/** An order that could not be taken up, or whose source is gone, is looked at again after this long. */
const LOOK_AGAIN_MS = 60_000;

export function makeWalkTwo(outer: RiverPorts): WalkTwo {
  const { store, clock, log, observe, claim_count = LIMITS.claim_count, breath = async () => {} } = outer;
  const held = new Set<ClaimedEvent>();
  const underWay = new Map<string, number>();
  /** What each round took. A few events of a shop that hangs keep a round as busy as many. */
  const rounds = new Set<readonly ClaimedEvent[]>();
  /** A claim is under way that may bring a suspect. */
  let trying = false;
  /** Whoever claims should see what the others took: all at once, they would see nothing. */
  const claimTurns = makeTurns(CLAIMS_AT_ONCE);
  /** Ends that the store could not take just then: the next round writes them, and their leases are kept until then. */
  let unwritten: readonly EventEnd[] = [];
  const ports = {
    ...outer,
    shops: makeShops({ ...outer, fetch: limited(outer.fetch, LIMITS.answer_bytes) }),
    turns: makeTurnsOf(LIMITS.ask_count),
  };
  /** Within one process those who change one sale take turns; between processes its version decides. */
  const saleTurns = makeTurnsOf(1);
  const converge = makeConverge({
    ...outer,
    hold: (events) => {
      hold(events, 1);
      return () => hold(events, -1);
    },
    prepare: async (events, { source }) => {
      const sources = new Map([[source.name, source]]);
      const works = await Promise.all(events.map((event) => prepare(event, sources)));
      return works.flat().flatMap((it) => it.contributions);
    },
  });
  const inTurn: Converge = (it) => saleTurns(saleOf(it))(() => converge(it));
  const leases = () => [...new Set([...held, ...unwritten].map(({ lease }) => lease))];
  const time = makeRiverTime(clock, {
    setBack: store.setBack,
    slept: (now, since) => store.renewLeases(leases(), now, since),
  });

  async function work(): Promise<number> {
    await time.notice();
    await writeLate();
    const events = await claimTurns(claim);
    try {
      if (events.length > 0) await carryAll(events, await ports.sources());
    } catch (error) {
      // Nothing was done with any of them.
      await store.letGo(events, time.now());
      throw error;
    } finally {
      hold(events, -1);
      rounds.delete(events);
    }
    const due = await store.dueOrders(clock.now(), claim_count);
    if (due.length > 0) await wakeAll(due, await ports.sources());
    return events.length + due.length;
  }

  async function claim(): Promise<readonly ClaimedEvent[]> {
    const crowded = [...underWay].filter(([name, count]) => {
      const busy = [...rounds].filter((round) => round.some(({ source }) => source === name));
      // The last rounds are for those who have none: two shops that hang leave them to the third.
      const last = rounds.size >= LIMITS.source_rounds && busy.length > 0;
      return last || count >= LIMITS.source_count || busy.length >= LIMITS.source_rounds;
    });
    const except = crowded.map(([name]) => name);
    // One at a time of those whose workers keep ending: the others would end with it, and be taken for killers too.
    const suspects = trying || [...rounds].some((round) => round.some(isSuspect)) ? 0 : 1;
    trying ||= suspects > 0;
    const events = await store.claimEvents(time.now(), claim_count, except, suspects).finally(() => {
      if (suspects > 0) trying = false;
    });
    hold(events, 1);
    rounds.add(events);
    return events;
  }

  async function writeLate(): Promise<void> {
    const ends = unwritten;
    unwritten = [];
    try {
      await store.endEvents(ends);
    } catch (error) {
      if (isUnavailable(error)) unwritten = [...unwritten, ...ends];
      throw error;
    }
  }

  function hold(events: readonly ClaimedEvent[], by: 1 | -1): void {
    for (const event of events) {
      if (by === 1) held.add(event);
      else held.delete(event);
      const count = (underWay.get(event.source) ?? 0) + by;
      if (count > 0) underWay.set(event.source, count);
      else underWay.delete(event.source);
    }
  }

  /** Each sale is settled as soon as its own events are read: one whose shop is slow holds no other up. */
  async function carryAll(
    events: readonly ClaimedEvent[],
    sources: ReadonlyMap<string, Source>,
  ): Promise<void> {
    let ready: Work[] = [];
    let settling: Promise<void> | null = null;
    const settleReady = async () => {
      // Those that are read in the same breath go together.
      await breath();
      while (ready.length > 0) {
        const works = groupBySale(ready);
        ready = [];
        await inBreaths(works, AT_A_BREATH, breath, settleOrGiveBack);
      }
      settling = null;
    };
    await inBreaths(events, AT_A_BREATH, breath, async (event) => {
      // First awaited, then pushed: `ready` is another list by then.
      const works = await prepare(event, sources);
      ready.push(...works);
      settling ??= settleReady();
      await settling;
    });
  }

  async function wakeAll(due: readonly string[], sources: ReadonlyMap<string, Source>): Promise<void> {
    const turns = makeTurns(WOKEN_AT_ONCE);
    await Promise.all(due.map((id) => turns(() => wake(id, sources))));
  }

  /** Reads an event, and ends it here if it concerns no sale. */
  async function prepare(event: ClaimedEvent, sources: ReadonlyMap<string, Source>): Promise<Work[]> {
    try {
      if (event.deaths >= LIMITS.deaths) {
        const killer = problem('bug', `${event.deaths} workers ended while they held it`);
        const end = endOf(event, 'parked', killer);
        const written = await store.endEvents([end]);
        if (written.length > 0) observe({ is: 'ended', event, end, at: clock.now() });
        return [];
      }
      const read = await understand(ports, event, sources.get(event.source), {
        dry_run: false,
        refresh: false,
      });
      if ('source' in read) {
        const cause: Cause = { by: 'events', event_ids: [event.id] };
        const it = workOn(read, { cause, dry_run: false, remap: false });
        saleOf(it); // Where the round is grouped by sale, nobody may throw.
        return [it];
      }
      const ours = await endUnsold(outer, event, read, sources.get(event.source));
      if (ours) observe({ is: 'ended', event, end: read.end, at: clock.now(), steps: read.steps });
    } catch (error) {
      await giveBack([event], error);
    }
    return [];
  }

  async function carry(event: ClaimedEvent, source: Source, manner: Carried): Promise<Settled> {
    // A dry run takes nothing: the lease that it sees is somebody else's.
    const own = manner.dry_run ? [] : [event];
    for (const it of own) held.add(it);
    try {
      const read = await understand(ports, event, source, { ...manner, by_hand: true });
      if ('source' in read) {
        const it = workOn(read, manner);
        return await inTurn(it);
      }
      const ended = manner.dry_run || (await endUnsold(outer, event, read, source));
      if (ended && !manner.dry_run)
        observe({ is: 'ended', event, end: read.end, at: clock.now(), steps: read.steps, replayed: true });
      return { settlement: null, ends: ended ? [read.end] : [] };
    } catch (error) {
      await store.letGo(own, time.now());
      throw error;
    } finally {
      for (const it of own) held.delete(it);
    }
  }

  async function settleOrGiveBack(it: Work): Promise<void> {
    try {
      await inTurn(it);
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

  /** Takes an order up because of the time, or because its parked lines may fit a newer revision. */
  async function wake(orderId: string, sources: ReadonlyMap<string, Source>): Promise<void> {
    try {
      const sale = await store.loadSale(orderId);
      if (!sale) return;
      const source = sources.get(sale.source);
      if (!source) throw new Error(`the source ${sale.source} does not run`);
      const byRevision = sale.revision_id !== source.revision.id;
      const cause: Cause = byRevision ? { by: 'revision', revision_id: source.revision.id } : { by: 'clock' };
      await converge(workAgain(sale, source, { cause, dry_run: false, remap: false }));
    } catch (error) {
      log('error', 'order not taken up', { order: orderId, error: traceOf(error) });
      await store.postpone(orderId, clock.now() + LOOK_AGAIN_MS);
    }
  }

  /** Something threw. The event comes back after a while, and is parked in the end: poison never stops the line. */
  async function giveBack(events: readonly ClaimedEvent[], error: unknown): Promise<void> {
    log('error', 'event failed', { events: events.map(({ id }) => id), error: traceOf(error) });
    const ends = events.map((event) => endOrRetry(event, failureOf(error), clock.now()));
    const written = await store.endEvents(ends).catch((again): readonly string[] => {
      // An outage is no death of a worker. Whatever else it is, the lease runs out and the event comes back.
      if (isUnavailable(again)) unwritten = [...unwritten, ...ends];
      log('error', 'event kept by its lease', { error: String(again) });
      return [];
    });
    for (const [i, end] of ends.entries()) {
      const event = events[i];
      if (event && written.includes(event.id)) observe({ is: 'ended', event, end, at: clock.now() });
    }
  }

  return {
    work,
    carry,
    asked: makeAsked({ ...outer, converge: inTurn }),
    shops: ports.shops.states,
    looks: makeLooks({ ...ports, converge }),
    renew: () => store.renewLeases(leases(), clock.now()),
    begin: () => store.setBack(clock.now(), 0),
    release: () => store.letGo([...held], time.now()),
  };
}

/** One end may be chance. What died too often is parked unread, and endangers nobody. */
function isSuspect({ deaths }: ClaimedEvent): boolean {
  return deaths >= LIMITS.suspect_deaths && deaths < LIMITS.deaths;
}

/** What was thrown, as a problem: only what is neither the store's nor the traffic's fault is a bug. */
function failureOf(error: unknown): Problem {
  if (error instanceof Contended) return problem('conflict_persists', error.message);
  if (isUnavailable(error)) return problem('not_stored', 'the database could not be written');
  return problem('bug', saidBy(error));
}
