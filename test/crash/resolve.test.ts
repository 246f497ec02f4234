/**
 * A line that waits, resolved while the process dies at every single call of the world: whoever asks again finds it
 * resolved once, with exactly its licenses, for one order as by a rule.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import { makeBridge } from '../../src/bridge.ts';
import { makeSources } from '../../src/config/sources.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { ResolveAsked } from '../../src/core/resolving.ts';
import { embedded } from '../../src/issuers/embedded.ts';
import { makeResolutions } from '../../src/resolve.ts';
import { makeRecords } from '../../src/store/records.ts';
import { type Fate, mortal } from '../fakes/mortal.ts';
import { NOON } from '../fakes/settlements.ts';
import { deliveryOf, digest, settableClock } from '../house.ts';
import { openOnFile } from '../store/on-file.ts';

const CATALOG = `
products:
  - code: acmepro
    policies: [ { code: perpetual, license_type: perpetual } ]
`;
const SHOPIFY = `
integration: shopify
mode: test
settings: { webhook_secrets: [ $SECRET ] }
`;
const SECRET = 'shpss_of_the_crash';
const FILES = [
  { path: 'catalog.yaml', text: CATALOG },
  { path: 'shopify.yaml', text: SHOPIFY },
];
const BY = { actor: 'key_1' };

async function world() {
  const { db, store, close } = await openOnFile();
  const clock = settableClock(NOON);
  const records = makeRecords(db);

  /** One process, from its start to its end. */
  async function live(fate: Fate) {
    const fetch = () => Promise.reject(new Error('nobody is asked'));
    const ports = mortal({ store, fetch, clock, random: (count) => randomBytes(count) }, fate);
    const sources = makeSources({
      revisions: ports.store.revisions,
      integrations: [shopify],
      env: { SECRET },
      clock,
    });
    await sources.takeFiles(FILES);
    const { latest } = sources;
    const bridge = makeBridge({
      ...ports,
      digest,
      log: () => {},
      observe: () => {},
      sources: latest,
      abilities: () => embedded,
      units_per_line: 1000,
    });
    const resolutions = makeResolutions({ ...ports, records, bridge, sources: latest, mappings: sources });
    return {
      struck: ports.struck,
      resolve: async (at: { order_id: string; line_id: string }, asked: ResolveAsked) => {
        const done = await resolutions.resolve(at, asked, BY, null);
        if (!done.ok) throw new Error(JSON.stringify(done.problem));
        return done.value;
      },
      sell: async (seed: string) => {
        const sample = shopify.samples
          .find(({ name }) => name === 'unmapped')
          ?.make(clock.now(), seed, 'test');
        if (!sample) throw new Error('no such sample');
        // Each a good of its own: no rule of another run fits it.
        const text = sample.body
          .replaceAll('ACME-NEW-1', seed)
          .replace(/"variant_id":\d+/g, '"variant_id":null');
        const body = new TextEncoder().encode(text.replace(/"product_id":\d+/g, '"product_id":null'));
        const headers = await shopify.sign(sample.type, body, SECRET, clock.now(), digest);
        await bridge.receive('shopify', deliveryOf(headers, body, clock.now()));
        while ((await bridge.work()) > 0);
        const { items } = await records.parked({ source: 'shopify' }, { limit: 1, after: null });
        const [line] = items;
        if (line?.refs.sku !== seed) throw new Error(`${seed} does not wait`);
        return line;
      },
      drain: async () => {
        while ((await bridge.work()) > 0);
      },
    };
  }
  return { db, clock, records, live, close };
}

const FATES: readonly (readonly [string, Omit<Fate, 'at'>])[] = [
  ['the process dies before it', { dies: true, takesEffect: false }],
  ['the process dies after it took effect', { dies: true, takesEffect: true }],
  ['the answer is lost and the process lives on', { dies: false, takesEffect: true }],
];
const gives = { is: 'granted', chosen: { product: 'acmepro', values: {} } } as const;

test.for(FATES.flatMap(([what, fate]) => (['order', 'rule'] as const).map((as) => ({ what, as, fate }))))(
  'at every call in turn $what, and the line is resolved once, as $as',
  { timeout: 60_000 },
  async ({ as, fate }) => {
    const it = await world();
    const alive = { at: null, dies: false, takesEffect: false } as const;
    let calls = 0;
    for (let struck = true; struck; ) {
      calls++;
      const line = await (await it.live(alive)).sell(`SKU-${calls}`);
      const asked = { as, gives, dry_run: false };
      // It may die before it has read its files.
      const first = await it.live({ ...fate, at: calls }).catch(() => null);
      await first?.resolve(line, asked).catch(() => undefined);
      struck = first?.struck() ?? true;

      const next = await it.live(alive);
      it.clock.advance(LIMITS.lease_ms);
      await next.resolve(line, asked);
      await next.drain();
      const order = await it.records.order(line.order_id);
      expect(order?.items, `at call ${calls}`).toMatchObject([
        {
          state: 'issued',
          rule: as === 'order' ? 'by hand' : expect.stringContaining(line.title),
          licenses: [{ product: 'acmepro' }],
        },
      ]);
      expect(order?.items[0]?.licenses).toHaveLength(1);
      const revisions = await it.db.read(
        `SELECT count(*) AS n FROM mapping_revisions WHERE source = 'shopify'`,
      );
      expect(revisions[0]?.n, `at call ${calls}`).toBe(as === 'order' ? 1 : 1 + calls);
    }
    expect(calls).toBeGreaterThan(3);
    await it.close();
  },
);
