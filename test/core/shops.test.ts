/** What is learned of a shop from what came of a question. */
import { describe, expect, test } from 'vitest';
import type { Answered } from '../../src/core/integration.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Fetch } from '../../src/core/ports.ts';
import { fail, ok, problem } from '../../src/core/problem.ts';
import { makeShops } from '../../src/core/shops.ts';

const NOW = Date.UTC(2026, 10, 2, 10);
const AWAY: Answered<never> = fail('shop_unavailable', 'away');

/** @param answers of the shop, one after the other; the last repeats */
function shopOf(...answers: readonly (number | Response | Error)[]) {
  let now = NOW;
  let asked = 0;
  const lines: string[] = [];
  const fetch: Fetch = async () => {
    const it = answers[Math.min(asked++, answers.length - 1)] ?? 200;
    if (it instanceof Error) throw it;
    return typeof it === 'number' ? new Response(null, { status: it }) : it;
  };
  const shops = makeShops({ clock: { now: () => now }, fetch, log: (_, line) => void lines.push(line) });
  return {
    asked: () => asked,
    lines,
    at: (ms: number) => {
      now = NOW + ms;
    },
    state: () => shops.states().get('a'),
    rests: () => shops.rests('a'),
    ask: <T>(question: (fetch: Fetch) => Promise<Answered<T>>, by_hand = false) =>
      shops.ask('a', by_hand, question),
    /** Until it rests. */
    tire: async () => {
      const failing = async (ask: Fetch) => {
        await ask('https://a.test');
        return AWAY;
      };
      for (let time = 0; time < LIMITS.shop_failures; time++) await shops.ask('a', false, failing);
    },
  };
}
const asks = (it: Answered<number>) => async (ask: Fetch) => {
  await ask('https://a.test');
  return it;
};

describe('a question', () => {
  test('that asks nothing says nothing of the shop, and is not held up by its rest', async () => {
    const shop = shopOf(500);
    expect(await shop.ask(async () => ok(1))).toEqual(ok(1));
    expect(shop.state()).toBeUndefined();
    await shop.tire();
    expect(shop.state()).toMatchObject({ state: 'open' });
    expect(await shop.ask(async () => ok(2))).toEqual(ok(2));
    expect(shop.state()).toMatchObject({ state: 'open' });
  });

  test('that was answered in the end is an answer, whatever came in between', async () => {
    const shop = shopOf(500, 200);
    expect(await shop.ask(asks(ok(1)))).toEqual(ok(1));
    expect(shop.state()).toMatchObject({ state: 'closed', failures: 0 });
  });

  test('does not reach a shop that rests, and what the integration makes of that is not read', async () => {
    const shop = shopOf(500);
    await shop.tire();
    const before = shop.asked();
    const swallowing = async (ask: Fetch) => {
      await ask('https://a.test').catch(() => null);
      return ok('nothing came, so there is nothing');
    };
    expect(await shop.ask(swallowing)).toEqual({
      ok: false,
      problem: problem('shop_unavailable', 'not asked before 2026-11-02T10:00:05.000Z: away'),
      rests_until: NOW + LIMITS.shop_rest_ms,
      probed: false,
    });
    expect(shop.asked()).toBe(before);
    expect(await shop.ask(asks(AWAY), true)).toMatchObject({ probed: true });
    expect(shop.asked()).toBe(before + 1);
  });

  test('need not be put to learn that the shop rests, and to look takes nobody the one that is let through', async () => {
    const shop = shopOf(500);
    expect(shop.rests()).toBeNull();
    await shop.tire();
    const caught = async (ask: Fetch) => {
      await ask('https://a.test').catch(() => null);
      return AWAY;
    };
    expect(shop.rests()).toEqual(await shop.ask(caught));
    shop.at(LIMITS.shop_rest_ms);
    expect([shop.rests(), shop.rests()]).toEqual([null, null]);
    expect(await shop.ask(asks(AWAY))).toMatchObject({ probed: true });
  });

  test('takes the longest rest of all that its answers asked for', async () => {
    const told = (seconds: string) =>
      new Response(null, { status: 429, headers: { 'retry-after': seconds } });
    const shop = shopOf(told('10'), told('40'), told('20'));
    const three = async (ask: Fetch) => {
      for (let time = 0; time < 3; time++) await ask('https://a.test');
      return AWAY;
    };
    expect(await shop.ask(three)).toMatchObject({ trouble: { rest_ms: 40_000 } });
    expect(shop.state()).toMatchObject({ state: 'open', until: NOW + 40_000 });
  });

  test('that could not be put at all is trouble, also where nothing is said of it', async () => {
    const shop = shopOf(new TypeError('fetch failed'));
    const caught = async (ask: Fetch) => {
      await ask('https://a.test').catch(() => null);
      return AWAY;
    };
    expect(await shop.ask(caught)).toEqual({ ...AWAY, trouble: { rest_ms: null } });
    expect(shop.state()).toMatchObject({ failures: 1 });
  });

  test('that throws a bug lets the next one through', async () => {
    const shop = shopOf(500, 500, 500, 500, 500, 200);
    await shop.tire();
    shop.at(LIMITS.shop_rest_ms);
    const buggy = async (ask: Fetch) => {
      await ask('https://a.test');
      throw new Error('a bug');
    };
    await expect(shop.ask(buggy)).rejects.toThrow('a bug');
    expect(await shop.ask(asks(ok(1)))).toEqual(ok(1));
    expect(shop.lines).toEqual(['the shop is not asked for a while', 'the shop answers again']);
  });
});
