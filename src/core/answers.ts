/**
 * A shop's answer is read under a limit: whoever stands at the other end cannot fill our memory. And what HTTP itself
 * says of the shop: that it is in trouble, and for how long it wants to be left alone.
 */
import type { Trouble } from './breaker.ts';
import type { Fetch } from './ports.ts';

/** The same fetch, whose answers break off with an error once they are larger than `most` bytes. */
export function limited(fetch: Fetch, most: number): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!response.body) return response;
    let size = 0;
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          size += chunk.byteLength;
          if (size > most) controller.error(new Error(`the answer is larger than ${most} bytes`));
          else controller.enqueue(chunk);
        },
      }),
    );
    const { status, statusText, headers } = response;
    return new Response(counted, { status, statusText, headers });
  };
}

/** Null where the shop answered, be it with a no to this one question. */
export function troubleOf({ status, headers }: Response, now: number): Trouble | null {
  if (status !== 408 && status !== 429 && status < 500) return null;
  const told = headers.get('retry-after') ?? '';
  if (/^\d{1,9}$/.test(told)) return { rest_ms: Number(told) * 1000 };
  const at = Date.parse(told);
  // By the shop's own clock, where it tells it.
  const from = Date.parse(headers.get('date') ?? '');
  return { rest_ms: Number.isNaN(at) ? null : Math.max(0, at - (Number.isNaN(from) ? now : from)) };
}
