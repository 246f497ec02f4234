/**
 * The reference for people: /docs, a page for each resource, and one of the shapes. Made of openapi.json, without a
 * script and without anything from elsewhere. What must never happen here: a word that is not escaped.
 */
import { html } from 'hono/html';
import type { Operation, Reference } from './document.ts';
import { curlOf } from './examples.ts';
import { fieldsOf, fieldTable, type Html, paragraphs, said, typeOf } from './fields.ts';
import { members, type Schema } from './schemas.ts';

const SHAPES = 'shapes';

/** @param name of a page: empty for the first. @returns null when there is none of this name */
export function pageOf(reference: Reference, name: string): Html | null {
  if (name === '') return frame(reference, '', 'Keyferry API', overview(reference));
  if (name === SHAPES) return frame(reference, SHAPES, 'Shapes', shapes(reference));
  const tag = reference.tags.find((it) => slugOf(it.name) === name)?.name;
  if (tag === undefined) return null;
  const all = operationsOf(reference).filter(({ operation }) => operation.tags.includes(tag));
  return frame(reference, name, tag, html`${all.map((it) => section(reference, it))}`);
}

interface Placed {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

function operationsOf({ paths }: Reference): readonly Placed[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

function slugOf(tag: string): string {
  return tag.toLowerCase().replaceAll(' ', '-');
}

function frame(reference: Reference, name: string, title: string, content: Html): Html {
  const links = [
    ['', 'Overview'],
    ...reference.tags.map((it) => [slugOf(it.name), it.name]),
    [SHAPES, 'Shapes'],
  ];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name === '' ? title : `${title} · Keyferry API`}</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<a class="skip" href="#content">To the content</a>
<nav aria-label="Pages of the reference"><ul>
${links.map(
  ([slug, text]) =>
    html`<li><a href="/docs${slug === '' ? '' : `/${slug}`}"${slug === name ? html` aria-current="page"` : ''}>${text}</a></li>
`,
)}</ul></nav>
<main id="content">
<h1>${title}</h1>
${content}
</main>
<footer>Keyferry ${reference.info.version} · <a href="/openapi.json">openapi.json</a></footer>
</body>
</html>
`;
}

function overview(reference: Reference): Html {
  const about = typeof reference.info.description === 'string' ? reference.info.description : '';
  return html`${paragraphs(about)}
<pre tabindex="0"><code>curl -H "Authorization: Bearer $KEY" localhost:3000/v1/orders</code></pre>
${reference.tags.map(
  ({
    name,
  }) => html`<section aria-labelledby="${slugOf(name)}"><h2 id="${slugOf(name)}"><a href="/docs/${slugOf(name)}">${name}</a></h2>
<ul class="operations">${operationsOf(reference)
    .filter(({ operation }) => operation.tags.includes(name))
    .map(
      ({ method, path, operation }) =>
        html`<li><a href="/docs/${slugOf(name)}#${operation.operationId}">${operation.summary}</a> ${address(method, path)}</li>
`,
    )}</ul></section>
`,
)}
<section aria-labelledby="problems"><h2 id="problems">What any request may be answered with</h2>
${problemList(Object.entries(reference.components.responses).map(([, it]) => it.description))}</section>`;
}

function address(method: string, path: string): Html {
  return html`<span class="address"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></span>`;
}

function section(reference: Reference, { method, path, operation }: Placed): Html {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content['application/json']?.schema;
  const upload = requestBody?.content['text/csv']?.schema;
  const scope = operation['x-scope'];
  const asked = parameters
    .filter((it) => it.in !== 'path' || it.description !== undefined)
    .map(({ name, required, description: says, schema }) => ({
      name,
      required,
      schema: { ...schema, ...(says === undefined ? {} : { description: says }) },
    }));
  return html`<section id="${operationId}" aria-labelledby="${operationId}-title">
<h2 id="${operationId}-title"><a href="#${operationId}">${summary}</a></h2>
<p>${address(method, path)}${scope === undefined ? '' : html` <span class="scope">needs <code>${scope}</code></span>`}</p>
${description === undefined ? '' : paragraphs(description)}
<pre tabindex="0"><code>${curlOf(method, path, operation)}</code></pre>
${fieldTable('Asked with', asked, 'asked')}
${body === undefined ? '' : fieldTable('Body', bodyFields(body), 'asked')}
${upload === undefined ? '' : html`<p>Body: a file in CSV. ${columnsOf(upload)}</p>`}
<h3>Answers</h3>
<dl>${Object.entries(responses).map(([status, it]) => {
    if ('$ref' in it) return '';
    const [media = '', content] = Object.entries(it.content)[0] ?? [];
    if (media === 'application/problem+json')
      return html`<dt>${status}</dt><dd>${problemList([it.description])}</dd>`;
    if (media === 'text/csv')
      return html`<dt>${status}</dt><dd>${it.description} ${columnsOf(content?.schema ?? {})}</dd>`;
    return html`<dt>${status}</dt><dd>${answerOf(it.description, content?.schema ?? {})}</dd>`;
  })}
${sharedProblems(reference, operation)}</dl>
</section>
`;
}

function bodyFields(body: Schema) {
  return fieldsOf({ properties: { '': body } })
    .slice(1)
    .map((it) => ({ ...it, name: it.name.slice(1) }));
}

/** Of a file in CSV. */
function columnsOf({ description }: Schema): Html {
  return said(typeof description === 'string' ? description : '');
}

function answerOf(says: string, schema: Schema): Html {
  const items = members(members(members(schema.properties).items).items);
  if (members(schema.properties).next_cursor !== undefined && items.$ref !== undefined)
    return html`${says} A page: <code>items</code>, a list of ${typeOf(items)}, and <code>next_cursor</code>.`;
  const fields = fieldsOf(schema);
  return fields.length === 0
    ? html`${says} ${typeOf(schema)}`
    : html`${says}${fieldTable('Answer', fields, 'answered')}`;
}

/** Those that are the same everywhere are told on the first page. */
function sharedProblems({ components }: Reference, { responses }: Operation): Html {
  const shared = Object.entries(responses).flatMap(([status, it]) =>
    '$ref' in it ? [[status, it.$ref.slice(it.$ref.lastIndexOf('/') + 1)] as const] : [],
  );
  const own = shared.filter(([, code]) => !EVERYWHERE.has(code));
  const rest = shared.filter(([, code]) => EVERYWHERE.has(code));
  return html`${own.map(
    ([status, code]) =>
      html`<dt>${status}</dt><dd>${problemList([components.responses[code]?.description ?? ''])}</dd>`,
  )}${
    rest.length === 0
      ? ''
      : html`<dt>${rest.map(([status]) => status).join(', ')}</dt><dd><a href="/docs#problems">As everywhere</a>: ${rest.map(
          ([, code]) => html`<code>${code}</code> `,
        )}</dd>`
  }`;
}

const EVERYWHERE: ReadonlySet<string> = new Set([
  'key_missing',
  'scope_missing',
  'rate_limited',
  'request_invalid',
  'bug',
  'not_stored',
]);

function problemList(descriptions: readonly string[]): Html {
  const all = descriptions.flatMap((it) => it.split('\n\n'));
  return html`<ul class="problems">${all.map((it) => html`<li>${said(it)}</li>`)}</ul>`;
}

function shapes({ components: { schemas } }: Reference): Html {
  return html`${Object.entries(schemas).map(([id, schema]) => {
    const { description } = schema;
    const base = baseOf(id, schemas);
    const own = base === null ? schema : without(schema, schemas[base] ?? {});
    const fields = fieldsOf(own);
    return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title"><a href="#${id}">${id}</a></h2>
${typeof description === 'string' ? paragraphs(description) : ''}
${base === null ? '' : html`<p>All of <a href="#${base}">${base}</a>, and:</p>`}
${fields.length > 0 ? fieldTable(id, fields, 'answered') : html`<p>${typeOf(schema)}</p>`}</section>
`;
  })}`;
}

/** The largest shape that this one has whole, with more beside it: nobody reads the same table twice. */
function baseOf(id: string, schemas: Readonly<Record<string, Schema>>): string | null {
  const own = members(schemas[id]?.properties);
  const size = (name: string) => Object.keys(members(schemas[name]?.properties)).length;
  const [largest] = Object.keys(schemas)
    .filter((name) => size(name) > 2 && size(name) < size(id))
    .filter((name) =>
      Object.entries(members(schemas[name]?.properties)).every(
        ([key, it]) => JSON.stringify(own[key]) === JSON.stringify(it),
      ),
    )
    .toSorted((one, other) => size(other) - size(one));
  return largest ?? null;
}

function without(schema: Schema, base: Schema): Schema {
  const known = members(base.properties);
  const properties = Object.fromEntries(
    Object.entries(members(schema.properties)).filter(([key]) => !Object.hasOwn(known, key)),
  );
  return { ...schema, properties };
}
