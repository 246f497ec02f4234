/** Bodies that were stored a moment ago are handed out once, as they were stored, and within a bound. */
import { expect, test } from 'vitest';
import { makeFresh } from '../../src/store/fresh.ts';

const body = (length: number, of = 7) => new Uint8Array(length).fill(of);

test('a body is handed out once', () => {
  const fresh = makeFresh();
  fresh.keep('evt_1', body(3));
  expect(fresh.take('evt_1', 3)).toEqual(body(3));
  expect(fresh.take('evt_1', 3)).toBeNull();
  expect(fresh.take('evt_2', 3)).toBeNull();
});

test('one of another length than the stored one was rewritten, and is not handed out', () => {
  const fresh = makeFresh();
  fresh.keep('evt_1', body(3));
  expect(fresh.take('evt_1', 4)).toBeNull();
  expect(fresh.take('evt_1', 3)).toBeNull();
});

test('what is rewritten here is forgotten', () => {
  const fresh = makeFresh();
  fresh.keep('evt_1', body(3));
  fresh.keep('evt_2', body(3));
  fresh.forget(['evt_1', 'evt_3']);
  expect(fresh.take('evt_1', 3)).toBeNull();
  expect(fresh.take('evt_2', 3)).toEqual(body(3));
});

test('the oldest go first, and one that is too large for all of it is not kept', () => {
  const fresh = makeFresh(10);
  for (const n of [1, 2, 3]) fresh.keep(`evt_${n}`, body(4, n));
  fresh.keep('evt_4', body(11));
  expect([1, 2, 3].map((n) => fresh.take(`evt_${n}`, 4))).toEqual([null, body(4, 2), body(4, 3)]);
  expect(fresh.take('evt_4', 11)).toBeNull();
  // What was handed out makes room again.
  fresh.keep('evt_5', body(10));
  expect(fresh.take('evt_5', 10)).toEqual(body(10));
});
