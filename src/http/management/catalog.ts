/**
 * /v1/products with their policies, features and custom fields, and /v1/bundles: what is sold, read and changed part by
 * part. Each change is a revision of the catalog. What must never happen here: a change that goes another way.
 */
import * as z from 'zod';
import { type CatalogPlace, listOf, partOf } from '../../core/catalog-edit.ts';
import type { CatalogChange } from '../../core/catalogs.ts';
import {
  bundle,
  bundleFields,
  customField,
  feature,
  featureFields,
  policy,
  policyFields,
  product,
  productFields,
} from '../../core/products.ts';
import { answer } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceList, sliceOf } from '../page.ts';
import type { AppPorts } from '../ports.ts';
import { etag, gone, type Route, route } from './route.ts';

type Params = Readonly<Record<string, string>>;
type Members = Readonly<Record<string, unknown>>;

/** One kind of thing that a catalog holds. */
interface Kind {
  readonly part: CatalogPlace['part'];
  /** In the names of operations and shapes: one, and several. */
  readonly names: readonly [string, string];
  /** `a policy` */
  readonly called: string;
  readonly plural: string;
  readonly path: string;
  /** Its name in the path of one of them. */
  readonly param: string;
  /** What stands for its code. */
  readonly key: 'code' | 'name';
  readonly view: z.ZodObject;
  readonly body: z.ZodType<Members>;
  readonly patch: z.ZodType<Members>;
  readonly hint?: string;
}

const named = { name: z.string() };
const featureView = featureFields.extend(named).meta({ id: 'Feature' });
const fieldView = customField.meta({ id: 'CustomField' });
const policyView = policyFields.extend(named).meta({ id: 'Policy' });
const productView = productFields
  .extend({
    ...named,
    features: z.array(featureView),
    custom_fields: z.array(fieldView),
    policies: z.array(policyView),
  })
  .meta({ id: 'Product' });
const bundleView = bundleFields.extend(named).meta({ id: 'Bundle' });

/** Beside what was changed: where it runs now. */
const made = {
  revisions: z
    .array(
      z
        .strictObject({ source: z.string(), revision: z.int() })
        .meta({ id: 'SoldBy', description: 'A source, and the revision by which it sells.' }),
    )
    .describe(
      'The sources that sell by the new catalog, each with its new revision; none where nothing changed.',
    ),
  left: z
    .array(
      z
        .strictObject({ source: z.string(), because: z.enum(['own_catalog', 'faulty']) })
        .meta({ id: 'LeftSource', description: 'A source that stays as it is, and why.' }),
    )
    .describe('Sources that stay as they are: they have a catalog of their own, or a mapping with errors.'),
};

/** All fields of a kind, each to be left out, and null to take it away. */
function changesOf(shape: z.ZodRawShape): z.ZodType<Members> {
  const fields = Object.entries(shape).map(([name, it]) => {
    // A default would be filled in where nothing was said.
    // Of those two kinds it is what they wrap; of others it is not looked at.
    const { innerType } = it._zod.def as { readonly innerType?: z.core.$ZodType };
    const type = it._zod.def.type;
    const own = (type === 'default' || type === 'optional') && innerType ? innerType : it;
    const description = z.globalRegistry.get(it)?.description ?? z.globalRegistry.get(own)?.description;
    const field = z.nullable(own).optional();
    return [name, description === undefined ? field : field.describe(description)] as const;
  });
  return z.strictObject(Object.fromEntries(fields));
}

/** What a product holds has addresses of its own. */
const elsewhere = (list: string, one: string) =>
  z
    .unknown()
    .refine((it) => it === undefined, {
      error: 'is changed at its own address',
      params: { remedy: `POST /v1/products/{code}/${list}, PATCH and DELETE …/${list}/{${one}}.` },
    })
    // In the words of a schema: never there.
    .meta({ not: {} })
    .optional();
const { features: _f, custom_fields: _c, policies: _p, ...productOwn } = productFields.shape;
const productChanges = z.strictObject({
  ...z.strictObject({ code: productOwn.code.optional(), name: z.string().min(1).nullable().optional() })
    .shape,
  authorization: z.enum(['key', 'user']).describe('How the app asks: by license key or by user.').optional(),
  features: elsewhere('features', 'feature'),
  custom_fields: elsewhere('custom_fields', 'field'),
  policies: elsewhere('policies', 'policy'),
});

const KINDS: readonly Kind[] = [
  {
    part: 'product',
    names: ['Product', 'Products'],
    called: 'a product',
    plural: 'products',
    path: '/v1/products',
    param: 'code',
    key: 'code',
    view: productView,
    body: product,
    patch: productChanges.meta({ examples: [{ name: 'Acme Pro' }] }),
    hint: 'The first one makes the catalog.',
  },
  {
    part: 'policy',
    names: ['Policy', 'Policies'],
    called: 'a policy',
    plural: 'policies',
    path: '/v1/products/:code/policies',
    param: 'policy',
    key: 'code',
    view: policyView,
    body: policy,
    patch: changesOf(policyFields.shape).meta({ examples: [{ max_activations: 5 }] }),
    hint: 'Licenses that were issued keep what they were issued with. `default: true` ends the turn of the one before.',
  },
  {
    part: 'feature',
    names: ['Feature', 'Features'],
    called: 'a feature',
    plural: 'features',
    path: '/v1/products/:code/features',
    param: 'feature',
    key: 'code',
    view: featureView,
    body: feature,
    patch: changesOf(featureFields.shape).meta({ examples: [{ name: 'Export' }] }),
  },
  {
    part: 'custom_field',
    names: ['CustomField', 'CustomFields'],
    called: 'a custom field',
    plural: 'custom fields',
    path: '/v1/products/:code/custom_fields',
    param: 'field',
    key: 'name',
    view: fieldView,
    body: customField,
    patch: changesOf(customField.shape).meta({ examples: [{ description: 'Who uses it.' }] }),
  },
  {
    part: 'bundle',
    names: ['Bundle', 'Bundles'],
    called: 'a bundle',
    plural: 'bundles',
    path: '/v1/bundles',
    param: 'code',
    key: 'code',
    view: bundleView,
    body: bundle,
    patch: changesOf(bundleFields.shape).meta({ examples: [{ name: 'Acme Suite' }] }),
  },
];

const DELETED = {
  code: z
    .strictObject({ code: z.string(), deleted: z.literal(true), ...made })
    .meta({ id: 'DeletedPart', description: 'What is sold no more, and where.' }),
  name: z
    .strictObject({ name: z.string(), deleted: z.literal(true), ...made })
    .meta({ id: 'DeletedCustomField', description: 'A custom field that is gone, and where.' }),
};
const OF_CHANGES = ['config_invalid', 'edited_meanwhile', 'conflict_persists'] as const;

function routesOf({
  part,
  names: [shape, shapes],
  called,
  plural,
  path,
  param,
  key,
  view,
  body,
  patch,
  hint,
}: Kind): readonly Route[] {
  const isInside = path.includes(':');
  const placeOf = (params: Params, code = params[param] ?? ''): CatalogPlace => {
    const inside = { part, product: params.code ?? '', code };
    // What stands in a product has its code in the path; products and bundles stand by themselves.
    return (isInside ? inside : { part, code }) as CatalogPlace;
  };
  const missing = (at: CatalogPlace) =>
    gone('product' in at ? `no ${part} ${at.code} of a product ${at.product}` : `no ${part} ${at.code}`);
  const answerChange = (
    { number, revisions, left }: CatalogChange,
    content: Members,
    { notify }: AppPorts,
    status = 200,
  ) => {
    // Parked lines are due now.
    if (revisions.length > 0) notify();
    const told = revisions.map(({ source, number: revision }) => ({ source, revision }));
    return answer({ ...content, revisions: told, left }, status, etag(number));
  };
  const LIST = byId(plural);
  const one = `${path}/:${param}`;
  const changed = view
    .extend(made)
    .meta({ id: `Changed${shape}`, description: `${shape}, and where it runs.` });

  const described = (text: string) => ({ description: [text, hint ?? ''].join(' ').trim() });

  return [
    route({
      method: 'GET',
      path,
      scope: 'read',
      summary: `List ${plural}`,
      name: `list${shapes}`,
      description: 'By code. The `ETag` is the number of the catalog’s revision.',
      query: z.strictObject(pageFields(LIST)),
      answers: { 200: pageOf(view) },
      problems: isInside ? ['not_found', 'config_invalid'] : ['config_invalid'],
      handle: async ({ params, query, refuse }, { catalogs }) => {
        const sold = await catalogs.read();
        if (!sold.ok) return refuse(sold.problem);
        const at = placeOf(params);
        const list = listOf(sold.value.catalog, at);
        if (!list) return refuse(gone(`no product ${'product' in at ? at.product : ''}`));
        const codeOf = (it: Members) => String(it[key]);
        const page = sliceList(
          [...list].sort((a, b) => (codeOf(a) < codeOf(b) ? -1 : 1)),
          sliceOf(query),
          (it) => [codeOf(it)] as const,
          (it, [last]) => codeOf(it) > last,
        );
        return answerPage(LIST, page, (it) => it, etag(sold.value.number));
      },
    }),
    route({
      method: 'GET',
      path: one,
      scope: 'read',
      summary: `Read ${called}`,
      name: `get${shape}`,
      answers: { 200: view },
      problems: ['not_found', 'config_invalid'],
      handle: async ({ params, refuse }, { catalogs }) => {
        const sold = await catalogs.read();
        if (!sold.ok) return refuse(sold.problem);
        const at = placeOf(params);
        const found = partOf(sold.value.catalog, at);
        return found ? answer(found, 200, etag(sold.value.number)) : refuse(missing(at));
      },
    }),
    route({
      method: 'POST',
      path,
      scope: 'admin',
      summary: `Create ${called}`,
      name: `create${shape}`,
      ...described('The same again changes nothing and is answered with 200.'),
      body,
      answers: { 200: changed, 201: changed },
      problems: [...(isInside ? (['not_found'] as const) : []), 'code_taken', ...OF_CHANGES],
      handle: async ({ params, body: content, holder, versions, refuse }, ports) => {
        const at = placeOf(params, String(content[key]));
        const done = await ports.catalogs.edit({ is: 'create', at, content }, { actor: holder.id, versions });
        if (!done.ok) return refuse(done.problem);
        const status = done.value.revisions.length > 0 ? 201 : 200;
        return answerChange(done.value, partOf(done.value.catalog, at) ?? content, ports, status);
      },
    }),
    route({
      method: 'PATCH',
      path: one,
      scope: 'admin',
      summary: `Change ${called}`,
      name: `change${shape}`,
      ...described('What is left out stays, null takes it away; a list is replaced whole.'),
      body: patch,
      answers: { 200: changed },
      problems: ['not_found', ...OF_CHANGES],
      handle: async ({ params, body: content, holder, versions, refuse }, ports) => {
        const at = placeOf(params);
        const done = await ports.catalogs.edit({ is: 'update', at, content }, { actor: holder.id, versions });
        if (!done.ok) return refuse(done.problem);
        return answerChange(done.value, partOf(done.value.catalog, at) ?? {}, ports);
      },
    }),
    route({
      method: 'DELETE',
      path: one,
      scope: 'admin',
      summary: `Delete ${called}`,
      name: `delete${shape}`,
      description: 'Refused while something needs it: the errors name each rule, bundle, policy and license.',
      answers: { 200: DELETED[key] },
      problems: ['not_found', 'referenced', ...OF_CHANGES],
      handle: async ({ params, holder, versions, refuse }, ports) => {
        const at = placeOf(params);
        const done = await ports.catalogs.edit({ is: 'delete', at }, { actor: holder.id, versions });
        if (!done.ok) return refuse(done.problem);
        return answerChange(done.value, { [key]: at.code, deleted: true }, ports);
      },
    }),
  ];
}

export const catalog: readonly Route[] = KINDS.flatMap(routesOf);
