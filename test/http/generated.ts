/** Requests made of the schemas in openapi.json: those that fit, and those that do not. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';

export type Schema = Readonly<Record<string, unknown>>;

const ajv = new Ajv2020({ strict: false });
ajv.addFormat('date', /^\d{4}-\d\d-\d\d$/);
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);

/** Compiled once for each schema that stands in the document. */
export function fits(schema: Schema, value: unknown): boolean {
  return ajv.validate(schema, value);
}

export function members(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Values that fit; what a schema cannot say (blanks at the ends, ids that must differ) is left out of them. */
export function fitting(schema: Schema): fc.Arbitrary<unknown> {
  const { enum: words, const: only, type, anyOf, oneOf, properties } = schema;
  if ('const' in schema) return fc.constant(only);
  if (Array.isArray(words)) return fc.constantFrom(...words);
  const either = properties === undefined ? (anyOf ?? oneOf) : undefined;
  if (Array.isArray(either)) return fc.oneof(...either.map((it) => fitting(members(it))));
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  const made = fc.oneof(...types.map((it) => ofType(it, schema)));
  return properties === undefined ? made : made.filter((it) => fits(schema, it));
}

function ofType(type: unknown, schema: Schema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({ min: numberOf(schema.minimum, -1000), max: numberOf(schema.maximum, 1_000_000) });
    case 'string':
      return text(schema);
    case 'array': {
      const { items, minItems, maxItems } = schema;
      const maxLength = Math.min(numberOf(maxItems, 3), 3);
      return fc.array(fitting(members(items)), { minLength: numberOf(minItems, 0), maxLength });
    }
    case 'object':
      return object(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

const FORMATS: Readonly<Record<string, readonly string[]>> = {
  date: ['2026-11-30', '2027-02-28'],
  'date-time': ['2026-11-30T08:00:00Z', '2026-11-30T08:00:00.123+02:00'],
};

function text(schema: Schema): fc.Arbitrary<string> {
  const { format, pattern, examples, minLength, maxLength } = schema;
  const known = [...(FORMATS[String(format)] ?? []), ...(Array.isArray(examples) ? examples : [])];
  const shape = Array.isArray(schema.type) ? { ...schema, type: 'string' } : schema;
  const good = known.filter((it): it is string => fits(shape, it));
  if (good.length > 0) return fc.constantFrom(...good);
  const most = Math.min(numberOf(maxLength, 20), 20);
  const any = fc
    .string({ minLength: numberOf(minLength, 0), maxLength: most })
    .map((it) => it.replaceAll(/\s/g, '-'));
  return pattern === undefined ? any : any.filter((it) => fits(shape, it));
}

const NAME = fc.stringMatching(/^[a-z]{1,8}$/);

function object(schema: Schema): fc.Arbitrary<unknown> {
  const { properties, required, additionalProperties } = schema;
  if (properties === undefined)
    return fc.dictionary(NAME, fitting(members(additionalProperties)), { maxKeys: 3 });
  const needed = Array.isArray(required) ? required : [];
  const all = Object.entries(members(properties)).map(([name, it]) => [name, fitting(members(it))] as const);
  // Few of very many: so each is looked at by itself as well.
  return fc
    .subarray(
      all.map(([name]) => name),
      { maxLength: Math.min(all.length, 4) },
    )
    .chain((some) => {
      const taken = all.filter(([name]) => needed.includes(name) || some.includes(name));
      return fc.record(Object.fromEntries(taken));
    });
}

const OTHERS = [true, 12.5, -1, 'no such thing', '', [], {}, null];

/** Values that do not fit in place of `schema`, each with why. */
export function unfitting(schema: Schema): readonly { readonly why: string; readonly value: unknown }[] {
  const { minimum, maximum, minLength, maxLength, maxItems, minItems } = schema;
  const edges = [
    ...(minimum === undefined ? [] : [{ why: 'too small', value: numberOf(minimum, 0) - 1 }]),
    ...(maximum === undefined ? [] : [{ why: 'too large', value: numberOf(maximum, 0) + 1 }]),
    ...(numberOf(minLength, 0) > 0 ? [{ why: 'too short', value: '' }] : []),
    ...(maxLength === undefined ? [] : [{ why: 'too long', value: 'x'.repeat(numberOf(maxLength, 0) + 1) }]),
    ...(numberOf(minItems, 0) > 0 ? [{ why: 'too few', value: [] }] : []),
    ...(maxItems === undefined
      ? []
      : [{ why: 'too many', value: new Array(numberOf(maxItems, 0) + 1).fill({}) }]),
  ];
  const others = OTHERS.map((value) => ({ why: `is ${JSON.stringify(value)}`, value }));
  return [...edges, ...others].filter(({ value }) => !fits(schema, value));
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
