/**
 * The Workers door with a clock that stands where a test says, which comes along with each request and each look:
 * src/worker.ts in all else.
 */

import { makeWorker } from '../../src/worker/make-worker.ts';
import type { Bindings, Context } from '../../src/worker/platform.ts';

let now = 0;
const worker = makeWorker({ clock: { now: () => now } });

export default {
  ...worker,
  fetch: (...[request, ...rest]: Parameters<typeof worker.fetch>): Promise<Response> => {
    now = Number(request.headers.get('x-test-now') ?? now);
    return worker.fetch(request, ...rest);
  },
  scheduled: (controller: { readonly scheduledTime: number }, bindings: Bindings, context: Context) => {
    now = controller.scheduledTime;
    return worker.scheduled(controller, bindings, context);
  },
};
