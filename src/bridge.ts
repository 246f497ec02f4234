/**
 * The whole river on one page. Walk one: verify → store → acknowledge. Walk two: claim → gather → normalize →
 * merge → map → plan → settle. What must never happen here: an answer before the event is durable, or an end
 * written apart from the effect it stands for.
 */
import { contextOf, type Grants, grantsOf } from './core/grants.ts';
import type { Answer, Delivery, Reading, StoredEvent } from './core/integration.ts';
import { ID_BYTES, LICENSE_KEY_BYTES, licenseKey, timeOrderedId } from './core/keys.ts';
import { readSale } from './core/known.ts';
import { LIMITS } from './core/limits.ts';
import { explainLine, type Revision } from './core/mapping.ts';
import { type Abilities, plan } from './core/plan.ts';
import type { Clock, Digest, Fetch, Log, RandomBytes } from './core/ports.ts';
import { fail, isRetried, ok, type Problem, problem, type Result } from './core/problem.ts';
import { bugRetryAfter, retryAfter } from './core/retry.ts';
import { merge } from './core/sale.ts';
import { compose, isUnchanged } from './core/settlement.ts';
import type { Source } from './core/sources.ts';
import type { AppliedChange, Cause, ClaimedEvent, EventEnd, LoadedSale, SaleDoc, Settlement, Store, Stored } from './core/store.ts';

export interface BridgePorts {
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

export interface ReplayOptions {
  /** Say what would change, change nothing. */
  readonly dry_run: boolean;
  /** Map the sale's lines by today's revision, pins forgotten. */
  readonly remap: boolean;
  /** Ask the shop anew. */
  readonly refresh: boolean;
}

export interface Replayed {
  readonly changes: readonly AppliedChange[];
  readonly dry_run: boolean;
  readonly state: EventEnd['state'];
  readonly problem: Problem | null;
  readonly order_id: string | null;
}

export interface ExplainedLine extends ReturnType<typeof explainLine> {
  readonly line_id: string;
  readonly title: string;
  readonly quantity: number | null;
}

export interface Bridge {
  /** Walk one. Resolves with ok only after the event is durable. */
  receive(source: string, delivery: Delivery): Promise<Result<Stored>>;
  /** One round of walk two. @returns how many events and orders it took */
  work(): Promise<number>;
  /** Keeps what this process holds; to be called every LIMITS.lease_renew_ms while rounds run. */
  renew(): Promise<void>;
  replay(eventId: string, options: ReplayOptions, actor: string): Promise<Result<Replayed>>;
  /** How a revision (the running one unless given) would map the lines of an event. */
  explain(source: string, of: { event_id: string } | { event: StoredEvent }, revision?: Revision): Promise<Result<readonly ExplainedLine[]>>;
}

/** An event together with what it means, on its way to its sale. */
interface Contribution {
  readonly event: ClaimedEvent;
  readonly reading: Extract<Reading, { is: 'facts' }>;
}

/** What a round works on: one sale, and what arrived for it. */
interface Work {
  readonly source: Source;
  readonly account: string;
  readonly contributions: readonly Contribution[];
  /** Known when the clock brought it up. */
  readonly order_id: string | null;
  readonly cause: Cause;
  readonly dry_run: boolean;
  readonly remap: boolean;
}

/** What came of it. */
interface Settled {
  readonly settlement: Settlement | null;
  readonly ends: readonly EventEnd[];
}

export function makeBridge(ports: BridgePorts): Bridge {
  const { store, clock, random, log } = ports;
  const held = new Set<string>();

  // ─── walk one ────────────────────────────────────────────────────────────────────────────────────────────

  async function receive(name: string, delivery: Delivery): Promise<Result<Stored>> {
    const source = (await ports.sources()).get(name);
    if (!source) return fail('source_unknown', name);
    if (!source.settings.ok) return fail('source_closed', source.settings.problem.detail);
    const event = await source.integration.verify(delivery, source.settings.value, ports.digest);
    if (!event.ok) return event;
    try {
      return ok(await store.addEvent(name, event.value, delivery.received_at));
    } catch (error) {
      log('error', 'event not stored', { source: name, error: String(error) });
      return fail('not_stored');
    }
  }

  // ─── walk two ────────────────────────────────────────────────────────────────────────────────────────────

  async function work(): Promise<number> {
    const now = clock.now();
    const events = await store.claimEvents(now, LIMITS.claim_count);
    for (const { lease } of events) held.add(lease);
    const sources = await ports.sources();
    try {
      const works = groupBySale((await inTurns(events, (event) => prepare(event, sources))).flat());
      await Promise.all(works.map(settleOrPark));
    } finally {
      for (const { lease } of events) held.delete(lease);
    }
    const due = await store.dueOrders(now, LIMITS.claim_count);
    await inTurns(due, (id) => wake(id, sources));
    return events.length + due.length;
  }

  /** Reads an event, and ends it here if it concerns no sale. */
  async function prepare(event: ClaimedEvent, sources: ReadonlyMap<string, Source>): Promise<Work[]> {
    try {
      const read = await understand(event, sources.get(event.source), false);
      if ('end' in read) {
        await store.endEvents([read.end]);
        logEnd(event, read.end);
        return [];
      }
      return [workOn(read, { by: 'events', event_ids: [event.id] })];
    } catch (error) {
      await giveBack([event], error);
      return [];
    }
  }

  /** gather and normalize: what an event means, or how it ends without a sale. */
  async function understand(
    event: ClaimedEvent,
    source: Source | undefined,
    refresh: boolean,
  ): Promise<{ source: Source; contribution: Contribution } | { end: EventEnd }> {
    if (!source) return { end: endOf(event, 'parked', problem('source_unknown', event.source)) };
    if (event.mode !== null && event.mode !== source.revision.mapping.mode) {
      const mismatch = problem('mode_mismatch', `a ${event.mode} event at a ${source.revision.mapping.mode} source`);
      await store.raise(source.name, mismatch.code, mismatch.detail, clock.now());
      return { end: endOf(event, 'ignored', mismatch) };
    }
    const answers = await gather(event, source, refresh);
    if (!answers.ok) return { end: endOrRetry(event, answers.problem) };
    const reading = source.integration.normalize(event, answers.value);
    if (reading.is !== 'facts') return { end: endOf(event, reading.is, reading.problem) };
    return { source, contribution: { event, reading } };
  }

  /** The only step that may ask the shop. What it learns is stored first, so that nobody is asked twice. */
  async function gather(event: ClaimedEvent, source: Source, refresh: boolean): Promise<Result<readonly Answer[]>> {
    if (!refresh) {
      const known = await store.answersOf(event.id);
      if (known.length > 0) return ok(known);
    }
    // A source that was closed since still reads what it was sent, as far as nobody need be asked.
    if (!source.settings.ok) return ok([]);
    const turn = refresh ? event.refresh + 1 : event.refresh;
    const asked = await source.integration.gather(event, source.settings.value, ports, turn);
    if (asked.ok && asked.value.length > 0) await store.addAnswers(event.id, turn, asked.value);
    return asked;
  }

  async function settleOrPark(it: Work): Promise<void> {
    try {
      await converge(it);
    } catch (error) {
      if (it.contributions.length > 1) {
        // One of them may be poison: each goes on alone.
        for (const one of it.contributions) await settleOrPark({ ...it, contributions: [one] });
        return;
      }
      await giveBack(it.contributions.map(({ event }) => event), error);
    }
  }

  /** merge → map → plan → settle, again from the start whenever someone else was first. */
  async function converge(it: Work): Promise<Settled> {
    let contributions = it.contributions;
    for (let attempt = 0; attempt < LIMITS.settle_attempts; attempt++) {
      const names = [...new Set(contributions.flatMap(namesOf))];
      const found = await store.findOrders(it.source.name, it.account, names);
      const creates = contributions.find(({ reading }) => reading.creates !== null)?.reading.creates ?? null;
      const orderId = it.order_id ?? (creates && found.get(creates)) ?? [...found.values()][0] ?? null;
      const loaded = orderId ? await store.loadSale(orderId) : null;
      const externalId = loaded?.external_id ?? creates;
      if (externalId === null) {
        const ends = await waitForSale(it, contributions);
        if (ends) return { settlement: null, ends };
        continue;
      }
      const settlement = draft(it, contributions, loaded, externalId, found);
      if (it.dry_run) return { settlement, ends: settlement.ends };
      if (isUnchanged(loaded, settlement)) {
        if (loaded && loaded.next_at !== settlement.next_at) {
          await store.reschedule({ ...settlement, version: loaded.version });
        }
        if (settlement.ends.length > 0) await store.endEvents(settlement.ends);
        return { settlement, ends: settlement.ends };
      }
      const outcome = await store.settle(settlement);
      if (outcome === 'settled') {
        logSettled(settlement);
        return { settlement, ends: settlement.ends };
      }
      if (outcome === 'lease_lost') {
        contributions = await stillHeld(contributions);
        if (contributions.length === 0) return { settlement: null, ends: [] };
      }
    }
    throw new Error(`settle gave up after ${LIMITS.settle_attempts} attempts`);
  }

  /** The pure middle of the river: everything that is read goes in, what is to be written comes out. */
  function draft(
    it: Work,
    contributions: readonly Contribution[],
    loaded: LoadedSale | null,
    externalId: string,
    found: ReadonlyMap<string, string>,
  ): Settlement {
    const at = clock.now();
    const { revision } = it.source;
    const orderId = loaded?.order_id ?? timeOrderedId('ord', at, random(ID_BYTES));
    const before: SaleDoc = loaded?.doc ?? { things: {}, refs: [], pins: {}, decisions: {}, overrides: [] };
    const told = [externalId, ...contributions.flatMap(({ reading }) => reading.refs)];
    // A name that already belongs to another sale stays there: the machine never joins two sales.
    const newRefs = [...new Set(told)].filter((ref) => !before.refs.includes(ref) && !found.has(ref));
    const refs = [...before.refs, ...newRefs];
    const things = merge(before.things, contributions.flatMap(({ reading }) => reading.facts));
    const grants = grantsOf({
      things,
      external_id: externalId,
      refs,
      pins: it.remap ? {} : before.pins,
      decisions: before.decisions,
      revision,
      units_per_line: ports.units_per_line,
    });
    const changes = plan({
      grants: grants.grants,
      lines: grants.lines,
      licenses: loaded?.licenses ?? [],
      overrides: before.overrides,
      abilities: ports.abilities(revision.mapping.issuer),
      as_of: at,
    });
    const ends = contributions.map(({ event, reading }) => ({
      ...endOf(event, 'done', reading.remark ?? parkedProblem(grants)),
      order_id: orderId,
    }));
    return compose(
      {
        loaded,
        order_id: orderId,
        source: it.source.name,
        account: it.account,
        external_id: externalId,
        doc: { ...before, things, refs, pins: grants.pins },
        new_refs: newRefs,
        grants,
        changes,
        revision,
        cause: it.cause,
        ends,
        at,
      },
      {
        licenseId: () => timeOrderedId('lic', at, random(ID_BYTES)),
        licenseKey: () => licenseKey(random(LICENSE_KEY_BYTES)),
      },
    );
  }

  /** @returns null when a name became known meanwhile: look again */
  async function waitForSale(it: Work, contributions: readonly Contribution[]): Promise<readonly EventEnd[] | null> {
    const ends: EventEnd[] = [];
    for (const { event, reading } of contributions) {
      const until = event.received_at + LIMITS.wait_for_sale_ms;
      const unknown = problem('sale_unknown', `waits for ${reading.refs.join(', ')}`);
      if (until <= clock.now()) {
        ends.push(endOf(event, 'ignored', unknown));
        if (!it.dry_run) await store.endEvents(ends.slice(-1));
        continue;
      }
      const end: EventEnd = { ...endOf(event, 'waiting', unknown), due_at: until };
      ends.push(end);
      if (it.dry_run) continue;
      if (!(await store.waitForSale(end, it.source.name, it.account, reading.refs))) {
        return (await stillHeld([{ event, reading }])).length > 0 ? null : ends;
      }
    }
    for (const end of ends) log('info', 'event waits', { event: end.event_id, problem: end.problem?.code });
    return ends;
  }

  async function stillHeld(contributions: readonly Contribution[]): Promise<readonly Contribution[]> {
    const now = await Promise.all(contributions.map(({ event }) => store.readEvent(event.id)));
    return contributions.filter(({ event }, i) => now[i]?.lease === event.lease);
  }

  async function wake(orderId: string, sources: ReadonlyMap<string, Source>): Promise<void> {
    const sale = await store.loadSale(orderId);
    const source = sale && sources.get(sale.source);
    if (!sale || !source) return;
    const cause: Cause =
      sale.revision_id === source.revision.id
        ? { by: 'clock' }
        : { by: 'revision', revision_id: source.revision.id };
    await settleOrPark({
      source,
      account: sale.account,
      contributions: [],
      order_id: orderId,
      cause,
      dry_run: false,
      remap: false,
    });
  }

  // ─── by hand ─────────────────────────────────────────────────────────────────────────────────────────────

  async function replay(eventId: string, options: ReplayOptions, actor: string): Promise<Result<Replayed>> {
    const event = options.dry_run
      ? await store.readEvent(eventId)
      : await store.seizeEvent(eventId, clock.now());
    if (!event) return fail('not_found', `no event ${eventId}`);
    if (event.body.length === 0) return fail('body_pruned', eventId);
    const read = await understand(event, (await ports.sources()).get(event.source), options.refresh);
    if ('end' in read) {
      if (!options.dry_run) await store.endEvents([read.end]);
      return ok(replayed(options, [], read.end));
    }
    const cause: Cause = { by: 'replay', event_ids: [event.id], actor };
    const { dry_run, remap } = options;
    const settled = await converge({ ...workOn(read, cause), dry_run, remap });
    const end = settled.ends[0] ?? endOf(event, 'done', null);
    return ok(replayed(options, settled.settlement?.changes ?? [], end));
  }

  async function explain(
    name: string,
    of: { event_id: string } | { event: StoredEvent },
    revision?: Revision,
  ): Promise<Result<readonly ExplainedLine[]>> {
    const source = (await ports.sources()).get(name);
    if (!source) return fail('source_unknown', name);
    const event = 'event' in of ? of.event : await store.readEvent(of.event_id);
    if (!event) return fail('not_found', 'no such event');
    const answers = 'event' in of ? [] : await store.answersOf(event.id);
    const reading = source.integration.normalize(event, answers);
    if (reading.is !== 'facts') return { ok: false, problem: reading.problem };
    const names = namesOf({ reading });
    const [orderId] = (await store.findOrders(name, event.account, names)).values();
    const loaded = orderId ? await store.loadSale(orderId) : null;
    const sale = readSale(merge(loaded?.doc.things ?? {}, reading.facts));
    const used = revision ?? source.revision;
    const context = { external_id: loaded?.external_id ?? reading.creates ?? '', refs: names, revision: used };
    return ok(
      (sale.checkout?.lines?.lines ?? []).map((line) => ({
        line_id: line.id,
        title: line.title,
        quantity: line.quantity,
        ...explainLine(contextOf(line, sale, context), used),
      })),
    );
  }

  // ─── ends ────────────────────────────────────────────────────────────────────────────────────────────────

  function endOrRetry(event: ClaimedEvent, it: Problem): EventEnd {
    const wait = isRetried(it) ? retryAfter(event.attempts) : null;
    return wait === null
      ? endOf(event, 'parked', it)
      : { ...endOf(event, 'waiting', it), due_at: clock.now() + wait };
  }

  /** Something threw. The event comes back after a while, and is parked in the end: poison never stops the line. */
  async function giveBack(events: readonly ClaimedEvent[], error: unknown): Promise<void> {
    log('error', 'event failed', {
      events: events.map(({ id }) => id),
      error: error instanceof Error ? error.stack : String(error),
    });
    const ends = events.map((event): EventEnd => {
      const wait = bugRetryAfter(event.attempts);
      const bug = problem('bug', error instanceof Error ? error.message : String(error));
      return wait === null
        ? endOf(event, 'parked', bug)
        : { ...endOf(event, 'waiting', bug), due_at: clock.now() + wait };
    });
    // If the store itself is what failed, the lease runs out and the event comes back.
    await store.endEvents(ends).catch((again) => log('error', 'event kept by its lease', { error: String(again) }));
  }

  function logEnd(event: ClaimedEvent, end: EventEnd): void {
    const level = end.state === 'parked' ? 'warn' : 'info';
    log(level, `event ${end.state}`, { event: event.id, source: event.source, type: event.type, problem: end.problem?.code });
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

  return { receive, work, renew: () => store.renewLeases([...held], clock.now()), replay, explain };
}

function workOn(
  read: { readonly source: Source; readonly contribution: Contribution },
  cause: Cause,
): Work {
  const { source, contribution } = read;
  return {
    source,
    account: contribution.event.account,
    contributions: [contribution],
    order_id: null,
    cause,
    dry_run: false,
    remap: false,
  };
}

/** Events of one sale that came together are settled together. */
function groupBySale(works: readonly Work[]): Work[] {
  const groups = new Map<string, Work>();
  for (const it of works) {
    const names = it.contributions.flatMap(namesOf);
    const key = `${it.source.name}\n${it.account}\n${names[0] ?? ''}`;
    const group = groups.get(key);
    const contributions = [...(group?.contributions ?? []), ...it.contributions];
    const cause: Cause = { by: 'events', event_ids: contributions.map(({ event }) => event.id) };
    groups.set(key, { ...it, contributions, cause });
  }
  return [...groups.values()];
}

function namesOf({ reading }: Pick<Contribution, 'reading'>): string[] {
  return reading.creates === null ? [...reading.refs] : [reading.creates, ...reading.refs];
}

function endOf(event: ClaimedEvent, state: EventEnd['state'], it: Problem | null): EventEnd {
  return { event_id: event.id, lease: event.lease, state, problem: it, order_id: null, due_at: null };
}

function parkedProblem(grants: Grants): Problem | null {
  return grants.lines.find(({ state }) => state === 'parked')?.problem ?? null;
}

function replayed(options: ReplayOptions, changes: readonly AppliedChange[], end: EventEnd): Replayed {
  const { state, problem: it, order_id } = end;
  return { changes, dry_run: options.dry_run, state, problem: it, order_id };
}

/** Runs over all with at most eight under way: a shop's rate limits are not ours to spend. */
async function inTurns<T, R>(all: readonly T[], run: (it: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < all.length; at += 8) {
    results.push(...(await Promise.all(all.slice(at, at + 8).map(run))));
  }
  return results;
}
