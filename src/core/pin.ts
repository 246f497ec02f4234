/**
 * What a line was given when it was first mapped, kept with the line. What must never happen here: a value that
 * a later rule, title or buyer could still change.
 */
import type { LicenseFields } from './license.ts';

/** One product that a line gives, all that depends on the sale already filled in. */
export interface PinnedPart {
  /** `<product code>.<nth of that product in the rule's expansion, from 0>` */
  readonly part: string;
  readonly product: string;
  readonly policy: string;
  readonly per: 'unit' | 'line';
  /** The policy under the values; what follows the quantity is not in it yet: see `fieldsOf`. */
  readonly fields: LicenseFields;
  /** Path in `fields` (`max_activations`, `custom_fields.team`; a dot inside a name is `\.`) → template of {{quantity}} alone. */
  readonly by_quantity: Readonly<Record<string, string>>;
}
