/**
 * The shops' side of a long run: sends what purchases tell, shuffled, twice, some of it late, and again until it is
 * acknowledged; and writes down what was sent and each answer. What must never happen here: an answer in the log that
 * did not arrive, or a delivery left out of it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { Purchase, Telling } from './purchases.ts';

/** One delivery that was sent, and what the shop was answered; null: no answer arrived. */
export interface Sent {
  readonly telling: Telling;
  readonly answer: Answer | null;
}
export interface Answer {
  readonly status: number;
  /** Of an answer of 200. */
  readonly event: string | null;
  readonly duplicate: boolean | null;
}

/** Posts it once to whoever lives. */
export type Deliver = (telling: Telling) => Promise<Answer | null>;

export interface Manner {
  /** Deliveries under way at once, at the most. */
  readonly senders: number;
  /** Out of so many deliveries the next one is drawn: how far they are shuffled. */
  readonly shuffled: number;
  /** So many deliveries may lie between a late one and those it belongs to. */
  readonly late: number;
}
export const USUAL: Manner = { senders: 24, shuffled: 200, late: 1_500 };

/** Of an event, that it comes a second and a third time although it was acknowledged. */
const TWICE = 0.2;
const THRICE = 0.05;
const LATE = 0.08;
/** After an answer that was none, in ms: a shop waits, too. */
const REST_MS = 20;
/** An event that is not acknowledged by then never will be. */
const TRIES = 3_000;

export interface Sender {
  readonly log: readonly Sent[];
  /** How many different events it has told so far. */
  readonly told: () => number;
  /** Lets it send so many deliveries more; those that must be sent again do not count. */
  allow(count: number): void;
  /** No purchases more than `most` asks for: resolves when all is acknowledged. @throws when something never is */
  finish(): Promise<void>;
}

interface Pending {
  readonly telling: Telling;
  /** Of this very delivery, so far. */
  tries: number;
}

/** @param most how many different events it tells, about; then it tells no more */
export function makeSender(
  next: () => Purchase,
  deliver: Deliver,
  chance: Chance,
  most = Number.POSITIVE_INFINITY,
  { senders, shuffled, late }: Manner = USUAL,
): Sender {
  const log: Sent[] = [];
  const pool: Pending[] = [];
  /** Until so many deliveries were drawn. */
  let heldBack: { readonly until: number; readonly pending: Pending }[] = [];
  let drawn = 0;
  let told = 0;
  let allowed = 0;
  let underWay = 0;
  let finishing = false;
  let waiting: (() => void)[] = [];

  function wakeAll(): void {
    const all = waiting;
    waiting = [];
    for (const wake of all) wake();
  }

  function addPurchase(): void {
    for (const telling of next().tellings) {
      told++;
      const copies = 1 + Number(chance.happens(TWICE)) + Number(chance.happens(THRICE));
      for (let copy = 0; copy < copies; copy++) {
        const pending = { telling, tries: 0 };
        if (chance.happens(LATE)) heldBack.push({ until: drawn + chance.below(late), pending });
        else pool.push(pending);
      }
    }
  }

  /** With a number of events to tell, all of them are told. */
  const isOver = () => told >= most || (finishing && most === Number.POSITIVE_INFINITY);

  /** Any one of those that wait; null when there is none just now. */
  function draw(): Pending | null {
    while (!isOver() && pool.length < shuffled) addPurchase();
    const due = heldBack.filter(({ until }) => isOver() || until <= drawn);
    if (due.length > 0) {
      heldBack = heldBack.filter((it) => !due.includes(it));
      pool.push(...due.map(({ pending }) => pending));
    }
    const at = chance.below(pool.length);
    const [found, last] = [pool[at], pool.at(-1)];
    if (!found || !last) return null;
    pool[at] = last;
    pool.pop();
    drawn++;
    return found;
  }

  async function send(pending: Pending): Promise<void> {
    const { telling } = pending;
    const answer = await deliver(telling);
    log.push({ telling, answer });
    if (answer?.status === 200) return;
    pending.tries++;
    if (pending.tries > TRIES) throw new Error(`${telling.seed} ${telling.sample} is never acknowledged`);
    await pause(REST_MS);
    allowed++;
    pool.push(pending);
  }

  async function sendOn(): Promise<void> {
    for (;;) {
      const pending = finishing || allowed > 0 ? draw() : null;
      if (pending) {
        allowed--;
        underWay++;
        await send(pending).finally(() => {
          underWay--;
          wakeAll();
        });
      } else {
        if (finishing && underWay === 0) return;
        await new Promise<void>((wake) => waiting.push(wake));
      }
    }
  }

  const working = Promise.all(Array.from({ length: senders }, sendOn));
  // It is thrown by `finish`, whenever that is asked.
  working.catch(() => {});
  return {
    log,
    told: () => told,
    allow: (count) => {
      allowed = Math.max(0, allowed) + count;
      wakeAll();
    },
    finish: async () => {
      finishing = true;
      wakeAll();
      await working;
    },
  };
}
