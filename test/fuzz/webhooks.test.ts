/**
 * Deliveries that are signed as they should be and say what no shop says: each ends in an answer and in an end that are
 * declared, and none as a bug. The corpus is what once did otherwise or might; then come drawn ones.
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpHouse } from '../http/setup.ts';
import { runs, SEED } from '../laws/runs.ts';
import { casesOf } from './cases.ts';
import { edited, SHOPS } from './edits.ts';
import { editedSample, signature, spoiled } from './hostile.ts';
import { openFuzzHouse, send } from './webhooks.ts';

let house: HttpHouse;
beforeAll(async () => {
  house = await openFuzzHouse();
});
afterAll(() => house.close());

let drawn = 0;
/** So that no sale meets another. */
const freshSeed = () => `fuzz${drawn++}`;

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe.each(SHOPS)('%s', (shop) => {
  test.each(casesOf(shop))('%s', async (_name, it) => {
    const seed = freshSeed();
    for (const sample of it.after ?? []) {
      const before = edited(shop, { sample, edits: [] }, seed, house.now());
      await send(house, { shop, type: before.type, body: bytesOf(before.text) });
    }
    const { type, text } = edited(shop, it, seed, house.now());
    const { status, end, order, wrong } = await send(house, { shop, type, body: bytesOf(text) });
    expect(wrong).toEqual([]);
    expect({ answers: status, ends: end, licenses: order?.licenses ?? 0 }).toEqual({
      answers: it.answers ?? 200,
      ends: it.ends ?? (it.answers ? null : 'done'),
      licenses: it.licenses ?? 0,
    });
  });

  test(
    'whatever is sent of one sale, every event has a declared end, and a second look changes nothing',
    async () => {
      const told = fc.array(fc.tuple(editedSample(shop), spoiled), { minLength: 1, maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(told, async (all) => {
          const seed = freshSeed();
          for (const [it, spoil] of all) {
            const { type, text } = edited(shop, it, seed, house.now());
            const { wrong } = await send(house, { shop, type, body: spoil(bytesOf(text)) });
            expect(wrong).toEqual([]);
          }
        }),
        { seed: SEED, numRuns: runs(40) },
      );
    },
    runs(20_000),
  );

  test(
    'whatever stands in the headers, an unsigned delivery is refused and leaves no event',
    async () => {
      const before = await house.db.read('SELECT count(*) AS events FROM events');
      await fc.assert(
        fc.asyncProperty(signature, editedSample(shop), async (written, it) => {
          const { type, text } = edited(shop, it, freshSeed(), house.now());
          const name = shop === 'stripe' ? 'stripe-signature' : 'x-shopify-hmac-sha256';
          const answer = await house.request(`/webhooks/${shop}`, {
            method: 'POST',
            headers: new Headers({ [name]: written, 'x-shopify-topic': type }),
            body: text,
          });
          expect([400, 401]).toContain(answer.status);
          expect(answer.headers.get('content-type')).toBe('application/problem+json');
        }),
        { seed: SEED, numRuns: runs(60) },
      );
      expect(await house.db.read('SELECT count(*) AS events FROM events')).toEqual(before);
    },
    runs(20_000),
  );
});

test('nothing of this was logged as a bug', () => {
  expect(house.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
