/**
 * The pure middle of the river without storage: normalize → merge → map → plan → apply, one sale at a time, as
 * walk two would take it. It looks after itself: whatever it applies, planning again must find nothing to do.
 */
import { integrations } from '../../integrations/index.ts';
import { type Contribution, draft } from '../../src/core/draft.ts';
import type { StoredEvent } from '../../src/core/integration.ts';
import type { Revision } from '../../src/core/mapping.ts';
import { type License, slotName, stateOf } from '../../src/core/plan.ts';
import { isUnchanged } from '../../src/core/settlement.ts';
import type { EventEnd, LoadedSale, Settlement } from '../../src/core/store.ts';
import type { History, Telling } from './history.ts';

/** Our clock stands: laws hold at a fixed time. */
export const NOW = Date.UTC(2027, 0, 4);

export interface River {
  /** The events with these places in the history arrive together and are worked. */
  deliver(places: readonly number[]): void;
  /** The same through `bridge.replay`: whatever it was before, once more. Throws when it changes anything. */
  replay(place: number): void;
  readonly sale: LoadedSale | null;
  /** How each event that arrived ended, by its place. */
  readonly ends: ReadonlyMap<number, EventEnd['state']>;
  /** Of the last settlement. */
  readonly reviews: readonly string[];
  readonly flags: readonly string[];
  /** Every key that was ever drawn, with its slot and generation. */
  readonly drawn: readonly string[];
}

export function makeRiver(history: History, revision: Revision): River {
  const integration = integrations.find((it) => it.name === history.shop);
  if (!integration) throw new Error(`no integration ${history.shop}`);
  const ends = new Map<number, EventEnd['state']>();
  const waiting = new Set<number>();
  const drawn: string[] = [];
  let sale: LoadedSale | null = null;
  let last: Settlement | null = null;
  let counted = 0;

  const contributionOf = (place: number): Contribution | null => {
    const telling = history.tellings[place];
    if (!telling) throw new Error(`no telling ${place}`);
    const event = storedEvent(telling, place, history.shop);
    const answers = telling.answers.map((it) => ({ ...it, id: `${event.id}/0/${it.asked}` }));
    const reading = integration.normalize(event, answers);
    if (reading.is !== 'facts') {
      ends.set(place, reading.is);
      return null;
    }
    return {
      event: { ...event, mode: null, lease: `lease_${place}`, attempts: 1, deaths: 0, refresh: 0 },
      reading,
    };
  };

  function settle(contributions: readonly Contribution[]): Settlement {
    const refs = sale?.doc.refs ?? [];
    return draft(
      {
        source: history.shop,
        account: '',
        external_id: history.external_id,
        loaded: sale,
        contributions,
        found: new Map(refs.map((it) => [it, 'ord_1'])),
        revision,
        abilities: { alter: true },
        units_per_line: 1000,
        remap: false,
        cause: { by: 'events', event_ids: contributions.map(({ event }) => event.id) },
        at: NOW,
      },
      {
        orderId: () => 'ord_1',
        licenseId: () => `lic_${counted++}`,
        licenseKey: () => `KEY-${counted}`,
      },
    );
  }

  function take(places: readonly number[]): void {
    const contributions = places.map(contributionOf);
    const read = contributions.filter((it) => it !== null);
    if (read.length === 0) return;
    if (sale === null && read.every(({ reading }) => reading.creates === null)) {
      places.forEach((place, i) => {
        if (contributions[i]) waiting.add(place);
      });
      return;
    }
    const settlement = settle(read);
    for (const change of settlement.changes) {
      if (change.change === 'issue') drawn.push(`${slotName(change)}#${change.generation}`);
    }
    sale = applied(sale, settlement);
    last = settlement;
    const again = settle(read);
    if (again.changes.length > 0 || !isUnchanged(sale, again)) {
      throw new Error(`planning again changes something: ${JSON.stringify(again.changes)}`);
    }
    places.forEach((place, i) => {
      if (contributions[i]) ends.set(place, 'done');
      waiting.delete(place);
    });
    // The batch that makes the sale wakes what waits for it.
    if (waiting.size > 0) take([...waiting]);
  }

  return {
    deliver: take,
    replay: (place) => {
      const before = sale;
      take([place]);
      if (before !== null && sale !== null && before.version === sale.version) return;
      if (before !== null) throw new Error(`the replay of event ${place} changed something`);
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

/** What a store would hold after the settlement; throws where the database would have said no. */
export function applied(before: LoadedSale | null, it: Settlement): LoadedSale {
  if (before && isUnchanged(before, it)) return before;
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
      licenses.push({ ...made, replaced: false, issued_at: it.at });
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
  // Through JSON, as it would be stored.
  const stored = {
    order_id,
    source,
    account,
    external_id,
    version,
    revision_id,
    next_at,
    state,
    doc,
    items,
    flags,
    reviews: it.reviews.map(({ name }) => name).sort(),
    licenses,
  };
  return JSON.parse(JSON.stringify(stored));
}

function storedEvent(telling: Telling, place: number, source: string): StoredEvent {
  return {
    id: `event_${place}`,
    source,
    account: '',
    key: `key_${place}`,
    type: telling.type,
    created_at: source === 'stripe' ? telling.at : null,
    received_at: NOW,
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
