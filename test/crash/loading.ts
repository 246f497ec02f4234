/**
 * Very many events of two shops, shuffled, late and twice, through a proxy that cuts connections: what was sent and
 * answered against what the API shows in the end. What must never happen here: a rule of how it must end; the checker
 * has them.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { makeChance } from './chance.ts';
import { complaintsAbout } from './checker.ts';
import { type Cut, startCuttingProxy } from './cutting-proxy.ts';
import { makePurchases, signed, webhookFor } from './purchases.ts';
import { type Deliver, makeSender } from './sender.ts';
import { askOf, makePlace, quiet } from './serving.ts';
import { unsoundness } from './soundness.ts';
import { answerIn, makeWire } from './wire.ts';

export interface Loading {
  /** How many different events, about. */
  readonly events: number;
  readonly seed: number;
  /** Hears how far it is. */
  readonly tell?: (line: string) => void;
}

export interface Loaded {
  /** What is wrong, in words; empty: nothing was lost or doubled. */
  readonly complaints: readonly string[];
  readonly events: number;
  readonly deliveries: number;
  readonly unanswered: number;
  readonly cuts: ReadonlyMap<Cut, number>;
}

const TELL_MS = 5_000;

/** Where something is wrong, the folder with the database is kept, and the last complaint names it. */
export async function loadAndCheck({ events, seed, tell = () => {} }: Loading): Promise<Loaded> {
  const place = makePlace();
  const wire = makeWire();
  const over = new AbortController();
  let kept = true;
  try {
    const process = await place.start();
    const proxy = await startCuttingProxy(process.url, makeChance(seed + 2));
    const deliver: Deliver = async (telling) => {
      const { source } = telling.purchase;
      const { body, headers } = await signed(source, webhookFor(telling), Date.now());
      return answerIn(await wire.post(`${proxy.url}/webhooks/${source}`, body, headers));
    };
    const purchases = makePurchases(`l${seed}`, Date.now(), makeChance(seed + 1));
    const sender = makeSender(purchases, deliver, makeChance(seed + 3), events);
    void tellNowAndThen(over.signal, () => {
      tell(`${sender.told()} events told, ${sender.log.length} deliveries, ${process.ended()} ended`);
    });
    const check = async (): Promise<readonly string[]> => {
      sender.allow(Number.POSITIVE_INFINITY);
      await sender.finish();
      tell(`all ${sender.told()} events are acknowledged; what is left is worked off`);
      await quiet((path) => askOf(wire, process, path), sender.told());
      over.abort();
      tell('nothing is left; the checker reads');
      return [
        ...(await complaintsAbout(sender.log, (path) => askOf(wire, process, path))),
        ...unsoundness(place.database),
      ];
    };
    const complaints = await check().catch((error: Error) => [`broke: ${error.stack}`]);
    await proxy.close();
    kept = complaints.length > 0;
    return {
      complaints: kept ? [...complaints, `kept: ${place.folder}`] : [],
      events: sender.told(),
      deliveries: sender.log.length,
      unanswered: sender.log.filter(({ answer }) => answer === null).length,
      cuts: proxy.cuts,
    };
  } finally {
    over.abort();
    wire.close();
    await place.clear(kept ? 'keep the folder' : undefined);
  }
}

async function tellNowAndThen(over: AbortSignal, tell: () => void): Promise<void> {
  const waited = () => pause(TELL_MS, true, { signal: over }).catch(() => false);
  while (await waited()) tell();
}
