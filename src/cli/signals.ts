/**
 * Being asked to stop: the first signal asks, a second one ends the process at once. It stands between the
 * terminal and whatever runs until somebody stops it.
 */
import { constants } from 'node:os';

const STOPS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type Stop = (typeof STOPS)[number];

export interface Stops {
  /** Resolves with the first signal. */
  readonly asked: Promise<Stop>;
  /** The first signal, once it has come. */
  seen(): Stop | null;
  /** Signals do what they did before. */
  release(): void;
}

export function listenForStops(onSecond: () => void = () => undefined): Stops {
  let listening = true;
  let seen: Stop | null = null;
  let resolve: (signal: Stop) => void = () => undefined;
  const asked = new Promise<Stop>((settle) => {
    resolve = settle;
  });
  const onSignal = (signal: Stop) => {
    if (seen === null) {
      seen = signal;
      resolve(signal);
      return;
    }
    onSecond();
    process.exit(exitOf(signal));
  };
  for (const it of STOPS) process.on(it, onSignal);
  return {
    asked,
    seen: () => seen,
    release: () => {
      if (!listening) return;
      listening = false;
      for (const it of STOPS) process.off(it, onSignal);
    },
  };
}

/** What shells expect of a process that a signal ended. */
export function exitOf(signal: Stop): number {
  return 128 + constants.signals[signal];
}
