/**
 * The door that shops knock at: POST /webhooks/{source}. Walk one, from bytes to the answer. What must never
 * happen here: 200 before the event is durable, a body in a log or an alarm, or 500 for anything a shop sent.
 */
import type { Delivery } from '../core/integration.ts';
import { LIMITS } from '../core/limits.ts';
import { traceOf } from '../core/observation.ts';
import { fail, problem, type Result } from '../core/problem.ts';
import type { Stored } from '../core/store.ts';
import { problemReply, type Reply, reply } from './answers.ts';
import type { Health } from './health.ts';
import type { AppPorts } from './ports.ts';
import { makeNoteRefused } from './refused.ts';
import { within } from './within.ts';

/** What became of a request, and what of it a diagnosis may look at. */
interface Received {
  readonly result: Result<Stored>;
  readonly known: boolean;
  readonly delivery: Delivery | null;
}

const LATE: Result<Stored> = fail('not_stored', 'the database did not take it in time');

/** A POST to the door, whatever server it came through. */
export interface Knock {
  /** What follows /webhooks/ in the path. */
  readonly name: string;
  readonly path: string;
  header(name: string): string | undefined;
  /** Reads the body; no more of it than `limit` is ever kept. */
  body(limit: number): Promise<Result<Uint8Array>>;
}

/** Never throws. */
export type WebhookDoor = (it: Knock) => Promise<Reply>;

export function makeWebhookDoor(ports: AppPorts, health: Health): WebhookDoor {
  const { bridge, clock, log } = ports;
  const noteRefused = makeNoteRefused(ports);

  async function receive({ name, header, body: read }: Knock): Promise<Received> {
    const source = (await ports.sources.all()).get(name);
    // Nobody's body is read at a door that is not there.
    if (!source) return { result: fail('source_unknown', name), known: false, delivery: null };
    if (!source.settings.ok) return { result: fail('source_closed'), known: true, delivery: null };
    const body = await read(ports.max_body_bytes);
    if (!body.ok) return { result: body, known: true, delivery: null };
    const delivery: Delivery = { header, body: body.value, received_at: clock.now() };
    // What is stored after all comes again as a duplicate.
    const result = await within(bridge.receive(name, delivery), LIMITS.store_wait_ms, LATE);
    return { result, known: true, delivery };
  }

  function failed(source: string, error: unknown): Result<Stored> {
    log('error', 'webhook failed', { source, error: traceOf(error) });
    return fail('not_stored');
  }

  async function answerTo(it: Knock): Promise<Reply> {
    const { name, path } = it;
    const { result, known, delivery } = await receive(it).catch(
      // Whatever this is, the event is not stored, and the shop will send it again.
      (error: unknown): Received => ({ result: failed(name, error), known: false, delivery: null }),
    );
    if (result.ok) {
      health.stored();
      const { id, duplicate } = result.value;
      if (!duplicate) ports.notify();
      return reply({ received: true, event: id, duplicate });
    }
    const { problem: refused } = result;
    ports.observe({ is: 'refused', source: name, known, problem: refused });
    if (refused.code === 'not_stored') health.notStored();
    await noteRefused({ name, known, delivery, problem: refused });
    return problemReply(path, refused);
  }

  return (it) =>
    answerTo(it).catch((error: unknown) => {
      // A bug behind what is decided already: it comes again, and is a duplicate if it was stored.
      failed(it.name, error);
      return problemReply(it.path, problem('not_stored'));
    });
}
