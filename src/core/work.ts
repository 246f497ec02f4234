/**
 * What a round of walk two works on: one sale, and the events that arrived for it. Pure.
 */
import type { PersonAct } from './acts.ts';
import type { GivenKey } from './adoption.ts';
import { type Contribution, namesOf } from './draft.ts';
import type { Source } from './sources.ts';
import type { Cause, LoadedSale, Settlement } from './store.ts';

/** How a sale is to be taken. */
export interface Manner {
  readonly cause: Cause;
  /** Say what would change, change nothing. */
  readonly dry_run: boolean;
  /** Map all lines anew, pins forgotten. */
  readonly remap: boolean;
  /** What a person does to it. */
  readonly act?: PersonAct;
  /** One of these must be the version that it is done to; left out: any may be. */
  readonly versions?: readonly number[];
  /** Who buys is to be forgotten. */
  readonly redact?: true;
}

/** One sale, and what arrived for it. */
export interface Work extends Manner {
  readonly source: Source;
  readonly account: string;
  readonly contributions: readonly Contribution[];
  /** Known when the clock or a person brought it up, as is its name. */
  readonly order_id: string | null;
  readonly external_id?: string;
}

/** An event's facts with the source that said them. */
export interface Understood {
  readonly source: Source;
  readonly contribution: Contribution;
}

/** The work that one event brings. */
export function workOn(read: Understood, manner: Manner): Work {
  const { source, contribution } = read;
  const { cause, dry_run, remap } = manner;
  const { account } = contribution.event;
  return { source, account, contributions: [contribution], order_id: null, cause, dry_run, remap };
}

/** The work on a sale for which nothing arrived. */
export function workAgain(sale: LoadedSale, source: Source, manner: Manner): Work {
  const { account, order_id, external_id } = sale;
  return { ...manner, source, account, contributions: [], order_id, external_id };
}

/** What tells the sale of this work from others, as far as its events do: the first name that they tell. */
export function saleOf({ source, account, contributions, external_id = '' }: Work): string {
  const [name = external_id] = contributions.flatMap(namesOf);
  return `${source.name}\n${account}\n${name}`;
}

/** Events of one sale that came together are settled together. */
export function groupBySale(works: readonly Work[]): Work[] {
  const groups = new Map<string, Work>();
  for (const it of works) {
    const key = saleOf(it);
    const contributions = [...(groups.get(key)?.contributions ?? []), ...it.contributions];
    groups.set(key, { ...it, contributions });
  }
  return [...groups.values()];
}

/** What a person entered is their act, whoever carries it: they themselves, or after a crash a round. */
export function causeOf(contributions: readonly Contribution[]): Cause {
  const [first] = contributions;
  if (contributions.length === 1 && first?.reading.entered) return { by: 'person', ...first.reading.entered };
  return { by: 'events', event_ids: contributions.map(({ event }) => event.id) };
}

/** When the clock took a sale up because its keys had come, it was a person who took them in. */
export function causeOfTaking(it: Pick<Settlement, 'cause' | 'changes'>, given: readonly GivenKey[]): Cause {
  const used = it.changes.find((change) => change.given);
  const by = used && given.find(({ key }) => key === used.key);
  return by && it.cause.by === 'clock'
    ? { by: 'person', actor: by.created_by, act: 'take in keys given out before' }
    : it.cause;
}

/** What a person noted of a sale is told by no story once its buyer is forgotten: of those that came before, notes went. */
export function unnoted<It extends Pick<Settlement, 'cause' | 'doc'>>(it: It): It {
  if (!it.doc.redacted || it.cause.by !== 'person') return it;
  const { note: _note, ...cause } = it.cause;
  return { ...it, cause };
}
