/**
 * `npm run torture -- disk [--seed S --minutes M]`: the disk below a real process fails in one way after another, slow
 * for half a minute, locked for half a minute, while shops send. It ends with 1 when anything was acknowledged that is
 * not durable, answered late, lost, doubled or stuck.
 */
import { buildDiskShim } from '../fakes/disk.ts';
import { shake } from '../faults/shaking.ts';
import { readOptions } from './options.ts';

const values = readOptions('disk', { seed: undefined, minutes: 5 });

const begun = Date.now();
const { seed = begun % 1_000_000_000, minutes } = values;
const so = await buildDiskShim();
if (so === null) {
  console.log('Left out: this needs Linux and a C compiler (cc).');
  process.exit(0);
}
console.log(`${minutes} minutes, seed ${seed}`);
const until = begun + minutes * 60_000;
const { complaints, ...it } = await shake(so, seed, until, console.log);
console.log(
  `${it.rounds} troubles, ${it.kills} kills; ${it.taken} webhooks taken, ${it.refused} refused; ` +
    `${((Date.now() - begun) / 1000).toFixed(0)} s`,
);
if (complaints.length > 0) {
  console.error(`\n${complaints.slice(0, 50).join('\n')}`);
  console.error(`\nAgain: npm run torture -- disk --seed ${seed}`);
  process.exit(1);
}
console.log('Nothing was acknowledged that was not durable, and all of it was licensed once.');
