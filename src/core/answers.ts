/**
 * A shop's answer is read under a limit: whoever stands at the other end cannot fill our memory.
 */
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
