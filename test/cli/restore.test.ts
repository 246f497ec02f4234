/** A backup put back as the documentation says: what it holds is there, what came after it comes again. */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { makePlace, type Running } from './run.ts';

const ADMIN_KEY = 'an admin key for the restored, long enough';
const place = makePlace({
  STRIPE_WEBHOOK_SECRET: 'whsec_test_value',
  SHOPIFY_WEBHOOK_SECRET: 'shop_test_value',
  KEYFERRY_ADMIN_KEY: ADMIN_KEY,
});
let served: Running;
let url: string;
afterAll(async () => {
  served.signal('SIGTERM');
  await served.ended;
  place.remove();
});

async function serve(): Promise<void> {
  served = place.start('serve');
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(await served.says('Stop: Ctrl-C.'))?.[0] ?? '';
}

async function stop(): Promise<void> {
  served.signal('SIGTERM');
  expect((await served.ended).code).toBe(0);
}

const send = (seed: string) =>
  place.run('send', 'stripe', 'payment-link', '--seed', seed, '--url', `${url}/webhooks/stripe`);

/** The license keys of a sale; none while there is no order. */
async function keysOf(seed: string): Promise<string[]> {
  const answer = await fetch(`${url}/v1/orders?external_id=cs_test_a1Keyferry${seed}`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  // Our own API; a shape that differs fails the expectations below.
  const { items } = (await answer.json()) as { items: { items: { licenses: { key: string }[] }[] }[] };
  return items.flatMap((order) => order.items.flatMap((item) => item.licenses.map(({ key }) => key)));
}
const issued = (seed: string) =>
  vi.waitFor(async () => {
    const keys = await keysOf(seed);
    expect(keys).toHaveLength(1);
    return keys;
  });

test('after a restore the keys of the copy are as they were, and a later sale is issued when its event comes again', async () => {
  await serve();
  await send('before');
  const keys = await issued('before');
  const copy = join(place.folder, 'copy.db');
  expect((await place.run('backup', copy)).code).toBe(0);
  await send('after');
  await issued('after');
  await stop();

  // In the words of docs/deploy: the copy in its place, what lay beside it gone.
  const database = join(place.folder, 'keyferry.db');
  copyFileSync(copy, database);
  for (const end of ['-wal', '-shm']) rmSync(database + end, { force: true });

  await serve();
  expect(await keysOf('before')).toEqual(keys);
  expect(await keysOf('after')).toEqual([]);
  const again = await send('after');
  expect(again.stdout).toMatch(/^200 received/);
  await issued('after');
  await send('before');
  expect(await keysOf('before')).toEqual(keys);
});
