/**
 * The door that shops knock at: POST /webhooks/{source}. Walk one, from bytes to the answer. What must never
 * happen here: 200 before the event is durable, a body in a log or an alarm, or 500 for anything a shop sent.
 */
import type { Context } from 'hono';
import { fail, type Problem, type Result } from '../core/problem.ts';
import type { Stored } from '../core/store.ts';
import { answer, answerProblem } from './answers.ts';
import { readBody } from './body.ts';
import type { Health } from './health.ts';
import type { AppPorts, HttpEnv } from './ports.ts';

/** Refusals that a person at a known source should hear of. */
const ALARMED: ReadonlySet<Problem['code']> = new Set([
  'signature_wrong',
  'signature_stale',
  'body_too_large',
]);
/** Anyone can send a wrong signature: one alarm of a kind per second is written, more are only logged. */
const ALARM_EVERY_MS = 1_000;

export function makeWebhooks(
  ports: AppPorts,
  health: Health,
): (c: Context<HttpEnv, '/webhooks/:source'>) => Promise<Response> {
  const { bridge, clock, log } = ports;
  const raisedAt = new Map<string, number>();

  async function receive(c: Context<HttpEnv>, name: string): Promise<Result<Stored>> {
    const source = (await ports.sources.all()).get(name);
    // Nobody's body is read at a door that is not there.
    if (!source) return fail('source_unknown', name);
    if (!source.settings.ok) return fail('source_closed');
    const body = await readBody(c, ports.max_body_bytes);
    if (!body.ok) return body;
    return bridge.receive(name, {
      header: (it) => c.req.header(it),
      body: body.value,
      received_at: clock.now(),
    });
  }

  async function alarm(source: string, { code, detail }: Problem): Promise<void> {
    const now = clock.now();
    const name = `${source}\n${code}`;
    const last = raisedAt.get(name);
    if (last !== undefined && now - last < ALARM_EVERY_MS) return;
    raisedAt.set(name, now);
    await ports
      .raise(source, code, detail, now)
      .catch((error) => log('error', 'alarm not written', { source, problem: code, error: String(error) }));
  }

  return async (c) => {
    const name = c.req.param('source');
    const stored = await receive(c, name).catch((error: unknown) => {
      // Whatever this is, the event is not stored, and the shop will send it again.
      log('error', 'webhook failed', {
        source: name,
        error: error instanceof Error ? error.stack : String(error),
      });
      return fail('not_stored');
    });
    if (stored.ok) {
      health.stored();
      const { id, duplicate } = stored.value;
      if (!duplicate) ports.notify();
      return answer({ received: true, event: id, duplicate });
    }
    const { problem } = stored;
    // Strangers try every path; what a known source refuses is worth a look.
    const level = problem.code === 'source_unknown' ? 'info' : 'warn';
    log(level, 'webhook refused', {
      source: name.slice(0, 200),
      problem: problem.code,
      detail: problem.detail.slice(0, 300),
    });
    if (problem.code === 'not_stored') health.notStored();
    if (ALARMED.has(problem.code)) await alarm(name, problem);
    return answerProblem(c, problem);
  };
}
