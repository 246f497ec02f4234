/** A start on a database that another program has locked: there is nothing to be written, so it waits for nobody. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { type NodeHouse, openHouse } from '../../src/node.ts';
import { connect } from '../store/beside.ts';
import { freshFolder } from '../store/on-file.ts';
import { FILES, SECRETS } from './purchases.ts';

const { folder, remove } = freshFolder();
const database = join(folder, 'keyferry.db');

async function open(): Promise<NodeHouse> {
  const env = {
    KEYFERRY_DATABASE_URL: `file:${database}`,
    KEYFERRY_MAPPINGS: folder,
    KEYFERRY_ADMIN_KEY: 'k'.repeat(LIMITS.admin_key_length),
    STRIPE_WEBHOOK_SECRET: SECRETS.stripe,
    SHOPIFY_WEBHOOK_SECRET: SECRETS.shopify,
  };
  const opened = await openHouse({ env, log: () => {} });
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  return opened.value;
}

beforeAll(async () => {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  await (await open()).close();
});
afterAll(remove);

test('the house opens while somebody else writes', async () => {
  const another = connect(database);
  another.exec('BEGIN IMMEDIATE');
  // If it waited for the lock, it would wait for LIMITS.busy_timeout_ms, and fail.
  const house = await open();
  const admin = await house.keys.ensureAdmin(house.environment.adminKey ?? undefined);
  expect(admin).toMatchObject({ ok: true });
  another.exec('ROLLBACK');
  another.close();
  await house.close();
});
