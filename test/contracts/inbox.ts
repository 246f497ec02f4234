/** What the inbox promises: events once, byte for byte, and ends only from those who still hold them. */
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import type { ClaimedEvent } from '../../src/core/store.ts';
import {
  count,
  endOf,
  eventOf,
  everything,
  HOSTILE,
  kept,
  NOON,
  problemOf,
  settlementOf,
} from '../fakes/settlements.ts';
import type { Current } from './store.ts';

const LEASE = LIMITS.lease_ms;

export function inboxContract(current: Current): void {
  const { add, claim, claimOne, stateOf } = shorthand(current);

  describe('arrival', () => {
    test('an event is stored as it came when the promise resolves', async () => {
      const headers = { 'shop-domain': 'acme.example' };
      const created_at = NOON - 9_000;
      const event = eventOf('k1', { account: 'acct_1', mode: 'test', headers, created_at });
      const { id, duplicate } = await current().store.addEvent('shop', event, NOON);
      expect(duplicate).toBe(false);
      expect(await current().store.readEvent(id)).toEqual({
        ...event,
        id,
        source: 'shop',
        received_at: NOON,
        lease: '',
        attempts: 0,
        deaths: 0,
        refresh: 0,
        ended: null,
      });
    });

    test('how an event ended is told once nobody works on it any more', async () => {
      const { id } = await add('k1');
      const end = { ...endOf(await claimOne()), order_id: 'ord_1' };
      expect((await current().store.readEvent(id))?.ended).toBeNull();
      await current().store.endEvents([end]);
      expect((await current().store.readEvent(id))?.ended).toEqual({
        state: 'done',
        problem: null,
        order_id: 'ord_1',
      });
    });

    test('the same key again is the same event: in the same breath, later, and when it was settled long ago', async () => {
      const both = await Promise.all([add('k1'), add('k1')]);
      expect(both.map(({ duplicate }) => duplicate)).toEqual([false, true]);
      const [{ id }] = both;
      expect(await add('k1')).toEqual({ id, duplicate: true });
      await current().store.endEvents([endOf(await claimOne())]);
      expect(await add('k1', { body: new Uint8Array([1]) })).toEqual({ id, duplicate: true });
      expect(await stateOf(id)).toBe('done');
      expect(await count(current().db, 'event_bodies')).toBe(1);
    });

    test('200 deliveries at once are one event, and exactly one of them is told so', async () => {
      const all = await Promise.all(Array.from({ length: 200 }, () => add('k1')));
      expect(all.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(all.map(({ id }) => id)).size).toBe(1);
      expect(await count(current().db, 'events')).toBe(1);
      expect(await count(current().db, 'event_bodies')).toBe(1);
    });

    test('200 events at once, some twice, are all there with their own bodies', async () => {
      const all = await Promise.all(Array.from({ length: 200 }, (_, i) => add(`k${i % 150}`)));
      expect(all.filter(({ duplicate }) => duplicate)).toHaveLength(50);
      for (const [i, { id }] of all.entries()) {
        const event = await current().store.readEvent(id);
        expect(new TextDecoder().decode(event?.body)).toBe(`{"id":"k${i % 150}"}`);
      }
    });

    test('one key at two sources is two events', async () => {
      const { store } = current();
      await store.addEvent('one', eventOf('k1'), NOON);
      const other = await store.addEvent('two', eventOf('k1'), NOON);
      expect(other).toMatchObject({ duplicate: false });
      expect([await store.findEvent('two', 'k1'), await store.findEvent('three', 'k1')]).toEqual([
        other.id,
        null,
      ]);
    });

    const part = LIMITS.body_part_bytes;
    test.for([
      ['nothing', 0],
      ['one byte', 1],
      ['one part less a byte', part - 1],
      ['exactly one part', part],
      ['one part and a byte', part + 1],
      ['several parts', 3 * part + 17],
    ] as const)('a body of %s comes back byte for byte', async ([, size]) => {
      const body = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 255);
      const { id } = await add('k1', { body });
      const event = await current().store.readEvent(id);
      expect(Buffer.compare(event?.body ?? new Uint8Array([1]), body)).toBe(0);
      expect(await count(current().db, 'event_bodies')).toBe(Math.max(1, Math.ceil(size / part)));
    });

    test('a body that is a window on larger memory is stored alone, and stays its owner’s', async () => {
      const memory = new Uint8Array(1_000).fill(7);
      const body = memory.subarray(100, 110).fill(9);
      const { id } = await add('k1', { body });
      expect([...((await current().store.readEvent(id))?.body ?? [])]).toEqual(Array(10).fill(9));
      expect(body.length).toBe(10);
    });

    test('large bodies at once are all stored', async () => {
      // More than one commit takes.
      const bodies = Array.from({ length: 12 }, (_, i) => new Uint8Array(700_000).fill(i));
      const all = await Promise.all(bodies.map((body, i) => add(`k${i}`, { body })));
      const back = await Promise.all(all.map(({ id }) => current().store.readEvent(id)));
      expect(
        back.map((it, i) => Buffer.compare(it?.body ?? new Uint8Array(), bodies[i] ?? new Uint8Array([1]))),
      ).toEqual(Array(12).fill(0));
    });

    test.for(HOSTILE)('a text %s is a key, a type and a header like any other', async ([, text]) => {
      const { id } = await add(text, { type: text, account: text, headers: { name: text } });
      expect(await add(text, { type: text, account: text })).toEqual({ id, duplicate: true });
      const [event] = await claim();
      expect(event).toMatchObject({
        id,
        key: kept(text),
        type: kept(text),
        account: kept(text),
        headers: { name: text },
      });
    });
  });

  describe('claim', () => {
    test('takes what is due, oldest first, up to the limit, and nobody gets it twice', async () => {
      for (const at of [30, 10, 20, 40]) await add(`k${at}`, {}, NOON + at);
      const keys = (events: readonly ClaimedEvent[]) => events.map(({ key }) => key);
      expect(keys(await claim(NOON + 35, 2))).toEqual(['k10', 'k20']);
      expect(keys(await claim(NOON + 35, 2))).toEqual(['k30']);
      expect(keys(await claim(NOON + 35, 2))).toEqual([]);
      expect(keys(await claim(NOON + 40, 2))).toEqual(['k40']);
    });

    test('brings every body, however much they are together', async () => {
      // As base64 more than the ten megabytes of one answer.
      const bodies = Array.from({ length: 10 }, (_, i) => new Uint8Array(800_000 + i).fill(i));
      await Promise.all(bodies.map((body, i) => add(`k${i}`, { body }, NOON + i)));
      const claimed = await claim(NOON + 99);
      expect(claimed.map(({ body }) => [body.length, body[0], body.at(-1)]).sort()).toEqual(
        bodies.map((_, i) => [800_000 + i, i, i]).sort(),
      );
    });

    test('workers at once never get the same event', async () => {
      await Promise.all(Array.from({ length: 100 }, (_, i) => add(`k${i}`)));
      const taken = await Promise.all(Array.from({ length: 8 }, () => claim(NOON, 20)));
      expect(taken.flat()).toHaveLength(100);
      expect(new Set(taken.flat().map(({ id }) => id)).size).toBe(100);
    });

    test('a worker that died gives its events back at the end of the lease, within ten seconds', async () => {
      const { id } = await add('k1');
      const first = await claimOne();
      expect(LEASE).toBeLessThanOrEqual(10_000);
      expect(await claim(NOON + LEASE - 1)).toEqual([]);
      const [second] = await claim(NOON + LEASE);
      expect(second).toMatchObject({ id, attempts: 0, deaths: 1, body: first.body });
      expect(second?.lease).not.toBe(first.lease);
    });

    test('a renewed lease lasts, and only the one that is still held', async () => {
      await add('k1');
      const first = await claimOne();
      await current().store.renewLeases([first.lease], NOON + LEASE - 1);
      expect(await claim(NOON + LEASE)).toEqual([]);
      const [second] = await claim(NOON + 2 * LEASE);
      await current().store.renewLeases([first.lease, 'lease of nobody'], NOON + 3 * LEASE - 1);
      expect(await claim(NOON + 3 * LEASE)).toMatchObject([{ id: second?.id, attempts: 0, deaths: 2 }]);
    });

    test('what is let go is due at once and counts no death; the rest of its claim stays with its holder', async () => {
      const [one, two] = [await add('k1'), await add('k2')];
      const { store } = current();
      const claimed = await claim();
      const left = claimed.filter(({ id }) => id === one.id);
      await store.letGo(left, NOON + 1);
      const [again, ...others] = await claim(NOON + 1);
      expect(again).toMatchObject({ id: one.id, deaths: 0, attempts: 0 });
      expect(others).toEqual([]);
      // A second time it is another's.
      await store.letGo(left, NOON + 2);
      expect(await claim(NOON + 2)).toEqual([]);
      const ends = claimed.filter(({ id }) => id === two.id).map((event) => endOf(event));
      expect(await store.endEvents(ends)).toEqual([two.id]);
      await store.letGo(claimed, NOON + 3);
      expect(await stateOf(two.id)).toBe('done');
    });

    test('of those that workers died of one is taken at a time, and the others are in nobody’s hands meanwhile', async () => {
      for (const key of ['k1', 'k2', 'k3']) await add(key);
      for (let death = 0; death < LIMITS.suspect_deaths; death++)
        expect(await claim(NOON + death * LEASE)).toHaveLength(3);
      const fresh = await add('k4', {}, NOON + 1);
      const now = NOON + LIMITS.suspect_deaths * LEASE;
      const held = await claim(now);
      expect(held.map(({ deaths }) => deaths).toSorted()).toEqual([0, LIMITS.suspect_deaths]);
      expect(held.map(({ id }) => id)).toContain(fresh.id);
      expect(await current().store.claimEvents(now, 64, [], 0)).toEqual([]);
      const free = await current().db.read('SELECT deaths, due_at FROM events WHERE lease IS NULL');
      expect(free).toEqual(Array(2).fill({ deaths: LIMITS.suspect_deaths, due_at: now }));
      // The one that is held dies once more; the others have no part in it.
      const again = await current().store.claimEvents(now + LEASE, 64, [], 3);
      const deaths = again.map((it) => it.deaths).toSorted();
      expect(deaths).toEqual([1, ...Array(2).fill(LIMITS.suspect_deaths), LIMITS.suspect_deaths + 1]);
    });

    test('a lease that ran out while its holder slept is renewed, if nobody took it meanwhile', async () => {
      await add('k1');
      const first = await claimOne();
      const morning = NOON + 24 * 3_600_000;
      await current().store.renewLeases([first.lease], morning);
      await current().store.renewLeases([first.lease], morning, NOON);
      expect(await claim(morning)).toEqual([]);
      const [second] = await claim(morning + LEASE);
      expect(second).toMatchObject({ id: first.id, deaths: 1 });
    });

    test('a clock that is set back lets nothing rest until it comes true', async () => {
      const HOUR = 3_600_000;
      const { store } = current();
      const [arrived, held, waiting, near] = await Promise.all(['k1', 'k2', 'k3', 'k4'].map((it) => add(it)));
      if (!arrived || !held || !waiting || !near) throw new Error('not added');
      const claimed = await claim();
      const [other, waits, soon] = [held, waiting, near].map(({ id }) => claimed.find((it) => it.id === id));
      if (!other || !waits || !soon) throw new Error('not claimed');
      const back = NOON - HOUR;
      await store.letGo(
        claimed.filter(({ id }) => id === arrived.id),
        NOON,
      );
      await store.endEvents([
        { ...endOf(waits), state: 'waiting', due_at: NOON + 60_000 },
        { ...endOf(soon), state: 'waiting', due_at: NOON + 1_000 },
      ]);
      expect(await claim(back)).toEqual([]);
      await store.setBack(back, HOUR);
      const due = await claim(back);
      expect(due).toMatchObject([{ id: arrived.id, deaths: 0 }]);
      await store.endEvents(due.map((it) => endOf(it)));
      // Whoever holds a lease keeps it while they renew it.
      await store.renewLeases([other.lease], back + LEASE - 1);
      expect(await claim(back + LEASE)).toMatchObject([{ id: near.id }]);
      expect((await claim(back + 2 * LEASE)).map(({ id }) => id)).toContain(held.id);
      expect((await claim(back + 60_000)).map(({ id }) => id)).toContain(waiting.id);
    });

    test('of what waits under a clock that was ahead, a new process lets go what nobody waits for', async () => {
      const { store } = current();
      const [arrived, held, waiting] = await Promise.all(['k1', 'k2', 'k3'].map((it) => add(it)));
      if (!arrived || !held || !waiting) throw new Error('not added');
      const claimed = await claim();
      await store.letGo(
        claimed.filter(({ id }) => id === arrived.id),
        NOON,
      );
      const ends = claimed.filter(({ id }) => id === waiting.id);
      await store.endEvents(ends.map((it) => ({ ...endOf(it), state: 'waiting', due_at: NOON + 60_000 })));
      const back = NOON - 3_600_000;
      await store.setBack(back, 0);
      expect(await claim(back)).toMatchObject([{ id: arrived.id }]);
      expect((await claim(back + LEASE)).map(({ id }) => id)).toContain(held.id);
      expect((await claim(NOON + 59_999)).map(({ id }) => id)).not.toContain(waiting.id);
    });

    test('renewing does not bring back what has ended', async () => {
      await add('k1');
      const event = await claimOne();
      await current().store.endEvents([endOf(event)]);
      await current().store.renewLeases([event.lease], NOON + 1);
      expect(await claim(NOON + 10 * LEASE)).toEqual([]);
    });

    test.for(['done', 'ignored', 'parked'] as const)(
      'an event that is %s is claimed no more',
      async (state) => {
        const { id } = await add('k1');
        await current().store.endEvents([endOf(await claimOne(), { state, problem: problemOf('bug') })]);
        expect(await stateOf(id)).toBe(state);
        expect(await claim(NOON + 1_000 * LEASE)).toEqual([]);
      },
    );

    test('a waiting event comes back at its time', async () => {
      await add('k1');
      await current().store.endEvents([endOf(await claimOne(), { state: 'waiting', due_at: NOON + 60_000 })]);
      expect(await claim(NOON + 59_999)).toEqual([]);
      expect(await claim(NOON + 60_000)).toMatchObject([{ key: 'k1', attempts: 1, deaths: 0 }]);
    });

    test('a wait in which nothing was attempted counts as no attempt', async () => {
      await add('k1');
      const untried = { state: 'waiting', due_at: NOON, untried: true } as const;
      await current().store.endEvents([endOf(await claimOne(), untried)]);
      await current().store.endEvents([endOf(await claimOne(), { state: 'waiting', due_at: NOON })]);
      await current().store.endEvents([endOf(await claimOne(), untried)]);
      expect(await claim(NOON)).toMatchObject([{ key: 'k1', attempts: 1, deaths: 0 }]);
    });

    test('events of a source that is excepted stay, the others are claimed', async () => {
      await add('k1');
      expect(await current().store.claimEvents(NOON, 10, ['shop'])).toEqual([]);
      expect(await current().store.claimEvents(NOON, 10, ['another'])).toHaveLength(1);
    });

    test('what others are sent meanwhile is claimed, though all before it was passed over already', async () => {
      const { store } = current();
      const past = async (now: number) => (await store.claimEvents(now, 10, ['shop'])).map(({ key }) => key);
      for (const key of ['k1', 'k2']) await add(key);
      expect(await past(NOON + 60_000)).toEqual([]);
      await store.addEvent('other', eventOf('late by a second'), NOON + 59_000);
      await store.addEvent('other', eventOf('now'), NOON + 60_000);
      expect(await past(NOON + 60_000)).toEqual(['late by a second', 'now']);
      expect(await past(NOON + 60_001)).toEqual([]);
      await store.addEvent('other', eventOf('very late'), NOON + 1);
      expect(await past(NOON + 60_000 + 30_000)).toContain('very late');
      // A clock that is set back by an hour hides nothing.
      await store.addEvent('other', eventOf('earlier'), NOON);
      expect(await past(NOON + 1)).toEqual(['earlier']);
      expect((await store.claimEvents(NOON, 10)).map(({ key }) => key).sort()).toEqual(['k1', 'k2']);
    });
  });

  describe('fencing', () => {
    test('an end under a lost lease writes nothing and is not reported as held', async () => {
      await add('k1');
      await add('k2');
      const [one, two] = await claim();
      if (!one || !two) throw new Error('two were added');
      const again = (await claim(NOON + LEASE)).find(({ id }) => id === one.id);
      if (!again) throw new Error('both are due again');
      await current().store.seizeEvent(two.id, NOON + LEASE);
      const third = await current().store.seizeEvent(two.id, NOON + LEASE);
      if (!third) throw new Error('it is there');
      const held = await current().store.endEvents([
        endOf(one, { state: 'parked', problem: problemOf('bug') }),
        endOf(third),
      ]);
      expect(held).toEqual([two.id]);
      expect([await stateOf(one.id), await stateOf(two.id)]).toEqual(['received', 'done']);
      expect(await current().store.endEvents([endOf(again)])).toEqual([again.id]);
    });

    test('an end is written once', async () => {
      await add('k1');
      const event = await claimOne();
      expect(await current().store.endEvents([endOf(event)])).toEqual([event.id]);
      expect(await current().store.endEvents([endOf(event, { state: 'parked' })])).toEqual([]);
      expect(await stateOf(event.id)).toBe('done');
    });

    test('a settle with one lost lease fails whole', async () => {
      await add('k1');
      await add('k2');
      const [one, two] = await claim();
      if (!one || !two) throw new Error('two were added');
      await current().store.seizeEvent(two.id, NOON + 1);
      const before = await everything(current().db);
      const ends = [endOf(one), endOf(two)];
      expect(await current().store.settle(settlementOf('1001', { ends }))).toBe('lease_lost');
      expect(await everything(current().db)).toBe(before);
    });

    test('a person takes an event away from its holder, in whatever state it is', async () => {
      await add('k1');
      const held = await claimOne();
      const { store } = current();
      const seized = await store.seizeEvent(held.id, NOON + 1);
      expect(seized).toMatchObject({ id: held.id, body: held.body, attempts: 0 });
      expect(await store.endEvents([endOf(held)])).toEqual([]);
      expect(await store.endEvents([endOf(seized ?? held)])).toEqual([held.id]);
      const later = await store.seizeEvent(held.id, NOON + 2);
      expect(await store.endEvents([endOf(later ?? held, { state: 'ignored' })])).toEqual([held.id]);
      expect(await stateOf(held.id)).toBe('ignored');
      expect(await store.seizeEvent('evt_nobody', NOON)).toBeNull();
      expect(await store.readEvent('evt_nobody')).toBeNull();
    });

    test('a seized event is not claimed from under the hands of the person, and comes back if they vanish', async () => {
      const { id } = await add('k1');
      await current().store.seizeEvent(id, NOON);
      expect(await claim(NOON + LEASE - 1)).toEqual([]);
      expect(await claim(NOON + LEASE)).toMatchObject([{ id }]);
    });
  });

  describe('waiting for a sale', () => {
    const wait = (event: ClaimedEvent, ...refs: string[]) =>
      current().store.waitForSale(
        endOf(event, { state: 'waiting', problem: problemOf('sale_unknown'), due_at: NOON + 1_000_000 }),
        'shop',
        '',
        refs,
      );

    test('a name that comes later wakes the event at once', async () => {
      await add('k1');
      expect(await wait(await claimOne(), 'pi_1', 'ch_1')).toBe(true);
      expect(await claim(NOON + 999_999)).toEqual([]);
      await current().store.settle(settlementOf('1001', { new_refs: ['1001', 'ch_1'], at: NOON + 5 }));
      expect(await claim(NOON + 5)).toMatchObject([{ key: 'k1' }]);
    });

    test('a name that is known already lets nobody wait, and leaves the lease', async () => {
      await add('k1');
      const event = await claimOne();
      await current().store.settle(settlementOf('1001', { new_refs: ['1001', 'ch_1'] }));
      expect(await wait(event, 'ch_1')).toBe(false);
      expect(await count(current().db, 'event_awaits')).toBe(0);
      expect(await current().store.endEvents([endOf(event)])).toEqual([event.id]);
    });

    test('names of another source or account wake nobody', async () => {
      await add('k1');
      expect(await wait(await claimOne(), 'ch_1')).toBe(true);
      await current().store.settle(settlementOf('1', { source: 'other', new_refs: ['1', 'ch_1'] }));
      await current().store.settle(settlementOf('2', { account: 'acct_1', new_refs: ['2', 'ch_1'] }));
      expect(await claim(NOON + 999_999)).toEqual([]);
    });

    test('no wake-up is lost when both happen at once', async () => {
      for (let i = 0; i < 40; i++) {
        const { id } = await add(`k${i}`);
        const event = await claimOne();
        const settle = () =>
          current().store.settle(settlementOf(`s${i}`, { new_refs: [`s${i}`, `ref${i}`] }));
        const both = i % 2 === 0 ? [wait(event, `ref${i}`), settle()] : [settle(), wait(event, `ref${i}`)];
        const [waited] = (await Promise.all(both)).filter((it) => typeof it === 'boolean');
        const woken = waited ? await claim(NOON) : [];
        expect(waited ? woken.map((it) => it.id) : [id]).toEqual([id]);
        await current().store.endEvents([endOf(woken[0] ?? event)]);
      }
      expect(await count(current().db, 'event_awaits')).toBe(0);
    });

    test('whoever lost the lease neither makes the event wait nor takes its wake-up away', async () => {
      const { id } = await add('k1');
      const lost = await claimOne();
      const [holder] = await claim(NOON + LEASE);
      if (!holder) throw new Error('it is due again');
      expect(await wait(lost, 'ch_1')).toBe(false);
      expect(await count(current().db, 'event_awaits')).toBe(0);
      expect(await wait(holder, 'ch_1')).toBe(true);
      expect(await current().store.endEvents([endOf(lost)])).toEqual([]);
      await current().store.settle(settlementOf('1001', { new_refs: ['1001', 'ch_1'], at: NOON + LEASE }));
      expect(await claim(NOON + LEASE)).toMatchObject([{ id }]);
    });

    test('a waiting event that is held just now is not given to a second worker by its name', async () => {
      await add('k1');
      await wait(await claimOne(), 'ch_1');
      const [held] = await claim(NOON + 1_000_000);
      await current().store.settle(
        settlementOf('1001', { new_refs: ['1001', 'ch_1'], at: NOON + 1_000_000 }),
      );
      expect(await claim(NOON + 1_000_001)).toEqual([]);
      expect(held && (await wait(held, 'ch_1'))).toBe(false);
    });
  });

  describe('those who wait for a sale that comes into being', () => {
    const wait = (event: ClaimedEvent, ref: string) =>
      current().store.waitForSale(endOf(event, { state: 'waiting', due_at: NOON + 1_000_000 }), 'shop', '', [
        ref,
      ]);
    const waiters = (...refs: string[]) => current().store.claimWaiters('shop', '', refs, NOON + 1);

    test('are taken by its names, with their bodies, and by one worker only', async () => {
      for (const [key, ref] of [
        ['k1', 'ch_1'],
        ['k2', 'pi_1'],
        ['k3', 'ch_other'],
      ] as const) {
        await add(key);
        await wait(await claimOne(), ref);
      }
      const taken = await Promise.all([waiters('ch_1', 'pi_1'), waiters('pi_1', 'ch_1')]);
      expect(
        taken
          .flat()
          .map(({ key, body }) => `${key} ${body.length}`)
          .sort(),
      ).toEqual(['k1 11', 'k2 11']);
      const ends = taken.flat().map((event) => endOf(event));
      expect(
        await current().store.settle(settlementOf('1001', { new_refs: ['1001', 'ch_1', 'pi_1'], ends })),
      ).toBe('settled');
      expect(await count(current().db, 'event_awaits')).toBe(1);
    });

    test('come back by themselves when their taker dies, and stay with it until then', async () => {
      const { id } = await add('k1');
      await wait(await claimOne(), 'ch_1');
      await waiters('ch_1');
      expect(await waiters('ch_1')).toEqual([]);
      expect(await claim(NOON + LEASE)).toEqual([]);
      expect(await claim(NOON + 1 + LEASE)).toMatchObject([{ id }]);
    });

    test('are none of another source or account, and none that somebody holds', async () => {
      await add('k1');
      await wait(await claimOne(), 'ch_1');
      const { store } = current();
      expect(await store.claimWaiters('other', '', ['ch_1'], NOON)).toEqual([]);
      expect(await store.claimWaiters('shop', 'acct_1', ['ch_1'], NOON)).toEqual([]);
      await claim(NOON + 1_000_000);
      expect(await waiters('ch_1')).toEqual([]);
    });

    test('are taken up to a number, and the sale that they wait for wakes the others', async () => {
      const late = 5;
      await Promise.all(Array.from({ length: LIMITS.waiter_count + late }, (_, i) => add(`k${i}`)));
      for (let left = LIMITS.waiter_count + late; left > 0; ) {
        const claimed = await claim();
        left -= claimed.length;
        for (const event of claimed) await wait(event, 'ch_1');
      }
      const taken = await waiters('ch_1');
      expect(taken).toHaveLength(LIMITS.waiter_count);
      const ends = taken.map((event) => endOf(event));
      await current().store.settle(settlementOf('1001', { new_refs: ['1001', 'ch_1'], ends }));
      expect(await claim()).toHaveLength(late);
    });
  });

  describe('answers', () => {
    test('those of the newest asking are read, once each, as they came', async () => {
      const { id } = await add('k1');
      const { store } = current();
      expect(await store.answersOf(id)).toEqual([]);
      const text = `'"\0\ud800🗝️9007199254740993`;
      const first = {
        id: `${id}/0/order`,
        asked: 'order',
        stamp: NOON,
        body: { text, list: [1, null, true] },
      };
      await store.addAnswers(id, 0, [first]);
      await store.addAnswers(id, 0, [{ ...first, stamp: NOON + 1 }]);
      expect(await store.answersOf(id)).toEqual([first]);
      const second = { ...first, id: `${id}/1/order`, stamp: NOON + 2 };
      await store.addAnswers(id, 1, [second]);
      expect(await store.answersOf(id)).toEqual([second]);
      expect((await store.readEvent(id))?.refresh).toBe(1);
    });
  });

  test('an end keeps its problem and its order', async () => {
    const { id } = await add('k1');
    const problem = problemOf('bug', `it said '\\u0000"`);
    await current().store.endEvents([
      endOf(await claimOne(), { state: 'parked', problem, order_id: 'ord_1' }),
    ]);
    const [row] = await current().db.read('SELECT problem, order_id FROM events WHERE id = ?', [id]);
    expect([JSON.parse(String(row?.problem)), row?.order_id]).toEqual([problem, 'ord_1']);
  });
}

function shorthand(current: Current) {
  const claim = (now = NOON, limit = 64) => current().store.claimEvents(now, limit);
  return {
    add: (key: string, over: Parameters<typeof eventOf>[1] = {}, at = NOON) =>
      current().store.addEvent('shop', eventOf(key, over), at),
    claim,
    /** The one event that is due. */
    claimOne: async (): Promise<ClaimedEvent> => {
      const [event, ...others] = await claim();
      if (!event || others.length > 0)
        throw new Error(`${event ? others.length + 1 : 0} events are due, not one`);
      return event;
    },
    stateOf: async (id: string) => {
      const [row] = await current().db.read('SELECT state FROM events WHERE id = ?', [id]);
      return row?.state;
    },
  };
}
