/**
 * Ports of a process that fails at its n-th call of the world: it dies there, or only that call goes wrong. The
 * call may have taken effect before it failed, as a commit whose answer was lost.
 */
import type { Clock, Fetch, RandomBytes } from '../../src/core/ports.ts';
import type { Store } from '../../src/core/store.ts';

export class Death extends Error {
  constructor() {
    super('this process is dead');
    this.name = 'Death';
  }
}

export interface Fate {
  /** Counted from 1 over all ports; null: lives for ever. */
  readonly at: number | null;
  /** All later calls fail, too; otherwise only this one. */
  readonly dies: boolean;
  /** The call was done, only its answer never came. */
  readonly takesEffect: boolean;
}

export interface Mortal {
  readonly store: Store;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Whether its fate has come. */
  readonly struck: () => boolean;
}

interface Ports {
  readonly store: Store;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

export function mortal(ports: Ports, fate: Fate): Mortal {
  let calls = 0;
  let struck = false;

  /** Counts a call. @returns what is to happen to it */
  function turn(): 'goes on' | 'fails' | 'is not heard' {
    if (struck && fate.dies) return 'fails';
    calls++;
    if (calls !== fate.at) return 'goes on';
    struck = true;
    return fate.takesEffect ? 'is not heard' : 'fails';
  }
  async function asked<T>(run: () => Promise<T>): Promise<T> {
    const what = turn();
    if (what === 'fails') throw new Death();
    const answer = await run();
    if (what === 'is not heard' || (struck && fate.dies)) throw new Death();
    return answer;
  }
  /** What only tells something has no effect: the two fates are one, and it is tried once. */
  function read<T>(run: () => T): T {
    if (struck && fate.dies) throw new Death();
    if (!fate.takesEffect && turn() !== 'goes on') throw new Death();
    return run();
  }
  /** The same object, every method of it mortal. All of them answer by promises. */
  function wrapped<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (it, name) => {
        const member: unknown = Reflect.get(it, name);
        if (typeof member === 'function') return (...args: unknown[]) => asked(() => member.apply(it, args));
        return typeof member === 'object' && member !== null ? wrapped(member) : member;
      },
    });
  }

  return {
    store: wrapped(ports.store),
    fetch: (input, init) => asked(() => ports.fetch(input, init)),
    clock: { now: () => read(() => ports.clock.now()) },
    random: (count) => read(() => ports.random(count)),
    struck: () => struck,
  };
}
