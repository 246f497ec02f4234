/**
 * `npm run bench`: measures Keyferry beside its floor and its rival, in turn in one run, and prints what came of it.
 * `--only ack,issue` measures some; `--rounds`, `--seconds`, `--events` and `--full` say how much; `--json <file>`
 * writes the numbers, `--write` puts the table into README.md, `--place <folder>` works on another disk. What must
 * never happen here: a process or a folder that is left behind, whatever ends the run.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureAcknowledge } from './measure/acknowledge.ts';
import { measureCsv } from './measure/csv.ts';
import { measureDrain } from './measure/drain.ts';
import { measureGrowth } from './measure/growth.ts';
import { measureIdle } from './measure/idle.ts';
import { measureIssue, measureSlowDisk } from './measure/issue.ts';
import { measureStart } from './measure/start.ts';
import { measureTail } from './measure/tail.ts';
import { makePlace } from './place.ts';
import { killAll, startSender } from './processes.ts';
import type { Row } from './rows.ts';
import type { Stand } from './stand.ts';
import { type Conditions, conditionsText, markdown, plain, summary, terminalText } from './tables.ts';

const MEASUREMENTS: Readonly<Record<string, (stand: Stand) => Promise<Row[]>>> = {
  ack: measureAcknowledge,
  issue: measureIssue,
  slow: measureSlowDisk,
  drain: measureDrain,
  tail: measureTail,
  idle: measureIdle,
  growth: measureGrowth,
  csv: measureCsv,
  start: measureStart,
  // What is held against it takes long to load.
  verify: async (stand) => (await import('./measure/verify.ts')).measureVerify(stand),
};

const TABLE = { begin: '<!-- table -->\n', end: '<!-- end of the table -->' };
const BUSY = 'Other programs are at work on this machine: read nothing into what is measured now.';

const values = options();
const chosen = values.only?.split(',') ?? Object.keys(MEASUREMENTS);
const unknown = chosen.filter((name) => !(name in MEASUREMENTS));
if (unknown.length > 0)
  refuse(`There is no ${unknown.join(', ')}. There are: ${Object.keys(MEASUREMENTS).join(', ')}.`);
if (values.write && values.only !== undefined) refuse('--write takes the whole table: leave --only out.');
const rounds = count('rounds', values.rounds);
const seconds = count('seconds', values.seconds ?? (values.full ? '10' : '2.5'));
const events = count('events', values.events ?? (values.full ? '100000' : '20000'));

const begun = performance.now();
const elapsed = () => `${((performance.now() - begun) / 1000).toFixed(0).padStart(5)} s`;
const place = makePlace(values.place);
const end = async () => {
  await killAll();
  place.remove();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => void end().finally(() => process.exit(1)));

const conditions: Conditions = {
  at: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} × ${cpus()[0]?.model ?? 'an unknown processor'}`,
  node: process.versions.node,
  sync_ms: place.syncMs(),
  load: loadavg()[0] ?? Number.NaN,
  rounds,
  full: values.full,
};
console.error(conditionsText(conditions));
if (conditions.load > cpus().length / 2) console.error(BUSY);

const rows: Row[] = [];
const failures: string[] = [];
try {
  const stand: Stand = {
    place,
    sender: startSender(place),
    rounds,
    seconds,
    events,
    full: values.full,
    progress: (text) => console.error(`${elapsed()}  ${text}`),
  };
  for (const name of chosen) {
    try {
      const found = (await MEASUREMENTS[name]?.(stand)) ?? [];
      for (const row of found) console.log(`\n${terminalText(row)}`);
      if (found.length > 0) console.log();
      rows.push(...found);
    } catch (error) {
      // What it measures beside this is not in vain.
      failures.push(name);
      console.error(`${name} failed:`, error);
    }
  }
} finally {
  await end();
}

if (rows.length > 0) console.log(`${summary(rows)}\n`);
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify(plain(rows, conditions), null, 2)}\n`);
if (values.write) writeTable(markdown(rows, conditions));
console.error(`${elapsed()}  done${failures.length > 0 ? `, but ${failures.join(', ')} failed` : ''}`);
process.exitCode = failures.length > 0 ? 1 : 0;

function options() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string' },
        rounds: { type: 'string', default: '3' },
        seconds: { type: 'string' },
        events: { type: 'string' },
        full: { type: 'boolean', default: false },
        json: { type: 'string' },
        write: { type: 'boolean', default: false },
        place: { type: 'string' },
      },
    }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function count(name: string, text: string): number {
  const value = Number(text);
  return value > 0 ? value : refuse(`--${name} takes a number above 0, not ${text}.`);
}

function refuse(why: string): never {
  console.error(why);
  process.exit(2);
}

/** Between the two marks of the README. */
function writeTable(table: string): void {
  const readme = fileURLToPath(new URL('./README.md', import.meta.url));
  const text = readFileSync(readme, 'utf8');
  const begin = text.indexOf(TABLE.begin) + TABLE.begin.length;
  const end = text.indexOf(TABLE.end);
  if (begin < TABLE.begin.length || end < begin) throw new Error('README.md has no marks for the table');
  writeFileSync(readme, `${text.slice(0, begin)}\n${table}\n\n${text.slice(end)}`);
}
