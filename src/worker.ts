/**
 * Door two: Keyferry on Cloudflare Workers, over D1 or a libSQL server. What the runtime calls stands in
 * worker/make-worker.ts; here it gets its clock. What must never happen here: an export beside the default one,
 * which the runtime would take for another entrypoint.
 */
import { makeWorker } from './worker/make-worker.ts';

export default makeWorker({ clock: { now: () => Date.now() } });
