/**
 * What every measurement stands on: the place, the sender, how long and how often, and the words for its progress.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Scheme } from './deliveries.ts';
import type { Measured, Run } from './load.ts';
import type { Place } from './place.ts';
import { type Loaded, type Mark, type Sender, startTarget, type TARGETS, type Target } from './processes.ts';
import type { Series } from './rows.ts';
import { cpuMs } from './usage.ts';

export interface Stand {
  readonly place: Place;
  readonly sender: Sender;
  readonly rounds: number;
  /** Of one measured time under load, unless the measurement says more. */
  readonly seconds: number;
  /** Of a backlog. */
  readonly events: number;
  readonly full: boolean;
  /** Says what is under way. */
  progress(text: string): void;
}

export type Contender = keyof typeof TARGETS;

/** What each contender is sent: the rival's SDK is that of another shop, with bodies of the same size. */
const SENT: Readonly<Record<Contender, Scheme>> = { floor: 'shopify', keyferry: 'shopify', rival: 'stripe' };

export type Shape = Pick<Run, 'bytes' | 'connections'> & Partial<Pick<Run, 'rate' | 'backlog' | 'count'>>;

const WARM_SECONDS = 1.5;
/** The share of a core at which the sender is suspected to hold up those whom it measures. */
const BUSY = 0.9;

export interface Used extends Measured {
  /** Processor time of the target, all threads, for each request; in µs. */
  readonly cpuUs: number;
}

/** @throws when something was answered otherwise than with 200: what was refused must not count as fast */
export async function load(
  stand: Stand,
  target: Loaded,
  contender: Contender,
  shape: Shape,
  seconds = stand.seconds,
): Promise<Used> {
  const scheme = SENT[contender];
  const warmSeconds = shape.count === undefined ? WARM_SECONDS : 0;
  let before = cpuMs(target.pid);
  const warm = setTimeout(() => {
    before = cpuMs(target.pid);
  }, warmSeconds * 1000);
  const measured = await stand.sender.run(target, {
    port: target.port,
    path: `/webhooks/${scheme}`,
    scheme,
    rate: null,
    count: null,
    backlog: null,
    warmSeconds,
    seconds,
    ...shape,
  });
  const usedMs = cpuMs(target.pid) - before;
  clearTimeout(warm);
  if (Object.keys(measured.others).length > 0)
    throw new Error(`not only 200: ${JSON.stringify(measured.others)}`);
  if (measured.busy > BUSY) stand.progress('the sender itself was the bottleneck: read nothing into this');
  return { ...measured, cpuUs: (usedMs * 1000) / measured.count };
}

/** On what a contender works: an empty database if nothing is said. */
export interface Ground {
  /** A copy of this one; it must be closed. */
  readonly from?: string;
  /** This one itself, which stays. */
  readonly on?: string;
  /** It stays, too. */
  readonly keep?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a contender, and takes it away afterwards with the database that was made for it. */
export async function withTarget<T>(
  { place }: Stand,
  contender: Contender,
  use: (target: Target, database: string) => Promise<T>,
  { from, on, keep = on !== undefined, env = {} }: Ground = {},
): Promise<T> {
  const database = on ?? place.database(from);
  const target = await startTarget(contender, place, database, env);
  try {
    return await use(target, database);
  } finally {
    await target.kill();
    if (!keep) place.drop(database);
  }
}

/** Each contender once in every round, in turn: what the machine does meanwhile, it does to all of them. */
export async function inTurn<K extends string, T>(
  { rounds, progress }: Stand,
  what: string,
  contenders: Readonly<Record<K, (round: number) => Promise<T>>>,
): Promise<Record<K, T[]>> {
  const names = Object.keys(contenders);
  const results = Object.fromEntries(names.map((name) => [name, [] as T[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries<(round: number) => Promise<T>>(contenders)) {
      progress(`${what}, round ${round + 1} of ${rounds}: ${name}`);
      results[name]?.push(await run(round));
    }
  }
  // The same names went in.
  return results as Record<K, T[]>;
}

/** How much was done at a time: between two marks as much as its share of them. */
export function doneAt(marks: readonly Mark[], at: number): number {
  const after = marks.findIndex((mark) => mark.at > at);
  if (after < 0) return marks.at(-1)?.done ?? 0;
  const [before, next] = [marks[after - 1] ?? { done: 0, at }, marks[after] ?? { done: 0, at }];
  const share = next.at > before.at ? (at - before.at) / (next.at - before.at) : 0;
  return before.done + share * (next.done - before.done);
}

/** Waits until a condition holds. @throws after the bound */
export async function until(what: string, boundSeconds: number, holds: () => boolean): Promise<void> {
  const end = performance.now() + boundSeconds * 1000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${boundSeconds} s`);
    await pause(5);
  }
}

/** Rates with their latencies. */
export function ratesOf(
  name: string,
  all: readonly Pick<Used, 'rate' | 'p50Ms' | 'p99Ms' | 'cpuUs'>[],
): Series {
  return {
    name,
    values: all.map(({ rate }) => rate),
    p50: all.map(({ p50Ms }) => p50Ms),
    p99: all.map(({ p99Ms }) => p99Ms),
    cpu: all.map(({ cpuUs }) => cpuUs),
  };
}
