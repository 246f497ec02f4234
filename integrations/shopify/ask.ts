/**
 * One question to the Admin GraphQL API, and what its failures mean. It stands under gather.
 * What must never happen here: a token in a problem's detail, or an answer that is half an order.
 * Why a plain POST and not the SDK's client: docs/decisions/0006.
 */
import type { Answered, AskPorts } from '../../src/core/integration.ts';
import type { Json } from '../../src/core/json.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { fail, ok, problem } from '../../src/core/problem.ts';
import { object, objects, text } from './fields.ts';
import { type JsonObject, parseText } from './lossless.ts';
import type { Settings } from './settings.ts';

export interface Reply {
  readonly values: JsonObject;
  /** Paths that the token may not read, such as `order.customer`; their values are null. */
  readonly denied: readonly string[];
  /** The answer's HTTP `Date`, epoch ms; null without one. */
  readonly date: number | null;
}

/** @returns `api_key_refused` where a person must change something, else `shop_unavailable`: asked again later */
export async function ask(
  query: string,
  variables: JsonObject,
  settings: Settings,
  token: string,
  ports: AskPorts,
): Promise<Answered<Reply>> {
  const base = settings.api_base ?? `https://${settings.shop_domain}`;
  let response: Response;
  let body: string;
  try {
    response = await ports.fetch(`${base}/admin/api/${settings.api_version}/graphql.json`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'x-shopify-access-token': token,
      },
      body: JSON.stringify({ query, variables }),
      redirect: 'manual',
      signal: AbortSignal.timeout(LIMITS.ask_timeout_ms),
    });
    body = await response.text();
  } catch (error) {
    // Of an error only its kind is told: the text of a failed fetch may quote the request's headers.
    const late = error instanceof Error && error.name === 'TimeoutError';
    const seconds = LIMITS.ask_timeout_ms / 1000;
    return away(late ? `no answer within ${seconds} seconds` : 'no answer came, or it broke off');
  }
  const refused = refusalOf(response.status, settings.api_version);
  if (refused !== null) return fail('api_key_refused', refused);
  if (!response.ok) return away(`HTTP ${response.status}`);
  let parsed: Json;
  try {
    parsed = parseText(body);
  } catch {
    return away('the answer is not JSON');
  }
  const date = Date.parse(response.headers.get('date') ?? '');
  return replyOf(object(parsed) ?? {}, Number.isNaN(date) ? null : date);
}

function refusalOf(status: number, version: string): string | null {
  if (status === 401) return 'HTTP 401: the token is wrong, or no longer valid';
  if (status === 403) return 'HTTP 403: the token may not do this';
  if (status === 404) return `HTTP 404: check shop_domain, and api_version ${version}`;
  return null;
}

function replyOf(body: JsonObject, date: number | null): Answered<Reply> {
  const errors = objects(body.errors) ?? [];
  const denials = errors.filter((it) => text(object(it.extensions)?.code) === 'ACCESS_DENIED');
  const values = object(body.data);
  if (denials.length < errors.length || !values) {
    const other = errors.find((it) => !denials.includes(it)) ?? errors[0];
    if (denials.length > 0 && denials.length === errors.length) {
      return fail('api_key_refused', `the token may not read ${pathOf(denials[0]) || 'what is asked'}`);
    }
    // Its code is a word; its message is anybody's text, and stays outside.
    const code = /^[A-Za-z_]{1,40}$/.exec(text(object(other?.extensions)?.code) ?? '')?.[0];
    const detail = code ? `the shop answered ${code}` : 'the answer has an error, or no data';
    return code && ALL_OF_IT.includes(code)
      ? away(detail, restOf(object(body.extensions)))
      : fail('shop_unavailable', detail);
  }
  return ok({ values, denied: denials.map((it) => pathOf(it)), date });
}

/** Said with status 200, of the shop and not of what was asked. */
const ALL_OF_IT = ['THROTTLED', 'INTERNAL_SERVER_ERROR', 'SHOP_INACTIVE'];

function away(detail: string, rest_ms: number | null = null): Answered<never> {
  return { ok: false, problem: problem('shop_unavailable', detail), trouble: { rest_ms } };
}

/** Until there are as many points again as the question takes: https://shopify.dev/docs/api/usage/limits */
function restOf(extensions: JsonObject | null): number | null {
  const cost = object(extensions?.cost);
  const status = object(cost?.throttleStatus);
  const missing = Number(cost?.requestedQueryCost) - Number(status?.currentlyAvailable);
  const seconds = missing / Number(status?.restoreRate);
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds * 1000) : null;
}

/** List positions are left out: `order.lineItems.nodes.0.variant` is `order.lineItems.nodes.variant`. */
function pathOf(error: JsonObject | undefined): string {
  const steps = Array.isArray(error?.path) ? error.path : [];
  return steps.filter((it) => typeof it === 'string' && /^[A-Za-z]+$/.test(it)).join('.');
}
