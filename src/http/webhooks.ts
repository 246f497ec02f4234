/**
 * The door that shops knock at: POST /webhooks/{source}. Walk one, from bytes to the answer. What must never
 * happen here: 200 before the event is durable, a body in a log or an alarm, or 500 for anything a shop sent.
 */
import type { Context } from 'hono';
import type { Delivery } from '../core/integration.ts';
import { LIMITS } from '../core/limits.ts';
import { fail, type Result } from '../core/problem.ts';
import type { Stored } from '../core/store.ts';
import { answer, answerProblem } from './answers.ts';
import { readBody } from './body.ts';
import type { Health } from './health.ts';
import type { AppPorts, HttpEnv } from './ports.ts';
import { makeNoteRefused } from './refused.ts';

/** What became of a request, and what of it a diagnosis may look at. */
interface Received {
  readonly result: Result<Stored>;
  readonly known: boolean;
  readonly delivery: Delivery | null;
}

export function makeWebhooks(
  ports: AppPorts,
  health: Health,
): (c: Context<HttpEnv, '/webhooks/:source{[^]+}'>) => Promise<Response> {
  const { bridge, clock, log } = ports;
  const noteRefused = makeNoteRefused(ports);

  async function receive(c: Context<HttpEnv>, name: string): Promise<Received> {
    const source = (await ports.sources.all()).get(name);
    // Nobody's body is read at a door that is not there.
    if (!source) return { result: fail('source_unknown', name), known: false, delivery: null };
    if (!source.settings.ok) return { result: fail('source_closed'), known: true, delivery: null };
    const body = await readBody(c, ports.max_body_bytes);
    if (!body.ok) return { result: body, known: true, delivery: null };
    const delivery: Delivery = {
      header: (it) => c.req.header(it),
      body: body.value,
      received_at: clock.now(),
    };
    return { result: await bridge.receive(name, delivery), known: true, delivery };
  }

  return async (c) => {
    const name = c.req.param('source');
    const { result, known, delivery } = await receive(c, name).catch((error: unknown): Received => {
      // Whatever this is, the event is not stored, and the shop will send it again.
      log('error', 'webhook failed', {
        source: name,
        error: error instanceof Error ? error.stack : String(error),
      });
      return { result: fail('not_stored'), known: false, delivery: null };
    });
    if (result.ok) {
      health.stored();
      const { id, duplicate } = result.value;
      if (!duplicate) ports.notify();
      return answer({ received: true, event: id, duplicate });
    }
    const { problem } = result;
    // Strangers try every path; what a known source refuses is worth a look.
    const level = problem.code === 'source_unknown' ? 'info' : 'warn';
    log(level, 'webhook refused', {
      source: name.slice(0, LIMITS.refusal_text),
      problem: problem.code,
      detail: problem.detail.slice(0, 300),
    });
    if (problem.code === 'not_stored') health.notStored();
    await noteRefused({ name, known, delivery, problem });
    return answerProblem(c, problem);
  };
}
