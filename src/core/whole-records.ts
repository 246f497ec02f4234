/**
 * Lines that wait, and what is read with one line or license besides what a list shows of it: what persons said, which
 * stands in the sale's own document. Types alone. What must never happen here: a key or a secret.
 */
import type { Choice } from './entitlement.ts';
import type { Override } from './plan.ts';
import type { Problem } from './problem.ts';
import type { OrderItem } from './store.ts';
import type { Timeline } from './timeline.ts';

export interface ParkedRecord {
  readonly order_id: string;
  readonly external_id: string;
  readonly source: string;
  readonly line_id: string;
  readonly title: string;
  readonly quantity: number | null;
  readonly refs: Readonly<Record<string, string>>;
  readonly problem: Problem | null;
  /** When the order came into being: since then the buyer waits. */
  readonly since: number;
}
export type ParkedKey = readonly [order_id: string, ordinal: number];

/** A line that waits, or did. */
export interface LineRecord extends ParkedRecord, Pick<OrderItem, 'state' | 'rule' | 'reason'> {
  /** Of its sale: each change of it counts one further. */
  readonly version: number;
  readonly choice: Choice | null;
}

export interface WithLicense {
  readonly timeline: Timeline;
  /** Of its sale, as above. */
  readonly version: number;
  /** What persons gave its slot; null: nothing. */
  readonly override: Override | null;
}
