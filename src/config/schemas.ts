/**
 * JSON schemas of the mapping files, so that editors complete and check while somebody writes. Made from the
 * same zod schemas that read the files. What must never happen here: a schema that refuses what is allowed.
 */
import * as z from 'zod';
import { catalogSchema } from '../core/catalog.ts';
import type { Words } from '../core/checks.ts';
import { mappingFields } from '../core/rules.ts';

type Schema = { readonly [key: string]: unknown };

const ENV_REF = {
  type: 'string',
  pattern: '^\\$[A-Za-z_][A-Za-z0-9_]*$',
  description: '$NAME of an environment variable',
};

/** Path from the project's root, and the whole text of each schema. */
export function mappingSchemas(
  integrations: readonly Words[],
): { readonly path: string; readonly text: string }[] {
  return [
    {
      path: 'mappings/catalog.schema.json',
      text: textOf({ title: 'Keyferry catalog', ...toJson(catalogSchema) }),
    },
    { path: 'mappings/source.schema.json', text: textOf(sourceSchema(integrations)) },
  ];
}

function textOf(schema: Schema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function toJson(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
}

/** The common shape, and what each integration adds: its settings and the keys of `when`. */
function sourceSchema(integrations: readonly Words[]): Schema {
  const common = toJson(mappingFields);
  const integration = { enum: integrations.map((it) => it.name), description: 'The shop’s integration.' };
  return {
    title: 'Keyferry source',
    ...common,
    properties: { ...members(common.properties), integration },
    allOf: integrations.map((it) => ({
      if: { properties: { integration: { const: it.name } } },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
      then: {
        properties: {
          settings: settingsSchema(it),
          rules: { items: { properties: { when: whenSchema(it) } } },
        },
      },
    })),
  };
}

function whenSchema({ when_keys }: Words): Schema {
  const open = when_keys.filter(({ key }) => key.endsWith('*'));
  const fixed = [
    ...when_keys.filter(({ key }) => !key.endsWith('*')),
    { key: 'currency', description: 'three letters, like eur' },
    { key: 'test', description: 'true for an order that the shop marks as test' },
  ];
  return {
    properties: Object.fromEntries(fixed.map(({ key, description }) => [key, { description }])),
    patternProperties: Object.fromEntries(
      open.map(({ key, description }) => [`^${key.slice(0, -1).replaceAll('.', '\\.')}.`, { description }]),
    ),
    additionalProperties: false,
  };
}

function settingsSchema({ settings }: Words): Schema {
  const { $schema: _$schema, ...own } = toJson(settings);
  return members(orEnvironment(own));
}

/** Every text may be a `$NAME` instead; a secret must be one. */
function orEnvironment(schema: unknown, secret = false): unknown {
  if (Array.isArray(schema)) return schema.map((it) => orEnvironment(it, secret));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { secret: marked, ...it }: { secret?: unknown; [key: string]: unknown } = { ...schema };
  const hidden = secret || marked === true;
  if (it.type === 'string') {
    const description = typeof it.description === 'string' ? it.description : ENV_REF.description;
    return hidden ? { ...ENV_REF, description } : { description, anyOf: [ENV_REF, it] };
  }
  return Object.fromEntries(
    Object.entries(it).map(([key, value]) => {
      if (key === 'properties') {
        return [
          key,
          Object.fromEntries(
            Object.entries(members(value)).map(([name, one]) => [name, orEnvironment(one, hidden)]),
          ),
        ];
      }
      return [
        key,
        ['items', 'anyOf', 'oneOf', 'allOf', 'additionalProperties'].includes(key)
          ? orEnvironment(value, hidden)
          : value,
      ];
    }),
  );
}

function members(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
