/**
 * What each operation of the API is called, and what it may answer besides: made from its route, so that a route says
 * nothing twice. It stands behind openapi.json. What must never happen here: two operations of one name.
 */
import { PROBLEMS } from '../../core/problems.ts';
import type { Route } from '../management/route.ts';

type Code = keyof typeof PROBLEMS;

/** `/v1/api-keys/:id` → `api-keys`: the pages of the reference, and the tags of openapi.json. */
export function tagOf(path: string): string {
  const [, first = '', second = ''] = path.split('/');
  return first === 'v1' ? second : 'other';
}

/** `api-keys` → `API keys` */
export function titleOf(tag: string): string {
  const text = tag.replaceAll('-', ' ').replace(/^api /, 'API ');
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
}

const VERBS = { GET: 'get', POST: 'create', PUT: 'put', PATCH: 'change', DELETE: 'delete' } as const;

/** Stable: from method and path alone, or the route's own. `GET /v1/orders` → `listOrders`, `POST …/:id/accept` → `acceptReview` */
export function nameOf({ name, method, path, isList }: NameParts): string {
  if (name !== undefined) return name;
  const parts = path.split('/').filter((it) => it !== '' && it !== 'v1');
  const words = parts.filter((it) => !it.startsWith(':'));
  const last = words.at(-1) ?? '';
  if (isList) return camel(['list', ...words.slice(0, -1).map(singular), last]);
  const one = words.map(singular);
  // What follows the id of one: something done to it.
  const isAct = method === 'POST' && words.length > 1 && parts.at(-2)?.startsWith(':') === true;
  return isAct ? camel([last, ...one.slice(0, -1)]) : camel([VERBS[method], ...one]);
}

export interface NameParts extends Pick<Route, 'name' | 'method' | 'path'> {
  readonly isList: boolean;
}

function singular(word: string): string {
  return word.replace(/ies$/, 'y').replace(/s$/, '');
}

function camel(words: readonly string[]): string {
  const [first = '', ...rest] = words.flatMap((it) => it.split(/[-_]/));
  return first + rest.map((it) => `${it[0]?.toUpperCase() ?? ''}${it.slice(1)}`).join('');
}

/** What any request of the management API may meet. */
const ALWAYS: readonly Code[] = [
  'key_missing',
  'scope_missing',
  'request_invalid',
  'rate_limited',
  'bug',
  'not_stored',
];
const WITH_BODY: readonly Code[] = ['request_unreadable', 'body_too_large', 'body_unreadable'];

/** @param inside it stands behind the door of the management API
 * @returns by status, the codes of each */
export function problemsOf(
  it: Pick<Route, 'method' | 'problems'>,
  inside: boolean,
): ReadonlyMap<number, readonly Code[]> {
  const common = inside ? [...ALWAYS, ...(it.method === 'GET' ? [] : WITH_BODY)] : [];
  const all = [...common, ...(it.problems ?? [])].map((one) =>
    typeof one === 'string' ? { code: one, status: PROBLEMS[one].status } : one,
  );
  const byStatus = Map.groupBy(all, ({ status }) => status);
  return new Map(
    [...byStatus]
      .toSorted(([one], [other]) => one - other)
      .map(([status, own]) => [status, [...new Set(own.map(({ code }) => code))]]),
  );
}
