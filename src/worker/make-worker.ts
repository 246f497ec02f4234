/**
 * What the Workers door does with a request, with the queue's messages and with a tick of the clock: each gets a
 * house of its own, for one invocation. What must never happen here: an answer before the event is durable, or
 * work that only a message knows of.
 */
import type { WrittenFile } from '../config.ts';
import { traceOf } from '../core/observation.ts';
import type { Clock, Log } from '../core/ports.ts';
import { problem } from '../core/problem.ts';
import { isUnavailable } from '../core/store.ts';
import { problemAt } from '../http/answers.ts';
import { MAPPING_FILES } from './mapping-files.ts';
import { type Memories, type OpenHouse, open } from './open.ts';
import { type Bindings, type Context, consoleLog, type Pause, pause as realPause } from './platform.ts';
import { renewing, sendWord, workWithin } from './work.ts';

interface Worker {
  fetch(request: Request, bindings: Bindings, context: Context): Promise<Response>;
  /** What the messages say matters as little as how many there are. */
  queue(batch: unknown, bindings: Bindings, context: Context): Promise<void>;
  scheduled(controller: unknown, bindings: Bindings, context: Context): Promise<void>;
}

export interface Means {
  readonly clock: Clock;
  /** Of the mappings folder; as the build found them unless given. */
  readonly files?: readonly WrittenFile[];
  readonly log?: Log;
  /** Lets time go by; the real one unless given. */
  readonly pause?: Pause;
}

export function makeWorker(means: Means): Worker {
  const { clock, files = MAPPING_FILES, log = consoleLog, pause = realPause } = means;
  const memories: Memories = new WeakMap();

  async function answer(request: Request, bindings: Bindings, context: Context): Promise<Response> {
    const path = new URL(request.url).pathname;
    let arrived = false;
    const notify = () => {
      arrived = true;
    };
    try {
      const opened = await open({ bindings, memories, clock, files, log, notify });
      if (!opened.ok) return problemAt(path, opened.problem, { status: 503 });
      const house = opened.value;
      const { adminKey } = house.environment;
      // A hash, and no more: a made key could be shown to nobody here.
      const keyed = path.startsWith('/v1/') || path === '/metrics';
      if (adminKey !== null && keyed) await house.keys.ensureAdmin(adminKey);
      const answered = await renewing(house.bridge, log, async () => house.app.fetch(request));
      context.waitUntil(afterwards(house, bindings, arrived));
      return answered.status === 401 && adminKey === null && keyed
        ? withoutAdminKey(path, answered)
        : answered;
    } catch (error) {
      log('error', 'request failed', { path, error: traceOf(error) });
      return problemAt(path, problem(isUnavailable(error) ? 'not_stored' : 'bug'));
    }
  }

  /** The row is durable by now. Without a queue the work begins here, and the clock does what is left. */
  async function afterwards(house: OpenHouse, { QUEUE }: Bindings, arrived: boolean): Promise<void> {
    try {
      // Another isolate may do the work, and does not know what this one heard.
      if (arrived) await house.silences.look();
      if (arrived && QUEUE) await sendWord(QUEUE, { due_in_ms: 0 }, log);
      else if (arrived) await renewing(house.bridge, log, () => workWithin(house, clock, pause));
    } catch (error) {
      log('error', 'a round failed; the clock looks again', { error: String(error) });
    } finally {
      await leave(house);
    }
  }

  async function look(bindings: Bindings): Promise<void> {
    const opened = await open({ bindings, memories, clock, files, log, notify: () => {} });
    if (!opened.ok) {
      log('error', 'nothing is worked on', { ...opened.problem });
      return;
    }
    const house = opened.value;
    try {
      const left = await renewing(house.bridge, log, () => workWithin(house, clock, pause));
      if (left && bindings.QUEUE) await sendWord(bindings.QUEUE, left, log);
    } finally {
      await leave(house);
    }
  }

  return {
    fetch: (request, bindings, context) => {
      const answered = answer(request, bindings, context);
      // Whoever hangs up early still has their event stored.
      context.waitUntil(answered);
      return answered;
    },
    queue: (_batch, bindings) => look(bindings),
    scheduled: (_controller, bindings) => look(bindings),
  };
}

async function leave({ tally }: OpenHouse): Promise<void> {
  await tally.settled();
  await tally.db.close();
}

function withoutAdminKey(path: string, { headers }: Response): Response {
  const asks = headers.get('www-authenticate');
  return problemAt(
    path,
    problem('key_missing', 'no admin key is set: `npx wrangler secret put KEYFERRY_ADMIN_KEY`'),
    asks === null ? {} : { headers: { 'www-authenticate': asks } },
  );
}
