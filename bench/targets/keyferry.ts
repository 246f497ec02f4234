/**
 * Keyferry under load: the real house and its real port, on the environment's database and mapping files. It writes
 * its log as `keyferry serve` does. Walk two rests until it is told to start; how many orders are settled is said as
 * they are.
 */
import { atTurnsEnd, jsonLog } from '../../src/cli/log.ts';
import { boundYoung } from '../../src/node/young.ts';
import { listen, openHouse } from '../../src/node.ts';
import { beTarget, type Replayed, say } from './target.ts';

/** How often it says how much is done, in ms. */
const SAY_MS = 25;
const REPLAYED_AT_ONCE = 64;

const now = () => performance.timeOrigin + performance.now();
const write = jsonLog(atTurnsEnd((lines) => process.stderr.write(`${lines}\n`)).line, false);
let settled = 0;
let settledAt = now();

boundYoung();
const opened = await openHouse({
  env: process.env,
  log: (level, message, fields) => {
    if (message === 'order settled') {
      settled++;
      settledAt = now();
    }
    write(level, message, fields);
  },
});
if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
const house = opened.value;
if (house.taken.errors.length > 0) throw new Error(JSON.stringify(house.taken.errors));
const admin = await house.keys.ensureAdmin(house.environment.adminKey ?? undefined);
if (!admin.ok) throw new Error(JSON.stringify(admin.problem));
const { url, close } = await listen(house);

async function replay(): Promise<Replayed> {
  const rows = await house.db.read("SELECT id FROM events WHERE state = 'done' ORDER BY id");
  const ids = rows.values();
  let changes = 0;
  const begun = now();
  const one = async () => {
    for (const { id } of ids) {
      const replayed = await house.bridge.replay(
        String(id),
        { dry_run: false, remap: false, refresh: false },
        'bench',
      );
      if (!replayed.ok) throw new Error(replayed.problem.code);
      changes += replayed.value.changes.length;
    }
  };
  await Promise.all(Array.from({ length: REPLAYED_AT_ONCE }, one));
  return { count: rows.length, ms: now() - begun, changes };
}

beTarget(Number(new URL(url).port), {
  start: () => {
    house.start();
    let said = 0;
    setInterval(() => {
      if (settled !== said) say({ done: settled, at: settledAt });
      said = settled;
    }, SAY_MS);
  },
  replay,
  end: async () => {
    await close();
    await house.close();
  },
});
