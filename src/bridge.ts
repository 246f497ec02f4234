/**
 * The bridge: walk one, walk two, and what a person asks of them. Walk one is here whole: verify → store →
 * acknowledge; walk two lies in walk-two.ts. What must never happen here: an answer before the event is durable.
 */

import { endOf, namesOf } from './core/draft.ts';
import { contextOf } from './core/grants.ts';
import type { Delivery, StoredEvent } from './core/integration.ts';
import { readSale } from './core/known.ts';
import { explainLine, type Revision } from './core/mapping.ts';
import { fail, ok, type Problem, type Result } from './core/problem.ts';
import { merge } from './core/sale.ts';
import type { AppliedChange, EventEnd, Stored } from './core/store.ts';
import { makeWalkTwo, type RiverPorts } from './walk-two.ts';

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
  /** Sends one event through again; resolves after its changes are committed. */
  replay(eventId: string, options: ReplayOptions, actor: string): Promise<Result<Replayed>>;
  /** How a revision (the running one unless given) would map the lines of an event; changes nothing. */
  explain(
    source: string,
    of: { readonly event_id: string } | { readonly event: StoredEvent },
    revision?: Revision,
  ): Promise<Result<readonly ExplainedLine[]>>;
}

export function makeBridge(ports: RiverPorts): Bridge {
  const { store, clock, log } = ports;
  const walkTwo = makeWalkTwo(ports);

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

  async function replay(eventId: string, options: ReplayOptions, actor: string): Promise<Result<Replayed>> {
    const { dry_run, remap, refresh } = options;
    const event = dry_run ? await store.readEvent(eventId) : await store.seizeEvent(eventId, clock.now());
    if (!event) return fail('not_found', `no event ${eventId}`);
    if (event.body.length === 0) return fail('body_pruned', eventId);
    const { settlement, ends } = await walkTwo.carry(event, {
      cause: { by: 'replay', event_ids: [event.id], actor },
      dry_run,
      remap,
      refresh,
    });
    const { state, problem, order_id } = ends[0] ?? endOf(event, 'done', null);
    return ok({ changes: settlement?.changes ?? [], dry_run, state, problem, order_id });
  }

  async function explain(
    name: string,
    of: { readonly event_id: string } | { readonly event: StoredEvent },
    revision?: Revision,
  ): Promise<Result<readonly ExplainedLine[]>> {
    const source = (await ports.sources()).get(name);
    if (!source) return fail('source_unknown', name);
    const event = 'event' in of ? of.event : await store.readEvent(of.event_id);
    if (!event || event.source !== name) return fail('not_found', `no such event of ${name}`);
    const answers = 'event' in of ? [] : await store.answersOf(event.id);
    const reading = source.integration.normalize(event, answers);
    if (reading.is !== 'facts') return { ok: false, problem: reading.problem };
    const names = namesOf({ reading });
    const [orderId] = (await store.findOrders(name, event.account, names)).values();
    const loaded = orderId ? await store.loadSale(orderId) : null;
    const sale = readSale(merge(loaded?.doc.things ?? {}, reading.facts));
    const used = revision ?? source.revision;
    const context = {
      external_id: loaded?.external_id ?? reading.creates ?? '',
      refs: names,
      revision: used,
    };
    return ok(
      (sale.checkout?.lines?.lines ?? []).map((line) => ({
        line_id: line.id,
        title: line.title,
        quantity: line.quantity,
        ...explainLine(contextOf(line, sale, context), used),
      })),
    );
  }

  return { receive, work: walkTwo.work, renew: walkTwo.renew, replay, explain };
}
