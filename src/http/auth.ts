/**
 * Who may do what in the management API: `Authorization: Bearer <key>`, and the scope that each route needs.
 * What must never happen here: a route behind this door that answers anything to a request without a key.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { LIMITS } from '../core/limits.ts';
import type { Clock } from '../core/ports.ts';
import { problem } from '../core/problem.ts';
import { type Buckets, takeToken } from '../core/rate.ts';
import { type ApiKeys, ENVIRONMENT_KEY, includesScope, type KeyHolder, type Scope } from '../core/records.ts';
import { answerProblem } from './answers.ts';
import type { HttpEnv } from './ports.ts';
import { within } from './within.ts';

/** What the door of the management API asks for. */
export interface Guard {
  readonly keys: ApiKeys;
  readonly clock: Clock;
  /** How often each key has asked. */
  readonly buckets: Buckets;
}

/** A database that is slow to write holds no reader up for longer. */
const NOTING_MS = 250;

/** The environment's key is any text, blanks included. */
const BEARER = /^Bearer +(\S.*)$/i;

/** Lets a request pass whose key is valid and does not ask too often; puts its holder beside the request. */
export function authenticate({ keys, clock, buckets }: Guard): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const header = c.req.header('authorization');
    const key = header === undefined ? undefined : BEARER.exec(header)?.[1];
    let noted: Promise<void> | undefined;
    const holder: KeyHolder | null =
      key === undefined
        ? null
        : await keys.holder(asTyped(key.trim()), (it) => {
            noted = it;
          });
    if (!holder) return refuse(c, header !== undefined);
    const waitMs = holder.id === ENVIRONMENT_KEY ? 0 : takeToken(buckets, holder.id, clock.now());
    if (waitMs > 0) {
      const detail = `more than ${LIMITS.key_requests_a_second} requests a second`;
      const headers = { 'retry-after': String(Math.ceil(waitMs / 1000)) };
      return answerProblem(c, problem('rate_limited', detail), { headers });
    }
    c.set('holder', holder);
    await next();
    // Where a runtime ends with the answer, what is under way then is lost.
    if (noted) await within(noted, NOTING_MS, undefined);
  };
}

/** Lets a request pass whose key has the scope. */
export function needs(scope: Scope): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const { scopes } = c.get('holder');
    if (includesScope(scopes, scope)) return next();
    const detail = `needs the scope ${scope}; this key has ${scopes.join(', ') || 'none'}`;
    const headers = {
      'www-authenticate': `Bearer realm="keyferry", error="insufficient_scope", scope="${scope}"`,
    };
    return answerProblem(c, problem('scope_missing', detail), { headers });
  };
}

/** Headers come as one letter for each byte; a terminal that speaks UTF-8 sends some letters as several. */
function asTyped(text: string): string {
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  if (!bytes.some((byte) => byte > 127)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return text;
  }
}

function refuse(c: Context<HttpEnv>, sent: boolean): Response {
  const headers = { 'www-authenticate': `Bearer realm="keyferry"${sent ? ', error="invalid_token"' : ''}` };
  const detail = sent ? 'the key is unknown, expired or revoked' : 'the header Authorization is missing';
  return answerProblem(c, problem('key_missing', detail), { headers });
}
