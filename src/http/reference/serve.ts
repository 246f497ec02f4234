/**
 * GET /openapi.json: the reference as it goes out. No key is asked for: it tells how to ask, and of nothing that is
 * stored. What must never happen here: a start, or a request for anything else, that waits for it to be made.
 */
import type { Context } from 'hono';
import { responseOf } from '../answers.ts';
import type { HttpEnv } from '../ports.ts';
import { referenceOf } from './document.ts';

/** By version; plain text, so that it may outlive a request on every runtime. */
const written = new Map<string, string>();

export function serveOpenapi(version: string): (c: Context<HttpEnv>) => Response {
  return () => {
    const body = written.get(version) ?? JSON.stringify(referenceOf(version));
    written.set(version, body);
    // Tools that read it may run in a browser, at another origin.
    const headers = {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
    };
    return responseOf({ status: 200, headers, body });
  };
}
