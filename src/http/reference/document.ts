/**
 * openapi.json: the whole API for programs, made from the routes themselves. The reference page and the typed client
 * are made from it in turn. It is made when it is first asked for: a start waits for nothing here. What must never
 * happen here: a word about an operation that its route does not say.
 */
import type * as z from 'zod';
import { LIMITS } from '../../core/limits.ts';
import { PROBLEMS } from '../../core/problems.ts';
import { SCOPES } from '../../core/records.ts';
import { problemSchema } from '../answers.ts';
import { ROUTES } from '../management/index.ts';
import type { CsvAnswer, Route } from '../management/route.ts';
import { DOORS, type Door } from './doors.ts';
import { nameOf, problemsOf, tagOf, titleOf } from './operations.ts';
import { jsonSchemas, members, type Schema } from './schemas.ts';

type Code = keyof typeof PROBLEMS;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Schema>>;
  readonly content: Readonly<Record<string, { readonly schema: Schema; readonly examples?: Schema }>>;
}

/** One of those that many operations have. */
interface Shared {
  readonly $ref: string;
}

const RESPONSES = '#/components/responses/';

/** As OpenAPI names its members; references lead to `schemas` and `responses` alone. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  /** What a key must be allowed to do. */
  readonly 'x-scope'?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<Record<string, Answer | Shared>>;
}

export interface Reference {
  readonly openapi: '3.1.0';
  readonly info: Schema;
  readonly servers: readonly Schema[];
  readonly tags: readonly { readonly name: string }[];
  /** By path, then by method in small letters. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Answer>>;
    readonly securitySchemes: Schema;
  };
}

const ABOUT = `Keyferry carries a paid checkout to its license keys, exactly once.

Send \`Authorization: Bearer <key>\`; \`keyferry keys create\` makes a key. Its scope says what it may do: ${SCOPES.join(', ')}; each includes those before it. A key may ask ${LIMITS.key_requests_a_second} times a second, and ${LIMITS.key_requests} times at once.

Lists come in pages: \`items\`, and \`next_cursor\` to send as \`cursor\` for the next one. Names of queries and fields that are unknown are refused. Times are ISO 8601 in UTC. What fails is answered as application/problem+json, with a code, and what can be done about it.`;

/** @param version of Keyferry */
export function referenceOf(version: string): Reference {
  const asked = jsonSchemas(schemasIn(ROUTES), 'input');
  const answered = jsonSchemas({ Problem: problemSchema, ...schemasOut([...ROUTES, ...DOORS]) }, 'output');
  const versioned = new Set(
    ROUTES.filter(({ problems }) => problems?.includes('edited_meanwhile')).map(({ path }) => path),
  );
  const operations = [...ROUTES, ...DOORS].map((it) => {
    const parts = { asked: asked.of, answered: answered.of, versioned: versioned.has(it.path) };
    return { path: bracesOf(it.path), method: it.method.toLowerCase(), operation: operationOf(it, parts) };
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keyferry',
      version,
      description: ABOUT,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'Where this document comes from.' }],
    tags: [...new Set(operations.flatMap(({ operation }) => operation.tags))].map((name) => ({ name })),
    paths: Object.fromEntries(
      [...Map.groupBy(operations, ({ path }) => path)].map(([path, all]) => [
        path,
        Object.fromEntries(all.map(({ method, operation }) => [method, operation])),
      ]),
    ),
    components: {
      schemas: sorted({ ...asked.shared, ...answered.shared }),
      responses: sharedAnswers(operations.map(({ operation }) => operation)),
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key of this API: `keyferry keys create`, or POST /v1/api-keys.',
        },
      },
    },
  };
}

const slot = ({ method, path }: Pick<Route, 'method' | 'path'>, part: string | number) =>
  `${method} ${path} ${part}`;

function schemasIn(routes: readonly Route[]): Record<string, z.ZodType> {
  return Object.fromEntries(
    routes.flatMap((it) => [
      ...(it.query ? [[slot(it, 'query'), it.query] as const] : []),
      ...(it.body ? [[slot(it, 'body'), it.body] as const] : []),
    ]),
  );
}

function schemasOut(routes: readonly (Route | Door)[]): Record<string, z.ZodType> {
  return Object.fromEntries(
    routes.flatMap((it) =>
      Object.entries(it.answers).flatMap(([status, shown]) =>
        'csv' in shown ? [] : [[slot(it, status), shown] as const],
      ),
    ),
  );
}

interface Parts {
  readonly asked: Readonly<Record<string, Schema>>;
  readonly answered: Readonly<Record<string, Schema>>;
  /** Its answers carry a version, which `If-Match` is compared with. */
  readonly versioned: boolean;
}

function operationOf(it: Route | Door, { asked, answered, versioned }: Parts): Operation {
  const body = asked[slot(it, 'body')];
  const good = Object.entries(it.answers).map(([status, shown]) => {
    if ('csv' in shown) return [status, { description: 'A file in CSV.', content: fileOf(shown) }];
    const schema = answered[slot(it, status)] ?? {};
    const media = ('media' in it && it.media) || 'application/json';
    const headers = versioned && it.method !== 'DELETE' ? { headers: { ETag: ETAG } } : {};
    return [status, { description: SAID[status] ?? 'Done.', ...headers, content: { [media]: { schema } } }];
  });
  const bad = [...problemsOf(it, 'scope' in it)].map(([status, codes]) => [
    String(status),
    refusalOf(status, codes),
  ]);
  const parameters = [...inPath(it.path), ...inQuery(asked[slot(it, 'query')]), ...inHeader(it)];
  const first = members(answered[slot(it, 200)]);
  const isList = Object.hasOwn(members(first.properties), 'items');
  return {
    operationId: nameOf({ ...it, isList }),
    summary: it.summary,
    ...(it.description === undefined ? {} : { description: it.description }),
    tags: [titleOf(tagOf(it.path))],
    security: 'scope' in it ? [{ key: [it.scope] }] : it.key ? [{}, { key: ['read'] }] : [],
    ...('scope' in it ? { 'x-scope': it.scope } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: bodyOf(it, body) } : {}),
    ...('upload' in it && it.upload ? { requestBody: { required: true, content: fileOf(it.upload) } } : {}),
    // What is answered well wins where a status is both.
    responses: Object.fromEntries(
      [...bad, ...good].toSorted(([one], [other]) => Number(one) - Number(other)),
    ),
  };
}

function bodyOf(it: Route | Door, schema: Schema): NonNullable<Operation['requestBody']> {
  const required = 'body' in it && it.body ? !it.body.safeParse({}).success : false;
  return { required, content: { 'application/json': { schema } } };
}

function fileOf({ csv }: CsvAnswer): Readonly<Record<string, { readonly schema: Schema }>> {
  return {
    'text/csv': {
      schema: { type: 'string', description: `Columns: ${csv.map((it) => `\`${it}\``).join(', ')}.` },
    },
  };
}

const SAID: Readonly<Record<string, string>> = {
  200: 'Done.',
  201: 'Created.',
  202: 'Taken; it goes on by itself.',
  503: 'Not ready.',
};

const ETAG: Schema = {
  description:
    'Its version. Send it as `If-Match` with a change, and nothing that came meanwhile is overwritten.',
  schema: { type: 'string', examples: ['"7"'] },
};

/** Most stand in many operations: these are written down once. */
function refusalOf(status: number, codes: readonly Code[]): Answer | Shared {
  const [code, ...more] = codes;
  const alone = code !== undefined && more.length === 0 && PROBLEMS[code].status === status;
  return alone ? { $ref: `${RESPONSES}${code}` } : problemAnswer(status, codes);
}

function problemAnswer(status: number, codes: readonly Code[]): Answer {
  const says = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}. ${PROBLEMS[code].hint}`);
  const examples = Object.fromEntries(codes.map((code) => [code, exampleOf(code, status)]));
  const schema = { $ref: '#/components/schemas/Problem' };
  return { description: says.join('\n\n'), content: { 'application/problem+json': { schema, examples } } };
}

function exampleOf(code: Code, status: number): Schema {
  const { title, hint } = PROBLEMS[code];
  const type = `urn:keyferry:problem:${code}`;
  return {
    summary: title,
    value: { type, title, status, code, detail: '', hint, instance: '/v1/…' },
  };
}

function sharedAnswers(operations: readonly Operation[]): Record<string, Answer> {
  const named = operations
    .flatMap(({ responses }) => Object.values(responses))
    .map((it) => ('$ref' in it ? it.$ref.slice(RESPONSES.length) : ''));
  const isCode = (text: string): text is Code => Object.hasOwn(PROBLEMS, text);
  const codes = named.filter(isCode);
  return sorted(Object.fromEntries(codes.map((it) => [it, problemAnswer(PROBLEMS[it].status, [it])])));
}

function bracesOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function inPath(path: string): readonly Parameter[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...(name === 'source' ? { description: 'The name of a source: of its mapping file.' } : {}),
    schema: { type: 'string' },
  }));
}

function inQuery(query: Schema | undefined): readonly Parameter[] {
  const required: readonly unknown[] = Array.isArray(query?.required) ? query.required : [];
  return Object.entries(members(query?.properties)).map(([name, own]) => {
    const { description, ...schema } = members(own);
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(typeof description === 'string' ? { description } : {}),
      schema,
    };
  });
}

function inHeader({ problems }: Pick<Route, 'problems'>): readonly Parameter[] {
  if (!problems?.includes('edited_meanwhile')) return [];
  const description = 'The `ETag` that was read: a change is refused if another came first.';
  return [{ name: 'If-Match', in: 'header', required: false, description, schema: { type: 'string' } }];
}

function sorted<T>(it: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(it).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
