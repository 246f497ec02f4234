/**
 * What a person's override does to what is granted: values laid over it, and the start that a new key keeps. It
 * stands inside plan, and is pure. What must never happen here: a value that no person gave getting lost.
 */
import type { Reason } from './entitlement.ts';
import type { LicenseFields } from './license.ts';

/** A person's values over those that are granted; of fields that have members, member by member. */
export function over(granted: LicenseFields, values: LicenseFields): LicenseFields {
  const { custom_fields, metadata } = values;
  return {
    ...granted,
    ...values,
    ...(custom_fields && { custom_fields: { ...granted.custom_fields, ...custom_fields } }),
    ...(metadata && { metadata: { ...granted.metadata, ...metadata } }),
  };
}

/** A license's fields, and what no policy says of it. */
type FieldsWithReset = LicenseFields & { readonly activations_reset_at?: string };

/** When its activations were reset last; undefined: never. */
export function resetOf(fields: FieldsWithReset): string | undefined {
  return fields.activations_reset_at;
}

/** It stays with the license: neither policy nor shop takes it back. */
export function withReset(fields: FieldsWithReset, at: string | undefined): LicenseFields {
  if (at === undefined || fields.activations_reset_at === at) return fields;
  const reset: FieldsWithReset = { ...fields, activations_reset_at: at };
  return reset;
}

/** The moment of a reset: after the one before, whatever the clock says. @param now epoch ms */
export function nextReset(before: string | undefined, now: number): string {
  const last = before === undefined ? Number.NEGATIVE_INFINITY : Date.parse(before);
  return new Date(Math.max(now, last + 1)).toISOString();
}

/** What of a license says where it stands in its slot. */
interface Standing {
  readonly line_id: string;
  readonly unit: number;
  readonly part: string;
  readonly generation: number;
  readonly replaced: boolean;
  readonly reasons: readonly Reason[];
  readonly starts_at: number;
  readonly issued_at?: number;
}

/** Did it leave its slot because a person asked for another key? */
export function isReissued({ replaced, reasons }: Pick<Standing, 'replaced' | 'reasons'>): boolean {
  return replaced && reasons.some(({ name }) => name === 'reissued');
}

/**
 * When a license starts that has no start date. A key that was given for a leaked one begins no new term: it starts as
 * the first of them did.
 * @returns the function that says it of each of them, epoch ms
 */
export function ownStartsOf(licenses: readonly Standing[]): (license: Standing) => number {
  const placeOf = ({ line_id, unit, part }: Standing, generation: number) =>
    `${line_id}\n${unit}\n${part}\n${generation}`;
  const leaked = new Map(licenses.filter(isReissued).map((it) => [placeOf(it, it.generation), it]));
  return (license) => {
    let first = license;
    for (let before: Standing | undefined = first; before; ) {
      first = before;
      before = leaked.get(placeOf(first, first.generation - 1));
    }
    return first.issued_at ?? first.starts_at;
  };
}
