/**
 * `npm run torture -- load [--events 200000 --seed S]`: very many events through a proxy that cuts connections; then the
 * checker looks. It ends with 1 when anything was lost or doubled, and keeps the folder.
 */
import { loadAndCheck } from '../crash/loading.ts';
import { readOptions } from './options.ts';

// Every kind takes minutes; this one has an end of its own.
const values = readOptions('load', { events: 200_000, seed: undefined, minutes: undefined });

const begun = Date.now();
const { events, seed = begun % 1_000_000_000 } = values;

console.log(`${events} events, seed ${seed}`);
const { complaints, cuts, ...it } = await loadAndCheck({ events, seed, tell: console.log });
console.log(
  `${it.events} events in ${it.deliveries} deliveries, ${it.unanswered} of them without an answer; ` +
    `${((Date.now() - begun) / 1000).toFixed(0)} s`,
);
for (const [cut, count] of cuts) console.log(`cut ${count} × ${cut}`);
if (complaints.length > 0) {
  console.error(`\n${complaints.slice(0, 50).join('\n')}`);
  console.error(`\nAgain: npm run torture -- load --events ${events} --seed ${seed}`);
  process.exit(1);
}
console.log('Nothing was lost, nothing doubled.');
