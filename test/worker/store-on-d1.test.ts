/** The store's contract on D1. */
import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import { makeStore } from '../../src/store/store.ts';
import { storeContract } from '../contracts/store.ts';
import { onD1 } from '../runtimes/d1.ts';

afterAll(onD1.stop);

storeContract('the store on D1', async () => {
  const { db, close } = await onD1.open();
  return { db, store: makeStore(db, (count) => randomBytes(count)), close };
});
