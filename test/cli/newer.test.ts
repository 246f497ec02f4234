/** A database that a newer Keyferry has brought on: an older one refuses it, and one that runs beside it stops. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from '../store/beside.ts';
import { documentOf, makePlace, type Place } from './run.ts';

const ADMIN_KEY = 'an admin key for the overtaken, long enough';

let place: Place;
beforeEach(() => {
  place = makePlace({ STRIPE_WEBHOOK_SECRET: 'whsec_test_value', KEYFERRY_ADMIN_KEY: ADMIN_KEY });
});
afterEach(() => place.remove());

/** As the next version would, at some time. */
function bringOn(): void {
  const db = connect(`${place.folder}/keyferry.db`);
  db.exec(`INSERT INTO migrations VALUES ('9999_of_tomorrow', 1)`);
  db.close();
}

test('one that runs notices, stops, and says which version is needed; no later one starts', {
  timeout: 60_000,
}, async () => {
  const served = place.start('serve');
  await served.says('Stop: Ctrl-C.');
  bringOn();
  const ended = await served.ended;
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('A newer Keyferry has brought the database');
  expect(ended.stderr).toContain('9999_of_tomorrow');

  const newer = { error: { code: 'database_newer', detail: expect.stringContaining('9999_of_tomorrow') } };
  const commands = [['serve'], ['migrate'], ['replay', 'evt_1'], ['keys', 'list']];
  const [refused, doctor, copied] = await Promise.all([
    Promise.all(commands.map((args) => place.run(...args, '--json'))),
    place.run('doctor', '--json'),
    place.run('backup', `${place.folder}/copy.db`),
  ]);
  for (const it of refused) {
    expect(it.code).toBe(1);
    expect(documentOf(it)).toMatchObject(newer);
  }
  expect(doctor.code).toBe(1);
  expect(documentOf(doctor).findings).toContainEqual(
    expect.objectContaining({ verdict: 'fail', says: expect.stringContaining('9999_of_tomorrow') }),
  );
  // Before anything else is tried, it can be copied.
  expect(copied.code).toBe(0);
});
