/**
 * What every Store promises, on every database: run by test/store for each of them.
 *
 * @example storeContract('the embedded file', async () => openOnFile());
 */
import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import type { Database } from '../../src/store/database.ts';
import { adoptionContract } from './adoption.ts';
import { databaseContract } from './database.ts';
import { inboxContract } from './inbox.ts';
import { ledgerContract } from './ledger.ts';
import { ownSalesContract } from './own-sales.ts';
import { pacesContract } from './paces.ts';
import { partsContract } from './parts.ts';
import { privacyContract } from './privacy.ts';
import { refusalsContract } from './refusals.ts';
import { revisionsContract } from './revisions.ts';

export interface OpenStore {
  readonly store: Store;
  readonly db: Database;
  close(): Promise<void>;
}

/** The store of the test that runs. */
export type Current = () => OpenStore;

/** @param make opens an empty database with its tables made */
export function storeContract(name: string, make: () => Promise<OpenStore>): void {
  describe(name, () => {
    let open: OpenStore;
    beforeEach(async () => {
      open = await make();
    });
    afterEach(() => open.close());
    const current: Current = () => open;

    describe('database', () => databaseContract(current));
    describe('inbox', () => inboxContract(current));
    describe('ledger', () => ledgerContract(current));
    describe('small values', () => partsContract(current));
    describe('revisions and alarms', () => revisionsContract(current));
    describe('refusals', () => refusalsContract(current));
    describe('paces', () => pacesContract(current));
    describe('privacy', () => privacyContract(current));
    describe('keys given out before', () => adoptionContract(current));
    describe('sales beside those of the shop', () => ownSalesContract(current));
  });
}
