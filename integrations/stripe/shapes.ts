/**
 * The few fields of Stripe's objects that this integration reads, used twice: gather keeps only these of an
 * answer (fewer personal data are stored), and normalize reads payloads and stored answers with the same
 * eyes, so parsing twice must change nothing. Here is what several objects have in common. What must never happen
 * here: a field of an unexpected kind that throws; it is taken as not said.
 */
import * as z from 'zod';
import { LIMITS } from '../../src/core/limits.ts';

/** Said, said to be null, or not said at all. */
export const maybe = <T extends z.ZodType>(type: T) => type.nullish().catch(undefined);

/** Half a surrogate pair, or NUL, would come back from a database as another name. */
export const id = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,255}$/u);

/** An expandable field: its id, or the object itself. */
export const idOf = z.union([id, z.object({ id }).transform((it) => it.id)]);

/** Later times are none: nothing is computed with them. */
export const seconds = z
  .int()
  .nonnegative()
  .max(LIMITS.latest_time_ms / 1000);

export const metadata = z.record(z.string(), z.unknown()).transform((it) => {
  const strings = Object.entries(it).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(strings);
});

/** A list inside of an object holds only the first of its members. */
export const listOf = <T extends z.ZodType>(type: T) =>
  z.object({ data: z.array(type), has_more: maybe(z.boolean()) });

export const country = z.object({ country: maybe(z.string()) });

const product = z.union([
  id.transform((it) => ({ id: it, name: undefined, metadata: undefined })),
  z.object({ id, name: maybe(z.string()), metadata: maybe(metadata) }),
]);

/** A price: https://docs.stripe.com/api/prices/object */
export const price = z.object({
  id,
  type: maybe(z.string()),
  lookup_key: maybe(z.string()),
  nickname: maybe(z.string()),
  metadata: maybe(metadata),
  product: maybe(product),
  recurring: maybe(z.object({ usage_type: maybe(z.string()) })),
});
export type Price = z.output<typeof price>;

/** Text that is there, or null. */
export function text(value: string | null | undefined): string | null {
  return value?.trim() || null;
}

export function secondsToMs(value: number | null | undefined): number | null {
  return typeof value === 'number' ? value * 1000 : null;
}

/** Without blanks in the list, each once. */
export function unique(ids: readonly (string | null | undefined)[]): string[] {
  return [...new Set(ids.filter((it) => typeof it === 'string'))];
}
