/**
 * `npm run torture -- kill [--kills 300 --processes 1 --seed S --minutes M]`: real processes on one database file are
 * killed at random while two shops send; where there are several, some of them sleep for a while. Then the checker looks. It ends with 1 when anything was lost or doubled, and
 * keeps the folder.
 */
import { killAtRandom } from '../crash/killing.ts';
import { readOptions } from './options.ts';

const values = readOptions('kill', { kills: 300, processes: 1, seed: undefined, minutes: undefined });

const FROZEN = 0.08;

const { kills, processes } = values;
const begun = Date.now();
const seed = values.seed ?? begun % 1_000_000_000;

console.log(`up to ${kills} kills, ${processes} at once on one file, seed ${seed}`);
const { complaints, warnings, ...it } = await killAtRandom({
  kills,
  processes,
  seed,
  frozen: processes > 1 ? FROZEN : 0,
  tell: console.log,
  ...(values.minutes !== undefined && { until: begun + values.minutes * 60_000 }),
});
console.log(
  `${it.kills} kills, ${it.early} of them at the start; ${it.froze} sleeps; ${it.events} events in ${it.deliveries} deliveries, ` +
    `${it.unanswered} of them without an answer, ${it.refused} refused; ${((Date.now() - begun) / 1000).toFixed(0)} s`,
);
for (const [what, count] of warnings) console.log(`the processes logged ${count} × ${what}`);
if (complaints.length > 0) {
  console.error(`\n${complaints.slice(0, 50).join('\n')}`);
  console.error(`\nAgain: npm run torture -- kill --kills ${kills} --processes ${processes} --seed ${seed}`);
  process.exit(1);
}
console.log('Nothing was lost, nothing doubled.');
