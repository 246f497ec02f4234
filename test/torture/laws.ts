/**
 * `npm run torture -- laws [--runs N --minutes M --seed S --acts A]`: lives of Stripe sales against the laws until one
 * breaks, or time is up; now and then, with seeds of their own, the laws of the other histories. `--path` takes a failure
 * up again, `--pin <name>` keeps it. It ends with 1 when a law was broken.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { huntFor, pin, report } from '../laws/life-cases.ts';
import { readOptions } from './options.ts';

const values = readOptions('laws', { runs: 1_000_000, minutes: undefined, seed: undefined, acts: 14 }, [
  'path',
  'pin',
]);

/** Between two lines of progress. */
const BATCH = 250;
/** So many lives, then a round of the other laws. */
const LIVES_A_ROUND = 2_500;
/** As often as `npm test` tries them. */
const TIMES = 5;
const OTHERS = ['histories', 'shopify-life', 'merge'].map((it) => `test/laws/${it}.test.ts`);

const { runs: wanted, acts } = values;
const until = values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + values.minutes * 60_000;
const begun = Date.now();
let seed = values.seed ?? begun % 1_000_000_000;
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
  if (done % LIVES_A_ROUND === 0) tryOthers(seed);
  seed += 1;
}
console.log(`All laws held: ${done} lives.`);

/** What breaks there is shrunk and told by the test itself; the seed takes it up again. */
function tryOthers(seed: number): void {
  const run = fileURLToPath(new URL('../../tools/run.mjs', import.meta.url));
  const env = { ...process.env, KEYFERRY_SEED: String(seed), KEYFERRY_TIMES: String(TIMES) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [run, ':test', ...OTHERS], {
    env,
    encoding: 'utf8',
  });
  if (status === 0) {
    console.log(`the laws of other histories held ${TIMES} times over, seed ${seed}`);
    return;
  }
  console.error(stdout, stderr);
  console.error(`Again: KEYFERRY_SEED=${seed} KEYFERRY_TIMES=${TIMES} npm test -- ${OTHERS.join(' ')}`);
  process.exit(1);
}
