/** The HTTP contract on Node with a libSQL server. */
import { httpContract } from '../contracts/http.ts';
import { onServer } from '../runtimes/remote.ts';
import { openHttpHouse } from './setup.ts';

httpContract('Node, on a libSQL server', () => openHttpHouse(undefined, { database: onServer }));
