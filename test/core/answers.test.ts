/** What a shop answers is read under a limit. */
import { expect, test } from 'vitest';
import { limited } from '../../src/core/answers.ts';

const answering = (text: string) => limited(() => Promise.resolve(new Response(text, { status: 201 })), 10);

test('an answer within the limit comes through as it is', async () => {
  const response = await answering('0123456789')('http://shop.example');
  expect([response.status, await response.text()]).toEqual([201, '0123456789']);
});

test('a larger one breaks off with an error', async () => {
  const response = await answering('01234567890')('http://shop.example');
  await expect(response.text()).rejects.toThrow('larger than 10 bytes');
});

test('an answer without a body has none', async () => {
  const empty = limited(() => Promise.resolve(new Response(null, { status: 204 })), 10);
  expect(await (await empty('http://shop.example')).text()).toBe('');
});
