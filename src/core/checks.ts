/**
 * Reads a mapping from plain data and finds all that is wrong with it at once: shape, settings, keys of `when`,
 * templates, and the catalog it speaks of. Used at boot, by `check` and by the API. What must never happen
 * here: an error that first shows when somebody has paid.
 */
import type { z } from 'zod';
import { type Catalog, policyOf, productOf } from './catalog.ts';
import { referenceFaults } from './catalog-faults.ts';
import { expand } from './expand.ts';
import { clip, type Fault, faultsOf, isMarked, type Path, valueAt } from './faults.ts';
import type { Integration } from './integration.ts';
import { kindOf } from './license.ts';
import { LIMITS } from './limits.ts';
import { didYouMean } from './nearest.ts';
import {
  type Grant,
  type Mapping,
  mappingFields,
  mappingSchema,
  type Rule,
  rule as ruleSchema,
} from './rules.ts';
import { parseTemplate, type Template } from './template.ts';
import { dataFaults } from './written.ts';

/** The whole value names an environment variable. */
export const ENV_NAME = /^\$([A-Za-z_][A-Za-z0-9_]*)$/;

/** What an integration says of its mapping files. */
export type Words = Pick<Integration, 'name' | 'settings' | 'when_keys'>;

const EVERYWHERE = ['currency', 'test'];
const BUYER = [
  'email',
  'name',
  'first_name',
  'last_name',
  'company',
  'phone',
  'reference',
  'locale',
  'country',
];
const ORDER = ['id', 'label', 'source', 'currency', 'test'];

/**
 * @param catalog null: references into the catalog are not looked at
 * @returns the mapping, defaults filled in, or null and why
 */
export function readMapping(
  raw: unknown,
  integrations: readonly Words[],
  catalog: Catalog | null,
): { readonly mapping: Mapping | null; readonly faults: readonly Fault[] } {
  const data = dataFaults(raw);
  if (data.unsound) return { mapping: null, faults: data.faults };
  const parsed = mappingSchema.safeParse(raw);
  const faults = [
    ...data.faults,
    ...(parsed.success ? [] : faultsOf(mappingFields, parsed.error.issues, raw)),
  ];
  const name = valueAt(raw, ['integration']);
  const integration = integrations.find((it) => it.name === name);
  if (typeof name === 'string' && !integration) {
    const names = integrations.map((it) => it.name);
    faults.push({
      path: ['integration'],
      message: `there is no integration "${clip(name)}"`,
      remedy: didYouMean(name, names, 'Integrations'),
    });
  }
  if (integration) faults.push(...settingsFaults(valueAt(raw, ['settings']) ?? {}, integration));
  const rules = valueAt(raw, ['rules']);
  if (Array.isArray(rules)) {
    for (const [index, it] of rules.entries()) {
      if (faults.length >= LIMITS.faults_told) break;
      // A sound rule is looked into even where others are not, so that one reading shows all errors.
      const sound = ruleSchema.safeParse(it);
      if (sound.success)
        faults.push(...ruleFaults(sound.data, index, Array.isArray(it.grant), integration, catalog));
    }
  }
  const mapping = parsed.success && faults.length === 0 ? parsed.data : null;
  return { mapping, faults: faults.slice(0, LIMITS.faults_told) };
}

/** Settings as written: what does not hang on the value of a `$NAME`, and no secret in plain sight. */
function settingsFaults(settings: unknown, { settings: schema }: Words): Fault[] {
  const at: Path = ['settings'];
  const faults: Fault[] = [];
  const named: string[] = [];
  for (const { path, text } of texts(settings, [])) {
    if (ENV_NAME.test(text)) named.push(path.join('\n'));
    else if (faults.length >= LIMITS.faults_told) break;
    else if (isMarked(schema, path, 'secret')) {
      named.push(path.join('\n'));
      const message = 'is a secret, and secrets do not belong in files';
      faults.push({
        path: [...at, ...path],
        message,
        remedy: 'Put it into an environment variable and write $NAME instead.',
      });
    }
  }
  const parsed = schema.safeParse(settings);
  if (parsed.success) return faults;
  // What zod says of a group that holds a $NAME may be about the name's own text: it is asked again when resolved.
  const hanging = (issue: z.core.$ZodIssue) =>
    issue.code !== 'unrecognized_keys' &&
    named.some((it) => `${it}\n`.startsWith(issue.path.length === 0 ? '' : `${issue.path.join('\n')}\n`));
  const certain = parsed.error.issues.slice(0, LIMITS.faults_told).filter((it) => !hanging(it));
  const placed = faultsOf(schema, certain, settings).map((it) => ({ ...it, path: [...at, ...it.path] }));
  return [...faults, ...placed];
}

/** All texts inside plain data, with their paths. */
function* texts(value: unknown, path: Path): Generator<{ readonly path: Path; readonly text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  else if (Array.isArray(value)) for (const [at, it] of value.entries()) yield* texts(it, [...path, at]);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, it] of Object.entries(value)) yield* texts(it, [...path, key]);
  }
}

function ruleFaults(
  rule: Rule,
  index: number,
  listed: boolean,
  integration: Words | undefined,
  catalog: Catalog | null,
): Fault[] {
  const here: Path = ['rules', index];
  const keys = integration && [...integration.when_keys.map((it) => it.key), ...EVERYWHERE];
  const faults: Fault[] = keys
    ? Object.keys(rule.when)
        .filter((key) => !isKnown(key, keys))
        .slice(0, LIMITS.faults_told)
        .map((key) => ({
          path: [...here, 'when', key],
          message: `lines have no "${clip(key)}"`,
          remedy: didYouMean(key, keys, 'Keys'),
        }))
    : [];
  const grants = rule.grant ?? [];
  for (const [nth, grant] of grants.entries()) {
    const path: Path = [...here, 'grant', ...(listed ? [nth] : [])];
    const own = [
      ...templateFaults(grant, path, keys),
      ...(catalog ? catalogFaults(grant, path, catalog) : []),
    ];
    if (own.length === 0 && catalog) own.push(...sampleFaults(grant, path, catalog));
    faults.push(...own.slice(0, LIMITS.faults_told));
    if (faults.length >= LIMITS.faults_told) break;
  }
  return faults;
}

/** `metadata.*` stands for any key with that beginning. */
function isKnown(key: string, keys: readonly string[]): boolean {
  return keys.some((it) =>
    it.endsWith('*') ? key.length >= it.length && key.startsWith(it.slice(0, -1)) : it === key,
  );
}

function templateFaults(grant: Grant, path: Path, keys: readonly string[] | undefined): Fault[] {
  const { product, bundle, policy, values } = grant;
  return [...texts({ product, bundle, policy, values }, [])].flatMap(({ path: at, text }): Fault[] => {
    const template = parseTemplate(text);
    const fault = (message: string, remedy: string): Fault[] => [{ path: [...path, ...at], message, remedy }];
    if (typeof template === 'string')
      return fault(template, 'Write it like {{line.sku | split: ":" | at: 0}}.');
    const names = template.names.flatMap((name) =>
      nameFaults(name, keys).flatMap((it) => fault(it.message, it.remedy)),
    );
    return [...names, ...useFaults(template, at).flatMap((it) => fault(it.message, it.remedy))];
  });
}

function nameFaults(name: string, keys: readonly string[] | undefined): Omit<Fault, 'path'>[] {
  const line = ['title', 'id', ...(keys ?? [])].map((it) => `line.${it}`);
  const known = [
    'quantity',
    ...BUYER.map((it) => `buyer.${it}`),
    ...ORDER.map((it) => `order.${it}`),
    ...line,
  ];
  if (isKnown(name, known) || (keys === undefined && name.startsWith('line.'))) return [];
  const message = `there is no "${clip(name)}"`;
  const rooted = known.find((it) => it.endsWith(`.${name}`));
  if (rooted !== undefined) return [{ message, remedy: `Did you mean "${rooted}"?` }];
  const root = /^(?:line|buyer|order)\./.exec(name)?.[0] ?? '';
  return [
    {
      message,
      remedy: didYouMean(
        name,
        known.filter((it) => it.startsWith(root)),
      ),
    },
  ];
}

/** Templates that can never yield what their place needs. */
function useFaults(template: Template, at: Path): Omit<Fault, 'path'>[] {
  const [place, field] = at;
  if (template.names.length === 0) return [];
  if (place !== 'values') {
    if (template.yields === 'list')
      return [{ message: 'yields a list where one code is needed', remedy: 'Pick one with at:.' }];
    if (!template.names.includes('quantity')) return [];
    return [{ message: 'the quantity cannot choose what is sold', remedy: 'Write a rule for each product.' }];
  }
  if (template.names.includes('quantity') && at.some((it) => typeof it === 'number')) {
    return [{ message: '{{quantity}} cannot stand in a list', remedy: 'Use it in a field of its own.' }];
  }
  const kind = kindOf(String(field));
  if (!template.single && at.length === 2 && (kind === 'number' || kind === 'boolean')) {
    return [
      {
        message: `is text, not ${kind === 'number' ? 'a number' : 'true or false'}`,
        remedy: 'Write one template and nothing around it.',
      },
    ];
  }
  return [];
}

/** What is wrong with a grant that a person chose, whose texts are texts: see `grantChosen`. */
export function chosenFaults(grant: Grant, path: Path, catalog: Catalog): readonly Fault[] {
  const faults = catalogFaults(grant, path, catalog);
  return faults.length > 0 ? faults : triedOut(grant, path, catalog);
}

/** What is written out, not left to a template, must be in the catalog. */
function catalogFaults(grant: Grant, path: Path, catalog: Catalog): Fault[] {
  const written = (it: string | undefined) => (it === undefined || it.includes('{{') ? undefined : it);
  const [product, bundle, policy] = [written(grant.product), written(grant.bundle), written(grant.policy)];
  const none = (key: string, code: string, codes: readonly string[]): Fault[] => [
    {
      path: [...path, key],
      message: `there is no ${key} "${clip(code)}"`,
      remedy: didYouMean(code, codes, `The catalog’s ${key}s`),
    },
  ];
  const sold = product === undefined ? undefined : productOf(catalog, product);
  if (product !== undefined && !sold)
    return none(
      'product',
      product,
      catalog.products.map((it) => it.code),
    );
  const bundled = catalog.bundles.find((it) => it.code === bundle);
  if (bundle !== undefined && !bundled)
    return none(
      'bundle',
      bundle,
      catalog.bundles.map((it) => it.code),
    );
  const faults: Fault[] = [];
  if (sold && policy !== undefined && !policyOf(sold, policy)) {
    const policies = sold.policies.map((it) => it.code);
    const message = `${sold.code} has no policy "${clip(policy)}"`;
    faults.push({ path: [...path, 'policy'], message, remedy: didYouMean(policy, policies, 'Its policies') });
  }
  const products = sold
    ? [sold]
    : (bundled?.products ?? []).flatMap((it) => productOf(catalog, it.product) ?? []);
  for (const it of products) {
    const { features, custom_fields } = grant.values;
    const listed = Array.isArray(features) ? features : [];
    const references = {
      // A template in the list holds its place, so that the others keep their numbers.
      features: listed.map((code) => (code.includes('{{') ? (it.features[0]?.code ?? code) : code)),
      custom_fields:
        typeof custom_fields === 'object'
          ? withoutTemplates(
              custom_fields,
              it.custom_fields.map((one) => one.name),
            )
          : {},
    };
    faults.push(...referenceFaults(it, references, [...path, 'values']));
  }
  return faults;
}

function withoutTemplates(fields: Readonly<Record<string, string | number>>, names: readonly string[]) {
  const entries = Object.entries(fields).filter(
    ([name, it]) => !(names.includes(name) && typeof it === 'string' && it.includes('{{')),
  );
  return Object.fromEntries(entries);
}

/** A grant without templates gives every line the same: it is tried out once. */
function sampleFaults(grant: Grant, path: Path, catalog: Catalog): Fault[] {
  return [...texts({ ...grant }, [])].some(({ text }) => text.includes('{{'))
    ? []
    : triedOut(grant, path, catalog);
}

function triedOut(grant: Grant, path: Path, catalog: Catalog): Fault[] {
  const line = { id: '', title: '', quantity: 1, refs: {}, attributes: {} };
  const order = { id: '', label: null, source: '', currency: null, test: false, refs: [] };
  const tried = expand([grant], path, { line, buyer: null, order }, catalog);
  if (tried.ok) return [];
  const [, message = tried.problem.detail] = /^[^:]*: (.*)$/s.exec(tried.problem.detail) ?? [];
  return [{ path: [...path, 'values'], message, remedy: 'Mend the values, or the policy in the catalog.' }];
}
