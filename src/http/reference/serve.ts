/**
 * GET /openapi.json and GET /docs: the reference as it goes out, to programs and to people. No key is asked for: it
 * tells how to ask, and of nothing that is stored. What must never happen here: a start, or a request for anything
 * else, that waits for it to be made.
 */
import type { Context, Hono } from 'hono';
import { problem } from '../../core/problem.ts';
import { answerProblem, responseOf } from '../answers.ts';
import type { HttpEnv } from '../ports.ts';
import { type Reference, referenceOf } from './document.ts';
import { pageOf } from './page.ts';
import { STYLE } from './style.ts';

/** By version. Plain values, so that they may outlive a request on every runtime. */
const made = new Map<string, { readonly reference: Reference; readonly text: string }>();

function madeOf(version: string): { readonly reference: Reference; readonly text: string } {
  const before = made.get(version);
  if (before) return before;
  const reference = referenceOf(version);
  const now = { reference, text: JSON.stringify(reference) };
  made.set(version, now);
  return now;
}

const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;
/** Nothing runs, nothing is fetched but the style, and nobody frames it. */
const POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** @returns the paths that it answers */
export function serveReference(app: Hono<HttpEnv>, version: string): readonly string[] {
  app.get('/openapi.json', () => {
    // Tools that read it may run in a browser, at another origin.
    const headers = { 'content-type': 'application/json', ...ALWAYS, 'access-control-allow-origin': '*' };
    return responseOf({ status: 200, headers, body: madeOf(version).text });
  });
  app.get('/docs/style.css', () => {
    const headers = { 'content-type': 'text/css; charset=utf-8', ...ALWAYS };
    return responseOf({ status: 200, headers, body: STYLE });
  });
  const page = async (c: Context<HttpEnv>) => {
    const name = c.req.param('page') ?? '';
    const found = pageOf(madeOf(version).reference, name);
    if (found === null) return answerProblem(c, problem('not_found', `the reference has no page ${name}`));
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      ...ALWAYS,
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
    };
    return responseOf({ status: 200, headers, body: String(await found) });
  };
  app.get('/docs', page);
  app.get('/docs/:page', page);
  return ['/openapi.json', '/docs', '/docs/:page'];
}
