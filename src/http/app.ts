/**
 * The HTTP side of the house: webhooks, the management API, health. It stands in front of the bridge and knows
 * no runtime; each door serves what `makeApp` returns. What must never happen here: a rule of the river.
 */
import { type Context, Hono } from 'hono';
import { traceOf } from '../core/observation.ts';
import { problem } from '../core/problem.ts';
import { isUnavailable } from '../core/store.ts';
import { answerProblem, responseOf } from './answers.ts';
import { authenticate, type Guard, needs } from './auth.ts';
import { readBody } from './body.ts';
import { makeHealth } from './health.ts';
import { ROUTES } from './management/index.ts';
import { keyFromOutside, makeMetrics } from './metrics.ts';
import type { AppPorts, HttpEnv } from './ports.ts';
import { serveOpenapi } from './reference/serve.ts';
import { makeWebhookDoor, type WebhookDoor } from './webhooks.ts';

export type { AppPorts } from './ports.ts';

/**
 * @returns the app, and its webhook door alone, for a server that need not go through the app to find it
 * @example
 * const { app } = makeApp(ports);
 * const answer = await app.request('/healthz');
 */
export function makeApp(ports: AppPorts): { readonly app: Hono; readonly webhooks: WebhookDoor } {
  const app = new Hono<HttpEnv>();
  const health = makeHealth(ports);
  const guard: Guard = { ...ports, buckets: ports.buckets ?? new Map() };
  const webhooks = makeWebhookDoor(ports, health);

  // Whatever follows: a slash too many is a wrong address as well, and whoever entered it shall find it.
  app.post('/webhooks/:source{[^]+}', async (c) => {
    const { path } = c.req;
    const header = (name: string) => c.req.header(name);
    const body = (limit: number) => readBody(c, limit);
    return responseOf(await webhooks({ name: c.req.param('source'), path, header, body }));
  });
  app.all('/webhooks/:source{[^]+}', otherMethod(['POST']));
  app.get('/healthz', health.healthz);
  app.get('/readyz', health.readyz);
  app.get('/metrics', keyFromOutside(guard), makeMetrics(ports));
  app.get('/openapi.json', serveOpenapi(ports.version));
  for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json'])
    app.all(path, otherMethod(['GET', 'HEAD']));

  // Whoever has no key does not even learn which routes there are.
  app.use('/v1/*', authenticate(guard));
  for (const { method, path, scope, handle } of ROUTES) {
    app.on(method, path, needs(scope), (c) => handle(c, ports));
  }
  for (const [path, routes] of Map.groupBy(ROUTES, (it) => it.path)) {
    const methods = routes.map((it) => it.method);
    app.all(path, otherMethod(methods.includes('GET') ? [...methods, 'HEAD'] : methods));
  }

  app.notFound((c) =>
    answerProblem(c, problem('not_found', `there is nothing at ${c.req.method} ${c.req.path}`)),
  );
  app.onError((error, c) => answerThrown(c, error, ports));
  // What routes keep beside a request concerns nobody outside.
  return { app: app as unknown as Hono, webhooks };
}

/** A path that is there, asked with a method that is not. */
function otherMethod(allowed: readonly string[]): (c: Context<HttpEnv>) => Response {
  const allow = allowed.join(', ');
  return (c) => {
    const it = problem(
      'method_not_allowed',
      `${c.req.method} is not answered here; ${allow} ${allowed.length > 1 ? 'are' : 'is'}`,
    );
    return answerProblem(c, it, { headers: { allow } });
  };
}

function answerThrown(c: Context<HttpEnv>, error: Error, { log }: AppPorts): Response {
  const id = crypto.randomUUID();
  log('error', 'request failed', {
    id,
    method: c.req.method,
    path: c.req.path,
    error: traceOf(error),
  });
  const instance = `urn:uuid:${id}`;
  return answerProblem(c, problem(isUnavailable(error) ? 'not_stored' : 'bug'), { instance });
}
