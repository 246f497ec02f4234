/**
 * `npm run torture [-- --runs N --minutes M --seed S --acts A]`: lives of Stripe sales against the laws until one breaks, or
 * time is up. `--path` takes a failure up again, `--pin <name>` keeps it. It ends with 1 when a law was broken.
 */
import { parseArgs } from 'node:util';
import { huntFor, pin, report } from './life-cases.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000000' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    acts: { type: 'string', default: '14' },
    path: { type: 'string' },
    pin: { type: 'string' },
  },
});

/** Between two lines of progress. */
const BATCH = 250;

const wanted = Number(values.runs);
const acts = Number(values.acts);
const until =
  values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(values.minutes) * 60_000;
const begun = Date.now();
let seed = Number(values.seed ?? begun % 1_000_000_000);
let done = 0;

while (done < wanted && Date.now() < until) {
  const runs = Math.min(BATCH, wanted - done);
  const { path } = values;
  const broken = await huntFor({ seed, runs, acts, ...(path !== undefined && { path }) });
  if (broken) {
    console.error(report(broken, acts));
    if (values.pin !== undefined) {
      pin(values.pin, broken.case);
      console.error(`\nKept as test/laws/pinned/${values.pin}.json.`);
    }
    process.exit(1);
  }
  if (path !== undefined) break;
  done += runs;
  const rate = (done / ((Date.now() - begun) / 1000)).toFixed(1);
  console.log(`${done} lives, ${rate} a second, seed ${seed}`);
  seed += 1;
}
console.log(`All laws held: ${done} lives.`);
