/** The HTTP contract on Node with D1. */
import { afterAll } from 'vitest';
import { httpContract } from '../contracts/http.ts';
import { openHttpHouse } from '../http/setup.ts';
import { onD1 } from '../runtimes/d1.ts';

afterAll(onD1.stop);

httpContract('Node, on D1', () => openHttpHouse(undefined, { database: onD1 }));
