/**
 * What a round of walk two works on: one sale, and the events that arrived for it. Pure.
 */
import { type Contribution, namesOf } from './draft.ts';
import type { Source } from './sources.ts';
import type { Cause } from './store.ts';

/** How a sale is to be taken. */
export interface Manner {
  readonly cause: Cause;
  /** Say what would change, change nothing. */
  readonly dry_run: boolean;
  /** Map all lines anew, pins forgotten. */
  readonly remap: boolean;
}

/** One sale, and what arrived for it. */
export interface Work extends Manner {
  readonly source: Source;
  readonly account: string;
  readonly contributions: readonly Contribution[];
  /** Known when the clock brought it up. */
  readonly order_id: string | null;
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

/** What tells the sale of this work from others, as far as its events do: the first name that they tell. */
export function saleOf({
  source,
  account,
  contributions,
}: Pick<Work, 'source' | 'account' | 'contributions'>): string {
  const [name = ''] = contributions.flatMap(namesOf);
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

export function causeOf(contributions: readonly Contribution[]): Cause {
  return { by: 'events', event_ids: contributions.map(({ event }) => event.id) };
}
