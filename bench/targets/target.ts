/**
 * What every process under load has in common: it says its port to the runner, does what it is told, and ends with
 * the runner. What must never happen here: a process that outlives the bench.
 */

/** What a process can be told; the answer is what it sends back. */
export interface Acts {
  /** Ends well: whatever it has to write down is written. */
  end(): Promise<void>;
  /** Starts what it does beside answering. */
  start?(): void;
  /** Sends every settled event through again. */
  replay?(): Promise<Replayed>;
}

export interface Replayed {
  readonly count: number;
  readonly ms: number;
  readonly changes: number;
}

export type Act = keyof Acts;

/** What a process says. */
export type Said =
  | { readonly port: number }
  /** How much it has done since it began, and when this was so, epoch ms with fractions. */
  | { readonly done: number; readonly at: number }
  | { readonly acted: Act; readonly answer: Replayed | null; readonly failed: string | null };

export function beTarget(port: number, acts: Acts): void {
  process.on('message', (act: Act) => {
    Promise.resolve(acts[act]?.()).then(
      (answer) => say({ acted: act, answer: answer ?? null, failed: null }),
      (error: unknown) =>
        say({
          acted: act,
          answer: null,
          failed: error instanceof Error ? String(error.stack) : String(error),
        }),
    );
  });
  process.on('disconnect', () => process.exit());
  say({ port });
}

export function say(it: Said): void {
  if (process.connected) process.send?.(it);
}
