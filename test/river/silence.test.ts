/** A shop that falls silent: flagged once and in sight, until it speaks again. */
import { afterEach, expect, test } from 'vitest';
import { makeSilences } from '../../src/core/silence.ts';
import { makePaces } from '../../src/store/paces.ts';
import { type Answered, client, send } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from '../http/setup.ts';

const HOUR = 3_600_000;

let house: HttpHouse;
afterEach(() => house.close());

/** A sale every six hours for eight days: its pace is known by then. */
async function sellForAWeek(): Promise<void> {
  for (let sale = 0; sale < 33; sale++) {
    await send(house, 'shopify', 'paid', `sale ${sale}`);
    await house.settle();
    house.clock.advance(6 * HOUR);
  }
}

/** Time that goes by while the house is awake. */
async function pass(hours: number): Promise<void> {
  for (let half = 0; half < 2 * hours; half++) {
    house.clock.advance(HOUR / 2);
    await house.settle();
  }
}

async function shopify(): Promise<Answered> {
  const { items } = await client(house).get('/v1/sources');
  return items.find((it: Answered) => it.name === 'shopify');
}

async function metric(): Promise<string | undefined> {
  const text = await (await house.request('/metrics')).text();
  return /keyferry_source_silent\{source="shopify"\} (\d)/.exec(text)?.[1];
}

const told = () => house.lines.filter(({ message }) => message === 'source silent');

test('is flagged once it was silent for much longer than ever, told once, and no longer when it speaks', async () => {
  house = await openHttpHouse();
  await sellForAWeek();
  const last = house.now() - 6 * HOUR;
  await pass(17);
  expect([(await shopify()).silent_since, (await shopify()).flags, await metric()]).toEqual([null, [], '0']);

  await pass(6);
  const silent = await shopify();
  expect(silent).toMatchObject({
    silent_since: new Date(last).toISOString(),
    flags: [
      {
        code: 'source_silent',
        count: 1,
        title: 'Nothing has come from this shop for longer than usual',
        detail: `nothing since ${new Date(last).toISOString()}; its longest pause in four weeks was 6 hours`,
      },
    ],
  });
  expect(await metric()).toBe('1');
  expect(told()).toEqual([
    {
      level: 'warn',
      message: 'source silent',
      fields: { source: 'shopify', since: new Date(last).toISOString() },
    },
  ]);

  await send(house, 'shopify', 'paid', 'at last');
  expect((await shopify()).silent_since).toBeNull();
  house.clock.advance(60_000);
  await house.settle();
  expect([(await shopify()).flags, await metric(), told().length]).toEqual([[], '0', 1]);
});

test('what its neighbors send says nothing of it', async () => {
  house = await openHttpHouse();
  await sellForAWeek();
  await pass(17);
  await send(house, 'stripe', 'one-time', 'neighbor');
  await pass(2);
  expect((await shopify()).flags).toMatchObject([{ code: 'source_silent' }]);
});

test('one that is closed is not silent: it says itself why nothing comes', async () => {
  house = await openHttpHouse();
  await sellForAWeek();
  const closed = (await house.sources.statuses()).map((it) => ({ ...it, open: false }));
  house.clock.advance(30 * HOUR);
  const silences = makeSilences({
    paces: makePaces(house.db),
    statuses: async () => closed,
    clock: house.clock,
    observe: () => {
      throw new Error('nobody is silent');
    },
    log: () => {},
  });
  await silences.look();
  expect((await shopify()).flags).toEqual([]);
});

test('after a start the shops have an hour to be heard: what was down heard nothing', async () => {
  house = await openHttpHouse();
  await sellForAWeek();
  house.clock.advance(72 * HOUR);
  const flagged: string[] = [];
  const silences = makeSilences({
    paces: makePaces(house.db),
    statuses: house.sources.statuses,
    clock: house.clock,
    observe: (it) => {
      if (it.is === 'silent') flagged.push(it.source);
    },
    log: () => {},
    listens_since: house.now(),
  });
  await silences.look();
  house.clock.advance(HOUR - 1);
  await silences.look();
  expect([flagged, (await silences.of(['shopify'])).get('shopify')?.silent_since]).toEqual([[], null]);
  house.clock.advance(10 * 60_000);
  await silences.look();
  expect(flagged).toEqual(['shopify']);
});

test('a machine that slept, or whose clock was ahead, heard nothing meanwhile either', async () => {
  house = await openHttpHouse();
  await sellForAWeek();
  house.clock.advance(72 * HOUR);
  await house.settle();
  await pass(0.5);
  expect([(await shopify()).silent_since, (await shopify()).flags, await metric()]).toEqual([null, [], '0']);
  await pass(1);
  expect((await shopify()).flags).toMatchObject([{ code: 'source_silent' }]);
});

test('a clock that was years ahead at the start keeps no alarm back once it is right', async () => {
  house = await openHttpHouse();
  await sellForAWeek();
  let now = house.now() + 365 * 24 * HOUR;
  const flagged: string[] = [];
  const silences = makeSilences({
    paces: makePaces(house.db),
    statuses: house.sources.statuses,
    clock: { now: () => now },
    observe: (it) => {
      if (it.is === 'silent') flagged.push(it.source);
    },
    log: () => {},
    listens_since: now,
  });
  await silences.look();
  now = house.now() + 18 * HOUR;
  await silences.look();
  expect(flagged).toEqual([]);
  for (let look = 0; look < 5; look++) {
    now += HOUR / 3;
    await silences.look();
  }
  expect(flagged).toEqual(['shopify']);
});

test('a pause longer than is waited for is no pace, also where nobody flagged it', async () => {
  house = await openHttpHouse();
  await sellForAWeek();
  const paces = makePaces(house.db);
  const before = (await paces.of(['shopify'])).get('shopify');
  // Keyferry was down for three days.
  house.clock.advance(72 * HOUR);
  await send(house, 'shopify', 'paid', 'again');
  await house.settle();
  const after = (await paces.of(['shopify'])).get('shopify');
  expect(after).toMatchObject({ last_at: house.now(), longest_ms: before?.longest_ms, gaps: before?.gaps });
  // One that is within what is waited for is.
  house.clock.advance(20 * HOUR);
  await send(house, 'shopify', 'paid', 'late');
  await house.settle();
  expect((await paces.of(['shopify'])).get('shopify')?.longest_ms).toBe(20 * HOUR);
});

test('one that spoke a moment ago is not flagged, though that is not written down yet', async () => {
  house = await openHttpHouse();
  await sellForAWeek();
  const flagged: string[] = [];
  const silences = makeSilences({
    paces: makePaces(house.db),
    statuses: house.sources.statuses,
    clock: house.clock,
    observe: (it) => {
      if (it.is === 'silent') flagged.push(it.source);
    },
    log: () => {},
    memory: { heard: new Map(), wrote_at: house.now() + 25 * HOUR - 1, looked_at: null },
  });
  house.clock.advance(25 * HOUR);
  silences.heard('shopify', house.now());
  await silences.look();
  expect(flagged).toEqual([]);
});

test('a database that is away stops no event and no look', async () => {
  house = await openHttpHouse();
  const paces = makePaces(house.db);
  let away = true;
  const silences = makeSilences({
    paces: {
      ...paces,
      hear: async (heard) => {
        if (away) throw new Error('away');
        await paces.hear(heard);
      },
    },
    statuses: house.sources.statuses,
    clock: house.clock,
    observe: () => {},
    log: () => {},
  });
  const at = house.now();
  silences.heard('shopify', at);
  await silences.look();
  expect((await paces.of(['shopify'])).size).toBe(0);
  away = false;
  house.clock.advance(60_000);
  await silences.look();
  expect((await paces.of(['shopify'])).get('shopify')).toMatchObject({ last_at: at });
});
