/** What doctor says of jobs that failed. */
import { expect, test } from 'vitest';
import { examineDatabase } from '../../src/cli/doctor-database.ts';
import { locateDatabase } from '../../src/cli/open.ts';
import { fail } from '../../src/core/problem.ts';
import { makeJobs } from '../../src/jobs.ts';
import { makeJobStore } from '../../src/store/jobs.ts';
import { seededRandom, settableClock } from '../house.ts';
import { openOnFile } from '../store/on-file.ts';

const NOW = Date.UTC(2026, 10, 2);

test('jobs of the last days that failed are told, with where to look; others are not', async () => {
  const file = await openOnFile();
  const located = locateDatabase({ KEYFERRY_DATABASE_URL: `file:${file.path}` }, 'any');
  if ('exit' in located) throw new Error('not located');
  const told = async (at: number) =>
    (await examineDatabase(located, [], null, at)).filter(({ about }) => about === 'jobs');
  expect(await told(NOW)).toEqual([]);

  const clock = settableClock(NOW);
  const engine = makeJobs({
    store: makeJobStore(file.db, seededRandom('doctor')),
    workers: [{ kind: 'import', step: async () => fail('request_invalid', 'row 7') }],
    clock,
    log: () => {},
  });
  await engine.ask({ kind: 'import', asked: {}, by: 'key_1' });
  await engine.work();
  expect(await told(NOW)).toEqual([
    {
      verdict: 'warn',
      about: 'jobs',
      says: '1 job of the last 7 days failed',
      remedy: expect.stringContaining('/v1/jobs?state=failed'),
    },
  ]);
  expect(await told(NOW + 8 * 24 * 3_600_000)).toEqual([]);
  await file.close();
});
