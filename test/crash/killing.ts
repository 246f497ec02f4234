/**
 * Processes that share one database are started and killed at random while two shops send to whichever lives; then
 * everything is worked off, and the checker looks. What must never happen here: a rule of how it must end; the checker
 * has them.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LIMITS } from '../../src/core/limits.ts';
import { type Chance, makeChance } from './chance.ts';
import { type Ask, complaintsAbout, missing, readLog } from './checker.ts';
import { makePurchases, signed, webhookFor } from './purchases.ts';
import { type Deliver, makeSender, type Sent } from './sender.ts';
import {
  askOf,
  type KeyferryProcess,
  makePlace,
  type Place,
  quiet,
  type StartedProcess,
  until,
} from './serving.ts';
import { unsoundness, unsoundnessAfterDeath } from './soundness.ts';
import { answerIn, makeWire, type Wire } from './wire.ts';

export interface Killing {
  /** How many kills there are. */
  readonly kills: number;
  /** How many processes live at once, at the most. */
  readonly processes: number;
  readonly seed: number;
  /** Of a process, how probably it falls asleep once, for longer than its leases last or for less; 0 if left out. */
  readonly frozen?: number;
  /** When it shall be enough, epoch ms, however many kills there were. */
  readonly until?: number;
  /** Hears how far it is. */
  readonly tell?: (line: string) => void;
}

export interface Outcome {
  /** What is wrong, in words; empty: nothing was lost or doubled. */
  readonly complaints: readonly string[];
  readonly kills: number;
  /** Kills before the port was open. */
  readonly early: number;
  /** Processes that fell asleep, and went on. */
  readonly froze: number;
  readonly events: number;
  readonly deliveries: number;
  /** Deliveries whose answer never came, and those that were refused. */
  readonly unanswered: number;
  readonly refused: number;
  /** What the processes logged as a warning or an error, and how often. */
  readonly warnings: ReadonlyMap<string, number>;
}

/** A process that is killed lives this long after its port is open, in ms, at the most. */
const LIFE_MS = 800;
/** Deliveries that come with a new process, at the most. */
const DELIVERIES = 400;
/** Of a process, that it is killed while it starts; it takes about this long, in ms. */
const EARLY = 0.15;
const START_MS = 700;
/** A process sleeps this long at the most, in ms: its leases have run out, and others have done its work. */
const FROZEN_MS = 1.5 * LIMITS.lease_ms;
/** Of a kill, that all others die at the same moment. */
const ALL_AT_ONCE = 0.15;
/** After so many kills there is a word on them. */
const WORD_EVERY = 10;

/** Where it failed, the folder with the database is kept, and the first complaint names it. */
export async function killAtRandom(killing: Killing): Promise<Outcome> {
  const warnings = new Map<string, number>();
  const place = makePlace(undefined, (line) => noteWarning(warnings, line));
  const wire = makeWire();
  let kept = true;
  try {
    const outcome = await run(killing, place, wire, warnings);
    kept = outcome.complaints.length > 0;
    return kept ? { ...outcome, complaints: [...outcome.complaints, `kept: ${place.folder}`] } : outcome;
  } finally {
    wire.close();
    await place.clear(kept ? 'keep the folder' : undefined);
  }
}

async function run(
  { kills, processes, seed, frozen = 0, until: end = Number.POSITIVE_INFINITY, tell = () => {} }: Killing,
  place: Place,
  wire: Wire,
  warnings: ReadonlyMap<string, number>,
): Promise<Outcome> {
  const chance = makeChance(seed);
  const complaints: string[] = [];
  const living = new Set<KeyferryProcess>();
  const started = new Set<StartedProcess>();
  const sender = makeSender(
    makePurchases(`k${seed}`, Date.now(), makeChance(seed + 1)),
    deliverTo(living, wire, makeChance(seed + 2)),
    makeChance(seed + 3),
  );
  let killed = 0;
  let nextWord = WORD_EVERY;
  let early = 0;
  let froze = 0;

  const isEnough = () => killed >= kills || complaints.length > 0 || Date.now() > end;

  function begin(): StartedProcess {
    const process = place.begin();
    started.add(process);
    process.gone.then(({ code, asked, said }) => {
      started.delete(process);
      if (!asked) complaints.push(`fell: a process ended by itself, with ${code}:\n${said}`);
    });
    return process;
  }

  async function open(process: StartedProcess): Promise<KeyferryProcess> {
    const open = await process.listening;
    living.add(open);
    process.gone.then(() => living.delete(open));
    return open;
  }

  async function kill(process: StartedProcess): Promise<void> {
    const victims = chance.happens(ALL_AT_ONCE) ? [...started] : [process];
    killed += victims.length;
    await Promise.all(victims.map((it) => it.kill()));
    if (started.size === 0 && (victims.length > 1 || killed >= nextWord))
      complaints.push(...unsoundnessAfterDeath(place.database, join(place.folder, 'scratch')));
    if (killed < nextWord) return;
    nextWord = killed + WORD_EVERY;
    tell(`${killed} kills, ${sender.told()} events told, ${sender.log.length} deliveries`);
  }

  /** Nobody sends to it meanwhile; what was sent waits. */
  async function freeze(process: KeyferryProcess): Promise<void> {
    froze++;
    living.delete(process);
    process.freeze();
    await pause(chance.below(FROZEN_MS));
    process.thaw();
  }

  /** One place at the table: whoever sits there is killed, and another comes. */
  async function live(): Promise<void> {
    while (!isEnough()) {
      const process = begin();
      let dead = false;
      void process.gone.then(() => {
        dead = true;
      });
      // The first one is there for long enough to be sent something.
      if (killed > 0 && chance.happens(EARLY)) {
        early++;
        await pause(chance.below(START_MS));
      } else {
        // Another may have died together with this one.
        const opened = await open(process).catch((error) => {
          if (!dead) complaints.push(String(error));
        });
        sender.allow(1 + chance.below(DELIVERIES));
        await pause(chance.below(LIFE_MS));
        if (opened && !dead && chance.happens(frozen)) {
          await freeze(opened);
          if (!dead) living.add(opened);
        }
        await pause(chance.below(LIFE_MS));
      }
      if (!dead) await kill(process);
    }
  }

  /** Whoever starts next works off what is left, shows it all, and stops. */
  async function conclude(): Promise<void> {
    tell(`${killed} kills; what is left is worked off`);
    await Promise.all(Array.from({ length: processes }, () => open(begin())));
    await sender.finish();
    const [one] = living;
    if (!one) throw new Error('nobody lives');
    const ask: Ask = (path) => askOf(wire, one, path);
    await quiet(ask, sender.told());
    complaints.push(...(await complaintsAbout(sender.log, ask)));
    for (const { code, said } of await Promise.all([...living].map((it) => it.stop()))) {
      if (code !== 0) complaints.push(`fell: a process that was asked to stop ended with ${code}:\n${said}`);
    }
    complaints.push(...unsoundness(place.database));
  }

  try {
    const seats = Array.from({ length: processes }, live);
    const complain = (lost: readonly string[]) => complaints.push(...lost);
    await Promise.all([watch(sender.log, living, wire, isEnough, complain), ...seats]);
    if (complaints.length === 0) await conclude();
  } catch (error) {
    complaints.push(`broke: ${error instanceof Error ? error.stack : error}`);
  }
  const { log } = sender;
  return {
    complaints,
    kills: killed,
    early,
    froze,
    events: sender.told(),
    deliveries: log.length,
    unanswered: log.filter(({ answer }) => answer === null).length,
    refused: log.filter(({ answer }) => answer !== null && answer.status !== 200).length,
    warnings,
  };
}

/** Sends to one of those who live; waits while there is none. */
function deliverTo(living: ReadonlySet<KeyferryProcess>, wire: Wire, chance: Chance): Deliver {
  return async (telling) => {
    await until('a process to send to', 60_000, () => living.size > 0);
    const process = [...living][chance.below(living.size)];
    if (!process) return null;
    const { source } = telling.purchase;
    const { body, headers } = await signed(source, webhookFor(telling), Date.now());
    return answerIn(await wire.post(`${process.url}/webhooks/${source}`, body, headers));
  };
}

/** Beside all that: whatever was acknowledged is asked for, soon after, of anyone who lives. */
async function watch(
  log: readonly Sent[],
  living: ReadonlySet<KeyferryProcess>,
  wire: Wire,
  isOver: () => boolean,
  complain: (lost: readonly string[]) => void,
): Promise<void> {
  let seen = 0;
  while (!isOver()) {
    const [process] = living;
    const upTo = Math.min(log.length, seen + 100);
    if (!process || upTo === seen) {
      await pause(20);
      continue;
    }
    const acknowledged = log.slice(seen, upTo).filter(({ answer }) => answer?.status === 200);
    try {
      const lost = await missing(readLog(acknowledged).events, (path) => askOf(wire, process, path));
      complain(lost);
      seen = upTo;
    } catch {
      // It was killed while it was asked: the next one is asked for the same.
    }
  }
}

function noteWarning(warnings: Map<string, number>, line: string): void {
  const level = /"level":"(warn|error)","message":"([^"]+)"/.exec(line);
  if (!level) return;
  const what = `${level[1]}: ${level[2]}`;
  warnings.set(what, (warnings.get(what) ?? 0) + 1);
}
