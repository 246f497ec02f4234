/**
 * The pure middle of the river without storage: normalize → merge → map → plan → apply, one sale at a time, as
 * walk two would take it. It looks after itself: whatever it applies, planning again must find nothing to do.
 */
import { integrations } from '../../integrations/index.ts';
import { afterAct, type PersonAct } from '../../src/core/acts.ts';
import { givenAt } from '../../src/core/applied.ts';
import { type Contribution, draft, namesOf } from '../../src/core/draft.ts';
import type { Integration, StoredEvent } from '../../src/core/integration.ts';
import type { Revision } from '../../src/core/mapping.ts';
import { type Abilities, type License, type Override, slotName, stateOf } from '../../src/core/plan.ts';
import { isUnchanged } from '../../src/core/settlement.ts';
import type { Cause, EventEnd, LoadedSale, Settlement } from '../../src/core/store.ts';
import type { History, Telling } from './history.ts';

/** Our clock stands: laws hold at a fixed time. */
export const NOW = Date.UTC(2027, 0, 4);

/** What a river carries: the tellings of one sale, and the name that it must come to have. */
export type Course = Pick<History, 'shop' | 'external_id' | 'tellings'>;

export interface Banks {
  /** A connected account; empty if left out. */
  readonly account?: string;
  /** Our own clock, epoch ms; it stands at NOW if left out. */
  readonly now?: () => number;
  readonly abilities?: Abilities;
  /** Plans a second time only when the clock or a person brings the sale up. */
  readonly hasty?: boolean;
}

export interface River {
  /** The events with these places in the history arrive together and are worked. */
  deliver(places: readonly number[]): void;
  /** The sale is taken up as often as its time has come. */
  wake(): void;
  /** Another revision runs from now on. */
  revise(revision: Revision): void;
  /** All that is left to a person is decided, what comes of it too. */
  decide(decision: 'accepted' | 'declined'): void;
  /** What a person keeps to, for these slots. */
  override(overrides: readonly Override[]): void;
  /** What a person does to it. @returns whether it was done, or had been before */
  act(asked: PersonAct): boolean;
  /** The same through `bridge.replay`: whatever they were before, once more. Throws when it changes anything. */
  replay(...places: readonly number[]): void;
  readonly sale: LoadedSale | null;
  /** How each event that arrived ended, by its place. */
  readonly ends: ReadonlyMap<number, EventEnd['state']>;
  /** Of the last settlement. */
  readonly reviews: readonly string[];
  readonly flags: readonly string[];
  /** Every key that was ever drawn, with its slot and generation. */
  readonly drawn: readonly string[];
}

export function makeRiver(history: Course, first: Revision, banks: Banks = {}): River {
  const { account = '', now = () => NOW, abilities = { alter: true }, hasty = false } = banks;
  let revision = first;
  const integration = integrationOf(history.shop);
  const ends = new Map<number, EventEnd['state']>();
  const waiting = new Set<number>();
  const drawn: string[] = [];
  let sale: LoadedSale | null = null;
  let last: Settlement | null = null;
  let counted = 0;
  let cause: Cause | null = null;

  const readings = new Map<number, Contribution | null>();

  /** Normalize is pure: the same event and answers always mean the same. */
  function contributionOf(place: number): Contribution | null {
    const known = readings.get(place);
    if (known !== undefined) return known;
    const read = readingOf(place);
    readings.set(place, read);
    return read;
  }

  function readingOf(place: number): Contribution | null {
    const telling = history.tellings[place];
    if (!telling) throw new Error(`no telling ${place}`);
    const event = storedEvent(telling, place, history.shop, account, now());
    const answers = telling.answers.map((it) => ({ ...it, id: `${event.id}/0/${it.asked}` }));
    const reading = integration.normalize(event, answers);
    if (reading.is !== 'facts') {
      ends.set(place, reading.is === 'request' ? 'done' : reading.is);
      return null;
    }
    return {
      event: { ...event, mode: null, lease: `lease_${place}`, attempts: 1, deaths: 0, refresh: 0 },
      reading,
    };
  }

  function settle(contributions: readonly Contribution[]): Settlement {
    const refs = sale?.doc.refs ?? [];
    return draft(
      {
        source: history.shop,
        account,
        external_id: history.external_id,
        loaded: sale,
        contributions,
        found: new Map(refs.map((it) => [it, 'ord_1'])),
        revision,
        abilities,
        units_per_line: 1000,
        remap: false,
        cause: cause ?? { by: 'events', event_ids: contributions.map(({ event }) => event.id) },
        at: now(),
      },
      {
        orderId: () => 'ord_1',
        licenseId: () => `lic_${counted++}`,
        licenseKey: () => `KEY-${counted}`,
      },
    );
  }

  function take(places: readonly number[]): void {
    const arrived = new Set([...places, ...waiting]);
    const left = new Map(
      [...arrived].flatMap((place) => {
        const read = contributionOf(place);
        return read ? [[place, read] as const] : [];
      }),
    );
    for (const place of left.keys()) waiting.add(place);
    // What tells a name of the sale wakes what waits for that name.
    for (let joined = takeKnown(left); joined.length > 0; joined = takeKnown(left)) {
      apply(joined.map(([, read]) => read));
      for (const [place] of joined) {
        ends.set(place, 'done');
        waiting.delete(place);
        left.delete(place);
      }
    }
  }

  /** By the names that they tell, as the store would find their sale. */
  function takeKnown(left: ReadonlyMap<number, Contribution>): (readonly [number, Contribution])[] {
    const makers = [...left.values()].filter(({ reading }) => reading.creates !== null);
    const other = makers.find(({ reading }) => reading.creates !== history.external_id);
    if (other) throw new Error(`a sale ${other.reading.creates} beside ${history.external_id}`);
    if (sale === null && makers.length === 0) return [];
    const names = new Set([history.external_id, ...(sale?.doc.refs ?? []), ...makers.flatMap(namesOf)]);
    return [...left].filter(([, read]) => namesOf(read).some((it) => names.has(it)));
  }

  function apply(contributions: readonly Contribution[]): void {
    const settlement = settle(contributions);
    for (const change of settlement.changes) {
      if (change.change === 'issue') drawn.push(`${slotName(change)}#${change.generation}`);
    }
    // Where nothing else changes its clock still moves.
    sale = { ...applied(sale, settlement), next_at: settlement.next_at };
    last = settlement;
    if (hasty && contributions.length > 0) return;
    const again = settle([]);
    if (again.changes.length > 0 || !isAtRest(sale, again)) {
      throw new Error(`planning again changes something: ${JSON.stringify(again.changes)}`);
    }
  }

  /** Of some a person only takes note. */
  function decidable(): string[] {
    return (last?.reviews ?? []).filter(({ act }) => act !== 'look').map(({ name }) => name);
  }

  return {
    deliver: take,
    wake: () => {
      for (let round = 0; sale !== null && sale.next_at !== null && sale.next_at <= now(); round++) {
        if (round > 9) throw new Error(`the sale wants to be woken at ${sale.next_at} again and again`);
        cause = { by: 'clock' };
        apply([]);
        cause = null;
      }
    },
    revise: (next) => {
      revision = next;
    },
    decide: (decision) => {
      for (let open = decidable(); sale !== null && open.length > 0; open = decidable()) {
        const decisions = { ...sale.doc.decisions, ...Object.fromEntries(open.map((it) => [it, decision])) };
        sale = { ...sale, version: sale.version + 1, doc: { ...sale.doc, decisions } };
        apply([]);
      }
    },
    override: (overrides) => {
      if (sale) sale = { ...sale, version: sale.version + 1, doc: { ...sale.doc, overrides } };
      apply([]);
    },
    act: (asked) => {
      const acted = sale && afterAct(sale, asked, revision, { by: 'key_1', at: now() });
      if (!acted?.ok) return false;
      // As in converge: what was done before is not written down.
      if (acted.value === sale) return true;
      sale = { ...acted.value, version: acted.value.version + 1 };
      apply([]);
      return true;
    },
    replay: (...places) => {
      const before = sale;
      take(places);
      if (before !== null && sale !== null && before.version === sale.version) return;
      if (before !== null) throw new Error(`the replay of event ${places.join()} changed something`);
    },
    get sale() {
      return sale;
    },
    get reviews() {
      return last?.reviews.map((it) => it.name) ?? [];
    },
    get flags() {
      return last?.flags ?? [];
    },
    ends,
    drawn,
  };
}

function integrationOf(name: string): Integration {
  const found = integrations.find((it) => it.name === name);
  if (!found) throw new Error(`no integration ${name}`);
  return found;
}

/** What a store would hold after the settlement; throws where the database would have said no. */
export function applied(before: LoadedSale | null, it: Settlement): LoadedSale {
  if (before && isAtRest(before, it)) return before;
  let licenses: License[] = [...(before?.licenses ?? [])];
  for (const change of it.changes) {
    if (change.change === 'issue') {
      const { license_id: id, line_id, unit, part, generation, product, policy, fields, reasons } = change;
      const { starts_at, valid_until } = change;
      const made = {
        id,
        line_id,
        unit,
        part,
        generation,
        product,
        policy,
        fields,
        reasons,
        starts_at,
        valid_until,
      };
      if (licenses.some((other) => !other.replaced && slotName(other) === slotName(made))) {
        throw new Error(`a second license for the slot ${slotName(made)}`);
      }
      licenses.push({ ...made, replaced: false, issued_at: change.given ? givenAt(it) : it.at });
      continue;
    }
    const change_ =
      'reasons' in change
        ? { reasons: change.reasons, replaced: change.replaced }
        : {
            fields: change.fields,
            ...(change.policy !== undefined && { policy: change.policy }),
            valid_until: change.valid_until,
            ...(change.starts_at !== undefined && { starts_at: change.starts_at }),
          };
    licenses = licenses.map((license) =>
      license.id === change.license_id ? { ...license, ...change_ } : license,
    );
  }
  const { order_id, source, account, external_id, version, revision_id, next_at, state, doc, items, flags } =
    it;
  const { things, ...read } = doc;
  // Through JSON, as it would be stored; the things are nothing else from the beginning.
  const stored = {
    order_id,
    source,
    account,
    external_id,
    version,
    revision_id,
    next_at,
    state,
    doc: read,
    items,
    flags,
    reviews: it.reviews.map(({ name }) => name).sort(),
    licenses,
  };
  const parsed = JSON.parse(JSON.stringify(stored));
  return { ...parsed, doc: { ...parsed.doc, things } };
}

/** `isUnchanged`, sooner: merge gives back the very same things where nothing new was said. */
function isAtRest(before: LoadedSale, it: Settlement): boolean {
  if (before.doc.things !== it.doc.things) return false;
  const without = <D extends { readonly things: unknown }>(doc: D) => ({ ...doc, things: {} });
  return isUnchanged({ ...before, doc: without(before.doc) }, { ...it, doc: without(it.doc) });
}

function storedEvent(
  telling: Telling,
  place: number,
  source: string,
  account: string,
  receivedAt: number,
): StoredEvent {
  return {
    id: `event_${place}`,
    source,
    account,
    key: `key_${place}`,
    type: telling.type,
    created_at: source === 'stripe' ? telling.at : null,
    received_at: receivedAt,
    headers: {},
    body: new TextEncoder().encode(telling.body),
  };
}

/** The licenses that open something, as `slotsWorth` writes them; with their states where those are not plain. */
export function entitledOf(licenses: readonly License[]): string[] {
  return licenses
    .filter((it) => !it.replaced && stateOf(it.reasons) !== 'revoked')
    .map((it) => {
      const state = stateOf(it.reasons) === 'active' ? '' : ` ${stateOf(it.reasons)}`;
      return `${slotName(it)} ${it.product} ${it.policy} ${it.fields.max_activations ?? '-'}${state}`;
    })
    .sort();
}
