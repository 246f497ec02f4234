/** The door when the disk is not with us: a 503 to the shop, which sends it again, and never a word of thanks. */
import { expect, test } from 'vitest';
import { samples } from '../../integrations/stripe/samples.ts';
import { statement } from '../../src/store/database.ts';
import { NOON } from '../fakes/settlements.ts';
import { openHouse } from '../house.ts';

const CATALOG = `
products:
  - code: acmepro
    name: Acme Pro
    policies: [ { code: perpetual, default: true, license_type: perpetual } ]
`;
const STRIPE = `
integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ] }
rules:
  - when: {}
    grant: { product: acmepro }
`;

test('an event that cannot be stored is not acknowledged, and is taken when it comes again', async () => {
  const house = await openHouse({
    files: { 'catalog.yaml': CATALOG, 'stripe.yaml': STRIPE },
    env: { STRIPE_WEBHOOK_SECRET: 'whsec_not_stored' },
    at: NOON,
  });
  const paid = samples.find(({ name }) => name === 'one-time')?.make(NOON, 'notstored');
  if (!paid) throw new Error('the sample is gone');
  await house.db.batch([statement('PRAGMA query_only = ON')]);
  expect(await house.send('stripe', paid)).toMatchObject({ ok: false, problem: { code: 'not_stored' } });
  expect(await house.events()).toEqual([]);
  expect(await house.send('stripe', paid)).toMatchObject({ ok: true, value: { duplicate: false } });
  await house.settle();
  const [order] = (await house.records.orders({ source: 'stripe' }, { limit: 9, after: null })).items;
  expect(order?.items.flatMap(({ licenses }) => licenses)).toHaveLength(1);
  await house.close();
});
