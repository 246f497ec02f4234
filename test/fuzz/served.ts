/**
 * A house behind its real port, in a process of its own: what the tests of connections speak to, since some of what they
 * do might kill it. It tells its parent its address, and how much memory it holds whenever it is asked.
 */
import type { Log } from '../../src/core/ports.ts';
import { listen, openHouse } from '../../src/node.ts';

const errors: string[] = [];
const log: Log = (level, message, fields = {}) => {
  if (level === 'error') errors.push(`${message} ${JSON.stringify(fields)}`);
};
const house = await openHouse({ env: process.env, log, filesMs: 100 });
if (!house.ok) throw new Error(JSON.stringify(house.problem));
await house.value.keys.ensureAdmin(process.env.KEYFERRY_ADMIN_KEY);
const soon = { headersTimeout: 700, requestTimeout: 1_400, connectionsCheckingInterval: 50 };
const server = await listen(house.value, process.env.IMPATIENT ? soon : {});
house.value.start();

process.on('disconnect', () => process.exit());
process.on('message', () => {
  globalThis.gc?.();
  process.send?.({ resident_bytes: process.memoryUsage().rss, errors });
});
process.send?.({ port: Number(new URL(server.url).port), errors: house.value.taken.errors });
