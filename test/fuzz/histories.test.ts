/**
 * The golden histories with something wrong in what the shop sent or answered: whatever stands there, every step from
 * normalize to the settlement says something that can be written down, and then has nothing more to say.
 */
import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { integrations } from '../../integrations/index.ts';
import { bounded } from '../../src/core/bounds.ts';
import { readCatalog } from '../../src/core/catalog.ts';
import { type Contribution, draft } from '../../src/core/draft.ts';
import type { Answer, Integration } from '../../src/core/integration.ts';
import { mappingSchema, type Revision } from '../../src/core/mapping.ts';
import type { LoadedSale, Settlement } from '../../src/core/store.ts';
import { applied } from '../laws/river.ts';
import { runs, SEED } from '../laws/runs.ts';
import { type Edit, placesIn, withEdit } from './edits.ts';
import { edit } from './hostile.ts';

const GOLDEN = new URL('../golden/', import.meta.url);
const read = (path: string) => parse(readFileSync(new URL(path, GOLDEN), 'utf8'));
const { catalog } = readCatalog(read('catalog.yaml'));

interface Told {
  readonly type: string;
  readonly at: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly answers?: readonly { readonly asked: string; readonly stamp: string; readonly body: unknown }[];
}

interface History {
  readonly mapping: unknown;
  readonly events: readonly Told[];
}

function historiesOf(shop: string): readonly History[] {
  return readdirSync(new URL(`${shop}/`, GOLDEN))
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('.expected.yaml'))
    .map((file) => read(`${shop}/${file}`));
}

const NOW = Date.UTC(2026, 11, 1);

/** @returns the settlement of all of them together, and of the same once more */
function settleTwice(events: readonly Told[], mapping: unknown, shop: Integration): Settlement[] {
  if (!catalog) throw new Error('the golden catalog is faulty');
  const revision: Revision = {
    id: 'rev',
    source: shop.name,
    number: 1,
    mapping: mappingSchema.parse(mapping ?? read('mapping.yaml')),
    catalog,
  };
  const contributions = events.flatMap((told, at): Contribution[] => {
    const id = `event ${at}`;
    const event = {
      ...{ id, source: shop.name, account: '', key: id, type: told.type, headers: told.headers ?? {} },
      ...{ created_at: Date.parse(told.at), received_at: NOW, body: new TextEncoder().encode(told.body) },
    };
    const answers = (told.answers ?? []).map(({ asked, stamp, body }, nth): Answer => {
      // What a file of YAML holds is JSON.
      return { id: `${id}/${nth}/${asked}`, asked, stamp: Date.parse(stamp), body: body as Answer['body'] };
    });
    const reading = bounded(shop.normalize(event, answers));
    shop.redact(told.body);
    return reading.is === 'facts'
      ? [{ event: { ...event, mode: null, lease: '', attempts: 1, deaths: 0, refresh: 0 }, reading }]
      : [];
  });
  let licenses = 0;
  const settle = (loaded: LoadedSale | null) =>
    draft(
      {
        ...{ source: shop.name, account: '', external_id: 'sale', loaded, contributions, found: new Map() },
        ...{ revision, abilities: { alter: true }, units_per_line: 1000, remap: false, at: NOW },
        cause: { by: 'clock' },
      },
      { orderId: () => 'order', licenseId: () => `license ${licenses++}`, licenseKey: () => 'KEY' },
    );
  const first = settle(null);
  return [first, settle(applied(null, first))];
}

/** Numbers that no database and no JSON holds. */
function unwritable(value: unknown, at = ''): string[] {
  if (typeof value === 'number')
    return Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? [] : [`${at} ${value}`];
  if (typeof value === 'function' || typeof value === 'symbol') return [`${at} ${typeof value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, it]) => unwritable(it, `${at}.${key}`));
}

/** One history with a few edits, each in a body or in an answer of one of its events. */
function wrongHistory(all: readonly History[]): fc.Arbitrary<History> {
  return fc.constantFrom(...all).chain(({ mapping, events }) => {
    const texts = events.flatMap(({ body, answers = [] }, event) => [
      { event, answer: -1, text: body },
      ...answers.map((it, answer) => ({ event, answer, text: JSON.stringify(it.body) })),
    ]);
    const one = fc
      .constantFrom(...texts.filter(({ text }) => placesIn(text).length > 1))
      .chain((place) => edit(placesIn(place.text)).map((it) => ({ ...place, it })));
    return fc.array(one, { minLength: 1, maxLength: 4 }).map((edits) => ({
      mapping,
      events: events.map((told, event): Told => {
        const own = (answer: number) => edits.filter((it) => it.event === event && it.answer === answer);
        const withAll = (text: string, its: readonly { readonly it: Edit }[]) =>
          its.reduce((before, { it }) => withEdit(before, it), text);
        const answers = (told.answers ?? []).map((it, at) => ({
          ...it,
          body: parsedOr(it.body, withAll(JSON.stringify(it.body), own(at))),
        }));
        return { ...told, body: withAll(told.body, own(-1)), answers };
      }),
    }));
  });
}

/** An answer that is no JSON is none. */
function parsedOr(before: unknown, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return before;
  }
}

describe.each(integrations.map((it) => [it.name, it] as const))('%s', (name, shop) => {
  const all = historiesOf(name);

  test(
    'whatever stands in an event or an answer, it can be settled, and then nothing is left to do',
    () => {
      fc.assert(
        fc.property(wrongHistory(all), ({ events, mapping }) => {
          const [first, second] = settleTwice(events, mapping, shop);
          expect(unwritable({ ...first, things: null })).toEqual([]);
          expect(second?.changes).toEqual([]);
        }),
        { seed: SEED, numRuns: runs(400) },
      );
    },
    runs(20_000),
  );
});
