/**
 * Examples of requests, made of the schemas: what stands there as an example, else what is least. It stands behind the
 * reference page. What must never happen here: an example that its own operation would refuse; a test sends each.
 */
import type { Operation } from './document.ts';
import { members, type Schema } from './schemas.ts';

/** What the operation at this path is asked with, for a shell. */
export function curlOf(method: string, path: string, operation: Operation): string {
  const body = bodyOf(operation);
  const query = (operation.parameters ?? [])
    .filter((it) => it.in === 'query' && it.required)
    .map((it) => `${it.name}=${encodeURIComponent(String(leastOf(it.schema)))}`);
  const address = `localhost:3000${pathOf(path)}${query.length > 0 ? `?${query.join('&')}` : ''}`;
  const verb = method.toUpperCase();
  const [, upload] = fileIn(operation.requestBody) ? (/([^/]+)$/.exec(path) ?? []) : [];
  const plain = body === undefined && upload === undefined ? 'GET' : 'POST';
  const [, download] = /\/([^/]+\.csv)$/.exec(path) ?? [];
  return [
    'curl',
    ...(operation['x-scope'] === undefined ? [] : ['-H "Authorization: Bearer $KEY"']),
    ...(upload === undefined ? [] : [`-H "Content-Type: ${CSV}" --data-binary @${upload}.csv`]),
    ...(verb === plain ? [] : [`-X ${verb}`]),
    query.length > 0 ? `"${address}"` : address,
    ...(body === undefined ? [] : [`-d '${JSON.stringify(body)}'`]),
    ...(download === undefined ? [] : [`-o ${download}`]),
  ].join(' ');
}

const CSV = 'text/csv';

const fileIn = (body: Operation['requestBody']) => body?.content[CSV] !== undefined;

/** A body that it takes; undefined where it needs none and has nothing to show. */
export function bodyOf({ requestBody }: Operation): unknown {
  const schema = requestBody?.content['application/json']?.schema;
  if (schema === undefined) return undefined;
  const value = leastOf(schema);
  return Object.keys(members(value)).length === 0 ? undefined : value;
}

/** `/v1/orders/{id}` → `/v1/orders/ord_…` */
function pathOf(path: string): string {
  return path
    .replace('{source}', 'my-shop')
    .replace(/\{(\w+)\}/g, (_, name: string) => NAMED[name] ?? idIn(path));
}

/** What stands for ids and codes of each kind. */
const NAMED: Readonly<Record<string, string>> = {
  code: 'acmepro',
  policy: 'annual',
  feature: 'export',
  field: 'team',
  number: '3',
};
const IDS: readonly (readonly [string, string])[] = [
  ['/orders/', 'ord_…'],
  ['/parked/', 'ord_….…'],
  ['/reviews/', 'ord_….…'],
  ['/licenses/', 'lic_…'],
  ['/accounts/', 'acc_…'],
  ['/customers/', 'cus_…'],
  ['/events/', 'evt_…'],
  ['/jobs/', 'job_…'],
  ['/replays/', 'job_…'],
  ['/reconciliations/', 'job_…'],
  ['/adoptions/', 'giv_…'],
  ['/privacy/requests/', 'req_…'],
  ['/api-keys/', 'key_…'],
];

function idIn(path: string): string {
  return IDS.find(([part]) => path.includes(part))?.[1] ?? '…';
}

function leastOf(schema: Schema): unknown {
  const { examples, default: usual, enum: words, const: only, anyOf, oneOf, type, properties } = schema;
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if ('const' in schema) return only;
  if (Array.isArray(words)) return words[0];
  if (properties !== undefined) return objectOf(schema);
  if (usual !== undefined && usual !== null) return usual;
  const either = anyOf ?? oneOf;
  if (Array.isArray(either)) return leastOf(members(either[0]));
  switch (Array.isArray(type) ? type[0] : type) {
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 1;
    case 'boolean':
      return true;
    case 'array':
      return [leastOf(members(schema.items))];
    case 'object':
      return {};
    default:
      return schema.format === 'date'
        ? '2026-11-30'
        : schema.format === 'date-time'
          ? '2026-11-30T08:00:00Z'
          : '…';
  }
}

/** What is required, by itself or by one of the ways that there are; else the first that shows something. */
function objectOf(schema: Schema): Schema {
  const { properties, required, anyOf, oneOf } = schema;
  const ways: readonly unknown[] = Array.isArray(oneOf) ? oneOf : Array.isArray(anyOf) ? anyOf : [];
  const needed = [required, members(ways[0]).required].flatMap((it): unknown[] =>
    Array.isArray(it) ? it : [],
  );
  const all = Object.entries(members(properties));
  const shown = all.filter(([name]) => needed.includes(name));
  const first = all.find(([, it]) => members(it).examples !== undefined) ?? all[0];
  const chosen = shown.length > 0 ? shown : first ? [first] : [];
  return Object.fromEntries(chosen.map(([name, it]) => [name, leastOf(members(it))]));
}
