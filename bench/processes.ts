/**
 * The processes of the bench, as the runner sees them: the sender, and whoever is under its load. What must never
 * happen here: a process that is left behind, or one that died and is measured all the same.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Measured, Order, Run } from './load.ts';
import type { Place } from './place.ts';
import type { Act, Replayed, Said } from './targets/target.ts';

/** Who can be put under load. */
export const TARGETS = {
  floor: 'targets/floor.ts',
  keyferry: 'targets/keyferry.ts',
  rival: 'rivals/express-sdk.ts',
} as const;

const FLAGS = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];

/** How much was done at a time, epoch ms. */
export interface Mark {
  readonly done: number;
  readonly at: number;
}

/** What the sender must know of a target. */
export interface Loaded {
  readonly port: number;
  readonly pid: number;
  /** Calls back with each mark that it sets from now on, until the answer is called. */
  onMark(told: (mark: Mark) => void): () => void;
}

export interface Target extends Loaded {
  /** Has it do something; resolves when it is done. */
  act(act: Act): Promise<Replayed | null>;
  /** All that it said of what it has done. */
  readonly marks: readonly Mark[];
  kill(): Promise<void>;
}

const running = new Set<ChildProcess>();

function start(script: string, env: Readonly<Record<string, string>>, complaints: string): ChildProcess {
  const stderr = openSync(complaints, 'a');
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), {
    execArgv: FLAGS,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'inherit', stderr, 'ipc'],
  });
  closeSync(stderr);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Ends whatever runs. */
export async function killAll(): Promise<void> {
  await Promise.all([...running].map(kill));
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** The end of what a process wrote to its log. */
function complaintsIn(file: string): string {
  return readFileSync(file, 'utf8').slice(-2_000);
}

/** @param env beside the place's own */
export async function startTarget(
  kind: keyof typeof TARGETS,
  place: Place,
  database: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Target> {
  const log = `${database}.log`;
  const child = start(TARGETS[kind], { ...place.env(database), ...env }, log);
  const marks: Mark[] = [];
  const told = new Set<(mark: Mark) => void>();
  const acted = new Map<Act, (answer: Replayed | null) => void>();
  const failed = Promise.withResolvers<never>();
  // Whoever waits for something hears of it; when nobody does, nothing was lost.
  failed.promise.catch(() => {});
  child.once('exit', (code, signal) =>
    failed.reject(new Error(`${kind} ended with ${code ?? signal}: ${complaintsIn(log)}`)),
  );
  const port = await new Promise<number>((resolve, reject) => {
    failed.promise.catch(reject);
    child.on('message', (said: Said) => {
      if ('port' in said) resolve(said.port);
      else if ('done' in said) {
        marks.push(said);
        for (const tell of told) tell(said);
      } else if (said.failed !== null) failed.reject(new Error(said.failed));
      else acted.get(said.acted)?.(said.answer);
    });
  });
  return {
    port,
    pid: child.pid ?? 0,
    act: (act) =>
      new Promise((resolve, reject) => {
        failed.promise.catch(reject);
        acted.set(act, resolve);
        child.send(act);
      }),
    marks,
    onMark: (tell) => {
      told.add(tell);
      return () => told.delete(tell);
    },
    kill: () => kill(child),
  };
}

export interface Sender {
  /** Sends to a target, and tells the sender what the target has done where it must know. */
  run(target: Loaded, run: Run): Promise<Measured>;
}

export function startSender(place: Place): Sender {
  const log = place.file('sender.log');
  const child = start('load.ts', {}, log);
  const order = (it: Order) => child.send(it);
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  child.once('exit', () => ended.reject(new Error(`the sender ended: ${complaintsIn(log)}`)));
  return {
    run: async (target, run) => {
      const stop = run.backlog === null ? () => {} : target.onMark(({ done }) => order({ done }));
      order({ run });
      const said = await new Promise<{ measured?: Measured; failed?: string }>((resolve, reject) => {
        ended.promise.catch(reject);
        child.once('message', resolve);
      });
      stop();
      if (!said.measured) throw new Error(said.failed);
      return said.measured;
    },
  };
}
