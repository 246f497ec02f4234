/**
 * A schema as people read it: one row for each member, however deep it lies, with its type in words. It stands behind
 * the reference page. What must never happen here: a name or a description that is not escaped.
 */
import { html } from 'hono/html';
import { members, type Schema } from './schemas.ts';

export type Html = ReturnType<typeof html>;

export interface Field {
  /** `items[].product` */
  readonly name: string;
  readonly required: boolean;
  readonly schema: Schema;
}

/** @returns the members of an object, and of those inside it; what is a shape of its own is only named */
export function fieldsOf(schema: Schema, before = ''): readonly Field[] {
  const { properties, required } = schema;
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(members(properties)).flatMap(([key, it]) => {
    const own = members(it);
    const name = `${before}${key}`;
    return [{ name, required: needed.includes(key), schema: own }, ...inside(own, name)];
  });
}

function inside(schema: Schema, name: string): readonly Field[] {
  const { properties, items, anyOf, oneOf } = schema;
  if (properties !== undefined) return fieldsOf(schema, `${name}.`);
  if (items !== undefined) return inside(members(items), `${name}[]`);
  const either = anyOf ?? oneOf;
  if (!Array.isArray(either)) return [];
  const seen = new Set<string>();
  return either
    .flatMap((it) => inside(members(it), name))
    .filter((it) => !seen.has(it.name) && seen.add(it.name));
}

/** A table, or nothing where there is nothing to say. */
export function fieldTable(caption: string, fields: readonly Field[], of: 'asked' | 'answered'): Html | '' {
  if (fields.length === 0) return '';
  return html`<div class="scrolls" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr><th scope="col">name</th><th scope="col">type</th><th scope="col">meaning</th></tr></thead>
<tbody>${fields.map((it) => row(it, of))}</tbody></table></div>`;
}

/** Said is what a reader would not expect: of a request what it needs, of an answer what may not be there. */
function row({ name, required, schema }: Field, of: 'asked' | 'answered'): Html {
  const note = of === 'asked' ? required && 'required' : !required && 'optional';
  return html`<tr><th scope="row"><code>${name}</code>${note ? html` <span class="must">${note}</span>` : ''}</th>
<td>${typeOf(schema)}</td><td>${meaningOf(schema)}</td></tr>
`;
}

/** In words, with links to the shapes. */
export function typeOf(schema: Schema): Html | string {
  const { $ref, enum: words, const: only, type, anyOf, oneOf, items, properties, format } = schema;
  if (typeof $ref === 'string') {
    const id = $ref.slice($ref.lastIndexOf('/') + 1);
    return html`<a href="/docs/shapes#${id}">${id}</a>`;
  }
  if ('const' in schema) return html`<code>${JSON.stringify(only)}</code>`;
  if (Array.isArray(words)) return joined(words.map((it) => html`<code>${it ?? 'null'}</code>`));
  const either = properties === undefined ? (anyOf ?? oneOf) : undefined;
  if (Array.isArray(either)) return joined(either.map((it) => typeOf(members(it))));
  const types = Array.isArray(type) ? type.map(String) : [typeof type === 'string' ? type : 'any JSON'];
  return joined(
    types.map((it) => {
      if (it === 'array') return html`list of ${typeOf(members(items))}`;
      return it === 'string' && typeof format === 'string' ? (FORMATS[format] ?? format) : it;
    }),
  );
}

const FORMATS: Readonly<Record<string, string>> = { 'date-time': 'time', date: 'day' };

function joined(all: readonly (Html | string)[]): Html {
  return html`${all.map((it, at) => (at === 0 ? it : html` or ${it}`))}`;
}

function meaningOf(schema: Schema): Html {
  const { description, default: usual, examples, format } = schema;
  const bounds = BOUNDS.flatMap(([key, says]) =>
    schema[key] === undefined ? [] : [`${says} ${schema[key]}`],
  );
  // An empty list or object is what anybody expects; what has a format is told by its type.
  const isPlain = usual !== undefined && JSON.stringify(usual).length > 2;
  const isLike = Array.isArray(examples) && format === undefined;
  return html`${[
    typeof description === 'string' ? said(description) : '',
    bounds.length > 0 ? html` <span class="bounds">${bounds.join(', ')}.</span>` : '',
    isPlain ? html` Left out: <code>${JSON.stringify(usual)}</code>.` : '',
    isLike ? html` Like <code>${String(examples[0])}</code>.` : '',
  ]}`;
}

const BOUNDS: readonly (readonly [string, string])[] = [
  ['minimum', 'at least'],
  ['maximum', 'at most'],
  ['maxLength', 'letters at most'],
  ['minItems', 'entries at least'],
  ['maxItems', 'entries at most'],
];

/** What stands between backticks is code. */
export function said(text: string): Html {
  const pieces = text.split('`');
  return html`${pieces.map((it, at) => (at % 2 === 0 ? it : html`<code>${it}</code>`))}`;
}

export function paragraphs(text: string): Html {
  return html`${text.split('\n\n').map((it) => html`<p>${said(it)}</p>`)}`;
}
