/**
 * Signs a body as the shop would and posts it, as `send`, `doctor` and the demo do. It stands where the shop
 * stands, outside the river. What must never happen here: a secret in what it gives back.
 */
import type { Integration } from '../core/integration.ts';
import { clock, digest } from '../node.ts';
import { SERVE } from './called.ts';
import { messageOf, systemCode, type Trouble } from './outcome.ts';

/** What is posted. */
export interface Written {
  readonly type: string;
  readonly body: string;
}

export interface Answered {
  readonly status: number;
  /** Where a redirect points. */
  readonly location: string | null;
  /** The answer's own time, epoch ms; null when it says none. */
  readonly date: number | null;
  readonly text: string;
  /** The text as JSON; undefined when it is none. */
  readonly json: unknown;
}

/** The answer, or why there is none. */
export type Posted = { readonly answered: Answered } | { readonly unanswered: Trouble };

const TIMEOUT_MS = 15_000;

export async function post(
  integration: Integration,
  { type, body }: Written,
  secret: string,
  url: string,
): Promise<Posted> {
  const bytes = new TextEncoder().encode(body);
  const headers = await integration.sign(type, bytes, secret, clock.now(), digest);
  return ask(url, { method: 'POST', headers, body: bytes });
}

/** One request, redirects not followed, as shops do not follow them. */
export async function ask(url: string, init: RequestInit): Promise<Posted> {
  try {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const date = Date.parse(response.headers.get('date') ?? '');
    return {
      answered: {
        status: response.status,
        location: response.headers.get('location'),
        date: Number.isNaN(date) ? null : date,
        text,
        json: parsed(text),
      },
    };
  } catch (error) {
    return { unanswered: unanswered(url, error) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why a request got no answer, by the system's word for it. */
export function unanswered(url: string, error: unknown): Trouble {
  const code = systemCode(error);
  const [title, hint] = reasonOf(code, error);
  const cause =
    error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
  return { code: 'no_answer', title, detail: `${url}: ${code || cause}`, hint };
}

function reasonOf(code: string, error: unknown): readonly [title: string, hint: string] {
  if (code === 'ECONNREFUSED') {
    return [
      'Nothing listens at this address',
      `Start Keyferry with \`${SERVE}\`, or name its address with --url.`,
    ];
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return [
      'This host name is not known',
      'Check the name, and its DNS record; a new record may take a while to spread.',
    ];
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO|SSL|TLS|EPROTO/.test(code)) {
    return [
      'The TLS certificate is not accepted',
      'Shops refuse it too: give the proxy a valid certificate for this name, with its whole chain.',
    ];
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return [
      `No answer within ${TIMEOUT_MS / 1000} seconds`,
      'Look whether a firewall lets the port through, and whether the proxy reaches Keyferry.',
    ];
  }
  return ['The address did not answer', 'Check the address, the proxy and the network between.'];
}

/** `code`, `title`, `hint` … of a problem document; empty when the answer is none. */
export function problemIn({
  json,
}: Answered): Readonly<Record<'code' | 'title' | 'detail' | 'hint', string>> {
  const text = (key: string) => {
    const value: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, key) : undefined;
    return typeof value === 'string' ? value : '';
  };
  return { code: text('code'), title: text('title'), detail: text('detail'), hint: text('hint') };
}

/** What the acknowledgement says; null when it is not Keyferry's. */
export function receiptIn({
  status,
  json,
}: Answered): { readonly event: string; readonly duplicate: boolean } | null {
  if (status !== 200 || typeof json !== 'object' || json === null) return null;
  if (!('received' in json && json.received === true && 'event' in json && typeof json.event === 'string'))
    return null;
  return { event: json.event, duplicate: 'duplicate' in json && json.duplicate === true };
}
