/**
 * Every answer against what openapi.json says of it, unexpected members included: each test that speaks HTTP looks
 * through here. What must never happen here: an answer that nobody wrote down passing for a good one.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type Operation, type Reference, referenceOf } from '../../src/http/reference/document.ts';

type Schema = Readonly<Record<string, unknown>>;

export const reference: Reference = referenceOf('of the tests');

/** Answers that any address gives, whatever stands there. */
const ANYWHERE = new Set(['method_not_allowed', 'database_outdated', 'database_newer', 'request_malformed']);

/** Those that were looked at already: one client stands behind another. */
const seen = new WeakSet<Response>();

/** @throws when the answer is not what the reference says */
export async function checkAnswer(method: string, path: string, response: Response): Promise<Response> {
  if (seen.has(response)) return response;
  seen.add(response);
  const operation = operationAt(method, new URL(path, 'http://any').pathname);
  const media = response.headers.get('content-type')?.split(';')[0] ?? '';
  if (!operation || !media.endsWith('json')) return response;
  const body: unknown = await response.clone().json();
  const code = media === 'application/problem+json' ? String(member(body, 'code')) : null;
  if (code !== null && ANYWHERE.has(code)) return response;
  const fault = faultOf(operation, response.status, media, body);
  if (fault === null) return response;
  throw new Error(
    `${method} ${path} answered ${response.status}: ${fault}\n${JSON.stringify(body, null, 1)}`,
  );
}

function faultOf(operation: Operation, status: number, media: string, body: unknown): string | null {
  const answer = answerOf(operation, status);
  const content = answer?.content[media];
  if (!answer || !content) return `the reference knows no ${media} with this status`;
  const code = member(body, 'code');
  if (media === 'application/problem+json' && !Object.hasOwn(content.examples ?? {}, String(code)))
    return `the reference knows no ${String(code)} with this status`;
  const check = validatorOf(content.schema);
  return check(body) ? null : ajv.errorsText(check.errors, { separator: '\n' });
}

/** What is answered with this status, wherever it is written down. */
export function answerOf(operation: Operation, status: number) {
  const it = operation.responses[status];
  if (!it) return undefined;
  return '$ref' in it ? reference.components.responses[it.$ref.split('/').at(-1) ?? ''] : it;
}

/** The operation that answers there; a name that is written down stands before one that varies. */
export function operationAt(method: string, path: string): Operation | undefined {
  const found = Object.keys(reference.paths)
    .toSorted((one, other) => one.split('{').length - other.split('{').length)
    .find((it) => new RegExp(`^${it.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path));
  return found === undefined ? undefined : reference.paths[found]?.[method.toLowerCase()];
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
const isDate = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
ajv.addFormat('date', isDate);
ajv.addFormat('date-time', (text) => text.includes('T') && !Number.isNaN(Date.parse(text)));
ajv.addSchema(closed({ $id: 'reference', components: { schemas: reference.components.schemas } }));

const validators = new Map<Schema, ValidateFunction>();
function validatorOf(schema: Schema): ValidateFunction {
  const made = validators.get(schema) ?? ajv.compile(inReference(closed(schema)));
  validators.set(schema, made);
  return made;
}

/** References lead into the document that was added. */
function inReference(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"reference#/components'));
}

/** A reader of the reference expects what it names, and nothing else. */
function closed(schema: Schema): Schema {
  const walk = (it: unknown): unknown => {
    if (Array.isArray(it)) return it.map(walk);
    if (typeof it !== 'object' || it === null) return it;
    const own = Object.fromEntries(Object.entries(it).map(([key, value]) => [key, walk(value)]));
    const isOpen =
      own.type !== undefined && own.properties !== undefined && own.additionalProperties === undefined;
    return isOpen ? { ...own, additionalProperties: false } : own;
  };
  return walk(schema) as Schema;
}
