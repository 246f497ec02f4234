/** The store's contract on a libSQL server. */
import { randomBytes } from 'node:crypto';
import { makeStore } from '../../src/store/store.ts';
import { storeContract } from '../contracts/store.ts';
import { onServer } from '../runtimes/remote.ts';

storeContract('the store on a libSQL server', async () => {
  const { db, close } = await onServer.open();
  return { db, store: makeStore(db, (count) => randomBytes(count)), close };
});
