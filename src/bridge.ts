/**
 * The bridge: walk one, walk two, and what a person asks of them. Walk one is here whole: verify → store →
 * acknowledge; walk two lies in walk-two.ts. What must never happen here: an answer before the event is durable.
 */

import { Contended, type Settled } from './converge.ts';
import type { Acted, HowToAct, Person, PersonAct } from './core/acts.ts';
import type { Shops } from './core/breaker.ts';
import { namesOf } from './core/draft.ts';
import { type ExplainedLine, explainReading } from './core/explain.ts';
import type { Delivery, StoredEvent } from './core/integration.ts';
import { same } from './core/json.ts';
import { LIMITS } from './core/limits.ts';
import type { Revision } from './core/mapping.ts';
import { span, traceOf } from './core/observation.ts';
import { type Change, isTold } from './core/plan.ts';
import { fail, ok, type Problem, type Result } from './core/problem.ts';
import type { Source } from './core/sources.ts';
import type { AppliedChange, Cause, EventEnd, FoundEvent, Settlement, Stored } from './core/store.ts';
import { makeTurnsOf } from './core/turns.ts';
import type { Manner } from './core/work.ts';
import { type Carried, makeWalkTwo, type RiverPorts } from './walk-two.ts';

export interface ReplayOptions {
  /** Say what would change, change nothing. */
  readonly dry_run: boolean;
  /** Map the sale's lines by today's revision, pins forgotten. */
  readonly remap: boolean;
  /** Ask the shop anew. */
  readonly refresh: boolean;
}

export interface Replayed {
  /** Empty: licenses and sale agreed already. That is success. */
  readonly changes: readonly (Change | AppliedChange)[];
  readonly dry_run: boolean;
  readonly state: EventEnd['state'];
  readonly problem: Problem | null;
  readonly order_id: string | null;
}

/** What is explained: a stored event, one that is not, or a sale as it is known now (an order id, or any of its names). */
export type Explained =
  | { readonly event_id: string }
  | { readonly event: StoredEvent }
  | { readonly sale: string };

export interface Bridge {
  /** Walk one. Resolves with ok only after the event is durable. */
  receive(source: string, delivery: Delivery): Promise<Result<Stored>>;
  /** One round of walk two. @returns how many events and orders it took */
  work(): Promise<number>;
  /** To be called once, by a process that stays: what one before it left under a clock that was ahead is taken up in time. */
  begin(): Promise<void>;
  /** Keeps what this process holds; to be called every LIMITS.lease_renew_ms while rounds run. */
  renew(): Promise<void>;
  /** Gives back what this process holds: nobody need wait for its leases. For a stop. Never throws. */
  release(): Promise<void>;
  /** Sends one event through again; resolves after its changes are committed. */
  replay(eventId: string, options: ReplayOptions, actor: string): Promise<Result<Replayed>>;
  /** Takes an event of our own to its end; resolves after its changes are committed. One that is done stays as it is. */
  enter(eventId: string): Promise<Result<EventEnd['order_id']>>;
  /** What a person asks of one sale; resolves after its changes are committed. Asked twice, it is done once. */
  act(orderId: string, act: PersonAct, by: Person, how?: HowToAct): Promise<Result<Acted>>;
  /** Takes a sale up by the revision that runs; by one that is imagined it only says what would become of it. */
  takeUp(orderId: string, imagined: Revision | null): Promise<Result<Acted>>;
  /** Forgets who bought; no license changes by it. @returns whether there was something to forget. @throws when its source does not run */
  redact(orderId: string, cause: Cause): Promise<boolean>;
  /** How the shops answer, by source; those that this process has not asked are missing. */
  shops(): Shops;
  /** How a revision (the running one unless given) would map the lines of an event; changes nothing. */
  explain(source: string, of: Explained, revision?: Revision): Promise<Result<readonly ExplainedLine[]>>;
}

export interface BridgePorts extends RiverPorts {
  /** For walk one, where a shop waits: the sources as they were a moment ago; `sources` if left out. */
  readonly sources_at_hand?: RiverPorts['sources'];
}

export function makeBridge(ports: BridgePorts): Bridge {
  const { store, clock, log, observe } = ports;
  const walkTwo = makeWalkTwo(ports);

  async function receive(name: string, delivery: Delivery): Promise<Result<Stored>> {
    try {
      const source = (await (ports.sources_at_hand ?? ports.sources)()).get(name);
      if (!source) return fail('source_unknown', name);
      // Which variable is missing is nobody's business out there; `check` and /v1/sources say it.
      if (!source.settings.ok) return fail('source_closed');
      const event = await source.integration.verify(delivery, source.settings.value, ports.digest);
      if (!event.ok) return event;
      const stored = await store.addEvent(name, event.value, delivery.received_at);
      observe({
        is: 'received',
        event_id: stored.id,
        source: name,
        type: event.value.type,
        duplicate: stored.duplicate,
        acknowledge_ms: span(delivery.received_at, clock.now()),
        at: delivery.received_at,
      });
      return ok(stored);
    } catch (error) {
      // Whatever this is, the event is not stored, and the shop will send it again.
      log('error', 'event not stored', {
        source: name,
        error: traceOf(error),
      });
      return fail('not_stored');
    }
  }

  /** Two replays of one event at once would only take it out of each other's hands. */
  const replayTurns = makeTurnsOf(1);

  function replay(eventId: string, options: ReplayOptions, actor: string): Promise<Result<Replayed>> {
    return replayTurns(eventId)(() => replayNow(eventId, options, actor));
  }

  async function replayNow(
    eventId: string,
    options: ReplayOptions,
    actor: string,
  ): Promise<Result<Replayed>> {
    const { dry_run, remap, refresh } = options;
    const found = await store.readEvent(eventId);
    if (!found) return fail('not_found', `no event ${eventId}`);
    if (found.body.length === 0) return fail('body_pruned', eventId);
    const source = (await ports.sources()).get(found.source);
    if (!source) return fail('source_unknown', found.source);
    if (!source.settings.ok && (refresh || (await store.answersOf(eventId)).length === 0))
      return source.settings;
    const cause: Cause = { by: 'replay', event_ids: [eventId], actor };
    const asLeft = dry_run || refresh ? null : await lookedAt(found, source, { cause, remap });
    if (asLeft) return ok(asLeft);
    const manner = { cause, dry_run, remap, refresh };
    for (let attempt = 0; attempt < LIMITS.settle_attempts; attempt++) {
      const carried = await carryOnce(found, source, manner);
      if (carried) return carried;
    }
    return fail('conflict_persists', eventId);
  }

  /** @returns null where another process took it meanwhile: its answer would not be ours */
  async function carryOnce(
    found: FoundEvent,
    source: Source,
    manner: Carried,
  ): Promise<Result<Replayed> | null> {
    const { dry_run } = manner;
    const event = dry_run ? found : await store.seizeEvent(found.id, clock.now());
    if (!event) return fail('not_found', `no event ${found.id}`);
    const { settlement, ends } = await walkTwo.carry(event, source, manner);
    const end = ends.find((it) => it.event_id === found.id);
    if (!end) return null;
    const { state, problem, order_id } = end;
    return ok({ changes: toldOf(settlement, dry_run), dry_run, state, problem, order_id });
  }

  async function enterNow(eventId: string): Promise<Result<EventEnd['order_id']>> {
    const cause: Cause = { by: 'events', event_ids: [eventId] };
    const manner = { cause, dry_run: false, remap: false, refresh: false };
    for (let attempt = 0; attempt < LIMITS.settle_attempts; attempt++) {
      const found = await store.readEvent(eventId);
      if (!found) return fail('not_found', `no event ${eventId}`);
      if (found.ended?.state === 'done') return ok(found.ended.order_id);
      const source = (await ports.sources()).get(found.source);
      if (!source) return fail('source_unknown', found.source);
      const carried = await carryOnce(found, source, manner);
      if (!carried) continue;
      if (!carried.ok) return carried;
      const { state, problem, order_id } = carried.value;
      if (state === 'done') return ok(order_id);
      return problem ? { ok: false, problem } : fail('conflict_persists', eventId);
    }
    return fail('conflict_persists', eventId);
  }

  /** Most replays find all as they left it. Looking first takes no lease and writes nothing. @returns null where there is more to do */
  async function lookedAt(
    event: FoundEvent,
    source: Source,
    { cause, remap }: Pick<Manner, 'cause' | 'remap'>,
  ): Promise<Replayed | null> {
    const { ended } = event;
    if (ended?.state !== 'done') return null;
    const manner = { cause, remap, dry_run: true, refresh: false, unasked: true } as const;
    const { settlement, ends, unchanged } = await walkTwo.carry(event, source, manner);
    const end = ends.find((it) => it.event_id === event.id);
    if (!unchanged || !settlement || !end) return null;
    const { state, problem, order_id } = end;
    if (!same(ended, { state, problem, order_id })) return null;
    observe({ is: 'ended', event, end, at: clock.now(), sale: settlement, replayed: true });
    return { ...ended, changes: [], dry_run: false };
  }

  async function explain(
    name: string,
    of: Explained,
    revision?: Revision,
  ): Promise<Result<readonly ExplainedLine[]>> {
    const source = (await ports.sources()).get(name);
    if (!source) return fail('source_unknown', name);
    const used = revision ?? source.revision;
    if ('sale' in of) {
      const sale = await saleOf(name, '', [of.sale]);
      return sale ? ok(explainReading(null, used, sale)) : fail('not_found', `no such sale of ${name}`);
    }
    const event = 'event' in of ? of.event : await store.readEvent(of.event_id);
    if (!event || event.source !== name) return fail('not_found', `no such event of ${name}`);
    const answers = 'event' in of ? [] : await store.answersOf(event.id);
    const reading = source.integration.normalize(event, answers);
    if (reading.is === 'request') return fail('not_a_sale', 'it asks about the records of a person');
    if (reading.is !== 'facts') return { ok: false, problem: reading.problem };
    return ok(explainReading(reading, used, await saleOf(name, event.account, namesOf({ reading }))));
  }

  async function saleOf(source: string, account: string, names: readonly string[]) {
    const found = await store.findOrders(source, account, names);
    const [id] = [...found.values(), ...names];
    const loaded = id === undefined ? null : await store.loadSale(id);
    if (loaded?.source !== source) return null;
    const { things, refs, choices } = loaded.doc;
    return { ...loaded, things, refs, choices };
  }

  const act: Bridge['act'] = async (orderId, asked, by, how) =>
    actedOf(await walkTwo.asked.act(orderId, asked, by, how), how?.dry_run === true);

  const takeUp: Bridge['takeUp'] = async (orderId, imagined) =>
    actedOf(await walkTwo.asked.takeUp(orderId, imagined), imagined !== null);

  /** Whoever enters the same at once waits for the first. */
  const enter: Bridge['enter'] = async (eventId) => {
    try {
      return await replayTurns(eventId)(() => enterNow(eventId));
    } catch (error) {
      if (error instanceof Contended) return fail('conflict_persists', error.message);
      throw error;
    }
  };

  const { work, begin, renew, release, shops, asked } = walkTwo;
  const { redact } = asked;
  return { receive, work, begin, renew, release, replay, enter, act, takeUp, redact, shops, explain };
}

function actedOf(it: Result<Settled>, dry_run: boolean): Result<Acted> {
  if (!it.ok) return it;
  const { settlement } = it.value;
  return ok({ changes: toldOf(settlement, dry_run), items: settlement?.items ?? null });
}

function toldOf(settlement: Settlement | null, dry_run: boolean): readonly (Change | AppliedChange)[] {
  return (settlement?.changes ?? []).filter(isTold).map((it) => (dry_run ? imagined(it) : it));
}

/** Of a dry run: the id and key that were drawn for it belong to no license. */
function imagined(it: AppliedChange): Change {
  if (it.change !== 'issue') return it;
  const { license_id: _id, key: _key, ...change } = it;
  return change;
}
