/** `npm run demo`: the whole story, and nothing of it left behind. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { documentOf, makePlace, type Place, root } from './run.ts';

let place: Place;
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

test('the demo tells its story, checks itself, and leaves nothing behind', async () => {
  const before = treeState();
  const [people, programs] = await Promise.all([place.run('demo'), place.run('demo', '--json')]);
  expect(people.stderr).toBe('');
  expect(people.code).toBe(0);
  const masked = people.stdout
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HERE')
    .replaceAll(/\b[0-9A-Z]{4}(-[0-9A-Z]{4}){5}\b/g, 'KEY')
    .replaceAll(/evt_[0-9a-z]+/g, 'EVENT')
    .replaceAll(/20\d\d-\d\d-\d\d/g, 'DAY');
  expect(masked).toMatchInlineSnapshot(`
    "Keyferry demo
    A real server on this machine, in a folder of its own; nothing stays behind.

    1  Start: migrate the database, read the catalog and the mappings, open the port
       shopify  open  http://HERE/webhooks/shopify
       stripe   open  http://HERE/webhooks/stripe

    2  Stripe: A purchase through the payment link plink_1AcmePro
       POST /webhooks/stripe checkout.session.completed, signed: 200, on disk
       1 × Checkout session     rule "Acme Pro by payment link"
         → acmepro perpetual    KEY  active

    3  Shopify: A paid order: 2 × Acme Pro and one Acme Suite
       POST /webhooks/shopify orders/paid, signed: 200, on disk
       2 × Acme Pro             rule "Acme Pro"
         → acmepro perpetual    KEY  active
         → acmepro perpetual    KEY  active
       1 × Acme Suite           rule "Acme Suite"
         → acmepro perpetual    KEY  active
         → acmecli perpetual    KEY  active

    4  Shopify: A license beside a T-shirt, a gift card and a tip
       POST /webhooks/shopify orders/paid, signed: 200, on disk
       1 × Acme Pro             rule "Acme Pro"
         → acmepro perpetual    KEY  active
       1 × Acme T-shirt - M     ignored: physical goods
       1 × Gift card - $50.00   ignored: gift card
       1 × Tip                  ignored: tip

    5  Shopify: A SKU that no rule knows: its line parks
       POST /webhooks/shopify orders/paid, signed: 200, on disk
       1 × Acme New             parked: No rule fits this line

    6  The shop sends the same event twice
       200, known already: still 6 licenses, none of them double.

    7  The missing rule is added, and the parked line issues by itself
       Appended to shopify.yaml while the server runs:
       + - name: Acme New
       +   when: { sku: ACME-NEW-1 }
       +   grant: { product: acmepro }
       1 × Acme New             rule "Acme New"
         → acmepro perpetual    KEY  active

    8  A person replays its event, to be sure
       POST /v1/events/EVENT/replay: no changes.

    9  Stripe: a subscription, told by three events
       One license, to the end of the period that was paid, and its grace:
       1 × Acme Pro, monthly    rule "said in the metadata"
         → acmepro annual       KEY  active to DAY

    10 It is renewed
       The same key, to DAY.

    11 Shopify: one of the two units of Acme Pro is refunded
       2 × Acme Pro             rule "Acme Pro"
         → acmepro perpetual    KEY  active
         → acmepro perpetual    KEY  revoked
       1 × Acme Suite           rule "Acme Suite"
         → acmepro perpetual    KEY  active
         → acmecli perpetual    KEY  active

    12 Stripe: the buyer's bank disputes the first purchase; it is won
       1 × Checkout session     rule "Acme Pro by payment link"
         → acmepro perpetual    KEY  suspended
       Won: the same key is active again.

    ✓ 5 sales, 8 licenses, each exactly once. All of it was checked.

    Next:
      npm start                   with your own secrets
      npm run keyferry -- --help  and all the rest
    "
  `);
  expect(Math.max(...people.stdout.split('\n').map((it) => it.length))).toBeLessThanOrEqual(80);

  expect(programs.code).toBe(0);
  expect(documentOf(programs)).toMatchObject({
    ok: true,
    licenses: 8,
    duplicate: { duplicate: true },
    replay: { changes: [] },
  });

  expect(readdirSync(place.folder)).toEqual([]);
  expect(treeState()).toBe(before);
});

test('an interrupted demo leaves nothing behind', async () => {
  const demo = place.start('demo');
  await demo.says('2  ');
  demo.signal('SIGINT');
  const { code } = await demo.ended;
  expect(code).toBe(130);
  expect(readdirSync(place.folder)).toEqual([]);
});

/** Of the folders that a demo could touch; others may be at work elsewhere in the tree. */
function treeState(): string {
  return execFileSync('git', ['status', '--short', '--ignored', 'mappings', 'data'], {
    cwd: root,
    encoding: 'utf8',
  });
}
