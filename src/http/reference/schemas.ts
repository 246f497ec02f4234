/**
 * JSON Schemas of the zod schemas that read requests and that say what is answered. It stands behind openapi.json. What
 * must never happen here: a schema that promises what a request does not keep.
 */
import * as z from 'zod';

export type Schema = { readonly [key: string]: unknown };

interface Schemas {
  /** By the names that were given. */
  readonly of: Readonly<Record<string, Schema>>;
  /** Those that have an id, by it. */
  readonly shared: Readonly<Record<string, Schema>>;
}

const SHARED = '#/components/schemas/';

/** @param io `input`: as it is sent; `output`: as it is answered */
export function jsonSchemas(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Schemas {
  const { properties, $defs } = z.toJSONSchema(z.object(schemas), { io, unrepresentable: 'any' });
  const tidied = (all: unknown) =>
    Object.fromEntries(
      Object.entries(members(all))
        .filter(([id]) => !isAnyJson(id))
        .map(([name, it]) => [name, members(tidy(it, io))]),
    );
  return { of: tidied(properties), shared: tidied($defs) };
}

export function members(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Zod numbers what has no id and contains itself; of ours that is any JSON, and nothing else. */
const isAnyJson = (id: string) => id.startsWith('__schema');

function tidy(value: unknown, io: 'input' | 'output'): unknown {
  if (Array.isArray(value)) return value.map((it) => tidy(it, io));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref, ...it }: Schema = { ...value };
  if (typeof $ref === 'string') {
    const id = $ref.slice($ref.lastIndexOf('/') + 1);
    return isAnyJson(id) ? it : { $ref: `${SHARED}${id}`, ...it };
  }
  return orNull(
    Object.fromEntries(
      Object.entries(it).flatMap(([key, own]) => {
        if (isNoise(key, own, it, io)) return [];
        if (KEPT.has(key)) return [[key, own]];
        return [[key, key === 'properties' ? propertiesOf(own, io) : tidy(own, io)]];
      }),
    ),
  );
}

/** Values, not schemas. */
const KEPT: ReadonlySet<string> = new Set(['default', 'examples', 'enum', 'const', 'required']);

/** What a reader learns nothing from, or what would forbid us ever to answer more. */
function isNoise(key: string, own: unknown, { format }: Schema, io: 'input' | 'output'): boolean {
  if (own === undefined || key === 'propertyNames') return true;
  if (key === 'pattern') return format !== undefined;
  if (key === 'additionalProperties') return io === 'output' && own === false;
  return Math.abs(Number(own)) === Number.MAX_SAFE_INTEGER;
}

/** Without those that may never be there: they are read only to say why. */
function propertiesOf(value: unknown, io: 'input' | 'output'): Schema {
  return Object.fromEntries(
    Object.entries(members(value)).flatMap(([name, it]) =>
      members(it).not === undefined ? [[name, tidy(it, io)]] : [],
    ),
  );
}

/** `string or null` in one word, where it was said in two. */
function orNull(it: Schema): Schema {
  const { anyOf, ...rest } = it;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return it;
  const [one, other] = anyOf.map(members);
  if (!one || other?.type !== 'null' || typeof one.type !== 'string' || 'const' in one) return it;
  const { type, enum: words, ...own } = one;
  return {
    type: [type, 'null'],
    ...(Array.isArray(words) ? { enum: [...words, null] } : {}),
    ...own,
    ...rest,
  };
}
