/**
 * One license, or one line, with what persons said of it: more than a list shows, since it stands in the sale's own
 * document. Types alone. What must never happen here: a key or a secret beside the license's own.
 */
import type { Choice } from './entitlement.ts';
import type { Override } from './plan.ts';
import type { LicenseRecord, ParkedRecord } from './records.ts';
import type { OrderItem } from './store.ts';
import type { Timeline } from './timeline.ts';

export interface WholeLicense extends LicenseRecord {
  readonly timeline: Timeline;
  /** Of its sale: each change of it counts one further. */
  readonly version: number;
  /** What persons gave its slot; null: nothing. */
  readonly override: Override | null;
}

/** A line that waits, or did. */
export interface LineRecord extends ParkedRecord, Pick<OrderItem, 'state' | 'rule' | 'reason'> {
  /** Of its sale, as above. */
  readonly version: number;
  readonly choice: Choice | null;
}
