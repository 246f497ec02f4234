/** The sources that run: how files and requests become revisions, and what never replaces a good one. */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { type FileSources, makeSources } from '../../src/config/sources.ts';
import { BY_HAND } from '../../src/core/by-hand.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openFile } from '../../src/store/open-file.ts';
import { makeStore } from '../../src/store/store.ts';

const CATALOG = `
products:
  - code: acmepro
    name: Acme Pro
    policies: [ { code: perpetual, default: true, license_type: perpetual } ]
`;
const MAPPING = `
integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ] }
rules:
  - when: { price: price_1 }
    grant: { product: acmepro }
`;
const files = (mapping = MAPPING, catalog = CATALOG) => [
  { path: 'mappings/catalog.yaml', text: catalog },
  { path: 'mappings/stripe.yaml', text: mapping },
];

const ann = { actor: 'ann', versions: null };

let folder: string;
let db: Database;

/** A process of its own on the database, with its own environment. */
function open(env: Record<string, string> = { STRIPE_WEBHOOK_SECRET: 'whsec_one' }): FileSources {
  const store = makeStore(db, (count) => randomBytes(count));
  return makeSources({ revisions: store.revisions, integrations, env, clock: { now: () => 1_000 } });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-'));
  db = await openFile(join(folder, 'keyferry.db'));
  await migrate(db, 0);
});

afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

describe('files', () => {
  test('a file becomes the first revision of the source that it names', async () => {
    const sources = open();
    expect(await sources.takeFiles(files())).toEqual({ errors: [], changed: ['stripe'], left: [] });
    const source = (await sources.all()).get('stripe');
    expect(source?.revision.number).toBe(1);
    expect(source?.settings).toEqual({ ok: true, value: { webhook_secrets: ['whsec_one'] } });
  });

  test('the same content taken again makes no revision, whatever its comments say', async () => {
    const sources = open();
    await sources.takeFiles(files());
    expect((await sources.takeFiles(files(`# said anew\n${MAPPING}`))).changed).toEqual([]);
    expect((await open().takeFiles(files())).changed).toEqual([]);
  });

  test('a change of the catalog makes a revision of every source', async () => {
    const sources = open();
    await sources.takeFiles(files());
    const changed = CATALOG.replace('Acme Pro', 'Acme Professional');
    expect((await sources.takeFiles(files(MAPPING, changed))).changed).toEqual(['stripe']);
    expect((await sources.all()).get('stripe')?.revision.number).toBe(2);
  });

  test('a faulty file never replaces a good revision: it is reported, and the old one runs', async () => {
    const sources = open();
    await sources.takeFiles(files());
    const { errors, changed } = await sources.takeFiles(files(MAPPING.replace('acmepro', 'acmeprp')));
    expect(changed).toEqual([]);
    expect(errors.map(({ file, path }) => ({ file, path }))).toEqual([
      { file: 'mappings/stripe.yaml', path: 'rules[0].grant.product' },
    ]);
    expect((await sources.all()).get('stripe')?.revision.number).toBe(1);
    expect((await sources.statuses())[0]?.open).toBe(true);
  });

  test('a source whose file is gone is closed, and says so', async () => {
    const sources = open();
    await sources.takeFiles(files());
    await sources.takeFiles(files().slice(0, 1));
    expect((await sources.statuses())[0]).toMatchObject({ name: 'stripe', open: false });
    expect((await sources.statuses())[0]?.problem?.detail).toBe(
      'its file stripe.yaml is gone from the mappings folder',
    );
  });

  test('a missing secret closes its source, by the name of the variable, and nothing else', async () => {
    const sources = open({});
    await sources.takeFiles(files());
    const [status] = await sources.statuses();
    expect(status).toMatchObject({ open: false, mode: 'test', integration: 'stripe' });
    expect(status?.problem).toMatchObject({
      code: 'source_closed',
      detail: 'STRIPE_WEBHOOK_SECRET is not set',
    });
  });

  test('two processes that boot at once make one revision', async () => {
    const both = await Promise.all([open().takeFiles(files()), open().takeFiles(files())]);
    expect(both.flatMap(({ changed }) => changed)).toEqual(['stripe']);
    expect((await open().all()).get('stripe')?.revision.number).toBe(1);
  });

  test('a secret is never stored with a revision', async () => {
    await open().takeFiles(files());
    const rows = await db.read('SELECT mapping FROM mapping_revisions');
    expect(String(rows[0]?.mapping)).toContain('$STRIPE_WEBHOOK_SECRET');
    expect(String(rows[0]?.mapping)).not.toContain('whsec_one');
  });
});

describe('requests', () => {
  const rule = { when: { price: 'price_2' }, grant: { product: 'acmepro' } };
  const mapping = {
    integration: 'stripe',
    mode: 'test',
    settings: { webhook_secrets: ['$STRIPE_WEBHOOK_SECRET'] },
    rules: [rule],
  };

  test('a mapping that is put keeps the catalog as it is', async () => {
    const sources = open();
    await sources.takeFiles(files());
    const put = await sources.put('stripe', { mapping }, ann);
    expect(put.ok && put.value.after).toMatchObject({ number: 2, origin: 'api', created_by: 'ann' });
    expect((await sources.all()).get('stripe')?.revision.catalog.products[0]?.code).toBe('acmepro');
  });

  test('a file that did not change since does not undo what was put', async () => {
    const sources = open();
    await sources.takeFiles(files());
    await sources.put('stripe', { mapping }, ann);
    expect((await sources.takeFiles(files())).changed).toEqual([]);
    expect((await sources.all()).get('stripe')?.revision.number).toBe(2);
  });

  test('a file whose catalog is as it was keeps what was made by hand since; a new one sells that, too', async () => {
    const sources = open();
    await sources.takeFiles(files());
    const content = { code: 'notes', policies: [{ code: 'one', license_type: 'perpetual' }] };
    const at = { part: 'product', code: 'notes' } as const;
    expect((await sources.catalogs.edit({ is: 'create', at, content }, ann)).ok).toBe(true);
    const sells = async (name: string) =>
      (await open().latest()).get(name)?.revision.catalog.products.map(({ code }) => code);

    const changed = MAPPING.replace('price_1', 'price_2');
    const second = { path: 'mappings/second.yaml', text: MAPPING };
    const now = [...files(changed), second];
    expect(await sources.takeFiles(now)).toEqual({ errors: [], changed: ['stripe', 'second'], left: [] });
    expect((await open().latest()).get('stripe')?.revision.mapping.rules[0]?.when).toEqual({
      price: ['price_2'],
    });
    for (const name of ['stripe', 'second', BY_HAND]) expect(await sells(name)).toEqual(['acmepro', 'notes']);
    // Nothing of it is taken twice, and what is made by hand reaches all of them.
    expect((await open().takeFiles(now)).changed).toEqual([]);
    const edit = { is: 'update', at, content: { name: 'Notes' } } as const;
    const edited = await sources.catalogs.edit(edit, ann);
    expect(edited.ok && edited.value).toMatchObject({ left: [], revisions: [{}, {}, {}] });
    // A source whose file goes is closed, whoever's catalog it has.
    await sources.takeFiles(files(changed));
    expect((await sources.statuses()).find(({ name }) => name === 'second')?.open).toBe(false);

    await sources.takeFiles([...files(changed, CATALOG.replace('Acme Pro', 'Acme')), second]);
    for (const name of ['stripe', 'second', BY_HAND]) expect(await sells(name)).toEqual(['acmepro']);
  });

  test('rules of a file that name what was deleted by hand bring its catalog back', async () => {
    const sources = open();
    const more = CATALOG.replace(
      'products:',
      'products:\n  - { code: old, policies: [ { code: one, license_type: perpetual } ] }',
    );
    await sources.takeFiles(files(MAPPING, more));
    await sources.catalogs.edit({ is: 'delete', at: { part: 'product', code: 'old' } }, ann);
    const { changed } = await sources.takeFiles(
      files(MAPPING.replace('product: acmepro', 'product: old'), more),
    );
    expect(changed).toEqual(['stripe']);
    const revision = (await sources.all()).get('stripe')?.revision;
    expect(revision?.catalog.products.map(({ code }) => code)).toEqual(['old', 'acmepro']);
  });

  test('every error of mapping and catalog is told at once, with its place and remedy', async () => {
    const put = await open().put(
      'stripe',
      { mapping: { ...mapping, mode: 'tst' }, catalog: { products: 3 } },
      ann,
    );
    expect(put.ok).toBe(false);
    if (put.ok) return;
    expect(put.problem.code).toBe('config_invalid');
    expect(put.problem.errors?.map(({ file, path }) => `${file} ${path}`)).toEqual([
      'catalog products',
      'mapping mode',
    ]);
    for (const error of put.problem.errors ?? []) expect(error.remedy).not.toBe('');
  });

  test('a new source needs a catalog with it', async () => {
    const put = await open().put('stripe', { mapping }, ann);
    expect(put.ok ? '' : put.problem.detail).toBe('stripe is new: it needs a catalog too');
  });

  test('a draft is judged like a revision, and stored nowhere', async () => {
    const sources = open();
    await sources.takeFiles(files());
    const draft = await sources.draft('stripe', { mapping });
    expect(draft.ok && draft.value.mapping.rules[0]?.when).toEqual({ price: ['price_2'] });
    expect((await sources.all()).get('stripe')?.revision.number).toBe(1);
  });

  test('another process sees a new revision at its next look', async () => {
    const [one, other] = [open(), open()];
    await one.takeFiles(files());
    expect((await other.all()).get('stripe')?.revision.number).toBe(1);
    await one.put('stripe', { mapping }, ann);
    expect((await other.all()).get('stripe')?.revision.number).toBe(2);
  });
});

describe('orders by hand', () => {
  const sold = async (sources: FileSources) => {
    const { number, catalog } = (await sources.latest()).get(BY_HAND)?.revision ?? {};
    return [number, catalog?.products.map(({ name }) => name)];
  };
  const other = { products: [{ code: 'acmecli', policies: [{ code: 'free', license_type: 'perpetual' }] }] };
  const settings = { webhook_secrets: ['$STRIPE_WEBHOOK_SECRET'] };
  const mapping = { integration: 'stripe', mode: 'test', settings };

  test('need a catalog and nothing else, and are no shop’s source', async () => {
    const sources = open();
    expect(await sources.takeFiles(files().slice(0, 1))).toEqual({ errors: [], changed: [], left: [] });
    expect(await sold(sources)).toEqual([1, ['Acme Pro']]);
    expect([...(await sources.all()).keys()]).toEqual([]);
    expect(await sources.statuses()).toEqual([]);
  });

  test('sell what the newest catalog says, taken from a file or sent', async () => {
    const sources = open();
    await sources.takeFiles(files());
    await sources.takeFiles(files());
    expect(await sold(sources)).toEqual([1, ['Acme Pro']]);
    await sources.put('stripe', { mapping }, ann);
    expect(await sold(sources)).toEqual([1, ['Acme Pro']]);
    await sources.put('stripe', { mapping, catalog: other }, ann);
    expect(await sold(sources)).toEqual([2, ['acmecli']]);
    // Taken again, a file that did not change undoes nothing.
    await open().takeFiles(files());
    expect(await sold(sources)).toEqual([2, ['acmecli']]);
    await sources.takeFiles(files(MAPPING, CATALOG.replace('Acme Pro', 'Acme Max')));
    expect(await sold(sources)).toEqual([3, ['Acme Max']]);
  });

  test('go on selling the last good catalog while the file has errors', async () => {
    const sources = open();
    await sources.takeFiles(files());
    await sources.takeFiles(files(MAPPING, 'products: 3'));
    expect(await sold(sources)).toEqual([1, ['Acme Pro']]);
  });

  test('their name can be no file’s, and no request’s', async () => {
    const sources = open();
    const { errors } = await sources.takeFiles([...files(), { path: 'manual.yaml', text: MAPPING }]);
    expect(errors.map(({ file, message }) => [file, message])).toEqual([
      ['manual.yaml', '"manual" means something else already'],
    ]);
    const put = await sources.put(BY_HAND, { mapping }, ann);
    expect(put.ok).toBe(false);
    const spoken = await sources.put(
      'shop',
      { mapping: { ...mapping, integration: BY_HAND }, catalog: other },
      ann,
    );
    expect(spoken.ok ? [] : spoken.problem.errors).toMatchObject([{ path: 'integration' }]);
  });
});
