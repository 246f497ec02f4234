/**
 * One word between two threads of the embedded file: the checkpointer asks the writer to finish the log, so that it
 * begins anew. What must never happen here: a thread that waits for the other.
 */

/** Shared memory of one number. */
export type Restart = Int32Array<SharedArrayBuffer>;

export function makeRestart(): Restart {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

export function askRestart(restart: Restart): void {
  Atomics.store(restart, 0, 1);
}

/** @returns whether it was asked since the last call */
export function askedRestart(restart: Restart): boolean {
  return Atomics.load(restart, 0) === 1 && Atomics.exchange(restart, 0, 0) === 1;
}
