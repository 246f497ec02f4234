/**
 * The story of an order or a license as it is read: what changed when, and why. Types alone; rows are written by
 * settle. What must never happen here: a license key.
 */
import type { AppliedChange } from './store.ts';

/** Of an event that is no longer stored, only the id is known. */
export interface ToldEvent {
  readonly id: string;
  /** The shop's word for what happened. */
  readonly type: string | null;
  /** The shop's own name of the event, or what stands for it. */
  readonly key: string | null;
}

export interface ToldRevision {
  readonly id: string;
  readonly number: number | null;
}

interface ToldActor {
  readonly actor: string;
  /** Of the API key, where it was one. */
  readonly actor_name: string | null;
}

export type ToldCause =
  | { readonly by: 'events'; readonly events: readonly ToldEvent[] }
  | ({ readonly by: 'replay'; readonly events: readonly ToldEvent[] } & ToldActor)
  | { readonly by: 'clock' }
  | { readonly by: 'revision'; readonly revision: ToldRevision }
  | ({ readonly by: 'person'; readonly act: string; readonly note: string | null } & ToldActor);

export interface TimelineEntry {
  readonly version: number;
  /** Epoch ms. */
  readonly at: number;
  readonly cause: ToldCause;
  /** By which the sale was mapped then. */
  readonly revision: ToldRevision;
  /** Of very many the first, and those without their fields. */
  readonly changes: readonly AppliedChange[];
  readonly change_count: number;
}

/** Oldest first. */
export interface Timeline {
  readonly entries: readonly TimelineEntry[];
  /** Older ones are stored and not shown. */
  readonly truncated: boolean;
}
