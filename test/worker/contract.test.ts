/** The HTTP contract on a built Worker, in workerd. */
import { httpContract } from '../contracts/http.ts';
import { openWorker } from './setup.ts';

httpContract('workerd', () => openWorker());
