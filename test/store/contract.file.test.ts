/** The store's contract on the embedded file. */
import { storeContract } from '../contracts/store.ts';
import { openOnFile } from './on-file.ts';

storeContract('the store on an embedded file', () => openOnFile());
