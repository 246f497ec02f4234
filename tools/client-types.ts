/**
 * Makes src/client/paths.ts of openapi.json: what each operation takes and answers, as TypeScript. What must never
 * happen here: a type that is wider than the schema without a word.
 */
import { type Operation, type Reference, referenceOf } from '../src/http/reference/document.ts';

type Schema = Readonly<Record<string, unknown>>;

/** @returns the whole file */
export function clientTypes(reference: Reference = referenceOf('')): string {
  const shared = Object.entries(reference.components.schemas).map(
    ([id, schema]) => `${said(schema, '')}export type ${id} = ${typeText(schema)};\n`,
  );
  const paths = Object.entries(reference.paths).flatMap(([path, methods]) => {
    const own = Object.entries(methods).filter(([, it]) => it['x-scope'] !== undefined);
    if (own.length === 0) return [];
    const all = own.map(([method, it]) => operationText(method, it)).join('');
    return [`  ${quoted(path)}: {\n${all}  };\n`];
  });
  return [
    '/**\n * Generated from the routes by `npm run generate`; changes made here are lost. What the API takes and answers.\n */\n',
    ...shared,
    `/** By path, then by method. */\nexport interface Paths {\n${paths.join('')}}\n`,
  ].join('\n');
}

function operationText(method: string, it: Operation): string {
  const { parameters = [], requestBody, responses } = it;
  const part = (where: string) => {
    const own = parameters.filter((one) => one.in === where);
    if (own.length === 0) return [];
    const schema = {
      type: 'object',
      properties: Object.fromEntries(
        own.map(({ name, schema: { ...of }, description }) => [
          name,
          { ...of, ...(description ? { description } : {}) },
        ]),
      ),
      required: own.filter(({ required }) => required).map(({ name }) => name),
    };
    const needed = schema.required.length > 0 ? '' : '?';
    return [`      ${where}${needed}: ${typeText(schema, '      ', true)};\n`];
  };
  const body = requestBody?.content['application/json']?.schema;
  const answers = Object.entries(responses).flatMap(([status, answer]) =>
    status.startsWith('2') && 'content' in answer
      ? Object.values(answer.content).map((one) => one.schema)
      : [],
  );
  const answer = [...new Set(answers.map((one) => typeText(one, '      ')))].join(' | ');
  return [
    said({ description: `${it.summary}. Scope: ${it['x-scope'] ?? ''}.` }, '    '),
    `    ${method}: {\n`,
    ...part('path'),
    ...part('query'),
    body ? `      body${requestBody?.required ? '' : '?'}: ${typeText(body, '      ', true)};\n` : '',
    `      answer: ${answer};\n`,
    '    };\n',
  ].join('');
}

/** @param asked it is sent: what may be left out may also be undefined */
export function typeText(schema: Schema, indent = '', asked = false): string {
  const { $ref, enum: words, const: only, type, anyOf, oneOf, properties } = schema;
  if (typeof $ref === 'string') return $ref.slice($ref.lastIndexOf('/') + 1);
  if ('const' in schema) return quoted(only);
  if (Array.isArray(words)) return words.map(quoted).join(' | ');
  // Beside properties they only say which of these must be there together.
  const either = properties === undefined ? (anyOf ?? oneOf) : undefined;
  if (Array.isArray(either)) {
    return [...new Set(either.map((it) => typeText(it, indent, asked)))].join(' | ');
  }
  const types = Array.isArray(type) ? type : [type];
  return types.map((it) => ofType(it, schema, indent, asked)).join(' | ');
}

function ofType(type: unknown, schema: Schema, indent: string, asked: boolean): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly ${inList(typeText(object(schema.items), indent, asked))}[]`;
    case 'object':
      return objectText(schema, indent, asked);
    case undefined:
      return 'unknown';
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

function inList(text: string): string {
  return /^\w+$/.test(text) ? text : `(${text})`;
}

function objectText(schema: Schema, indent: string, asked: boolean): string {
  const { properties, required, additionalProperties: rest } = schema;
  if (properties === undefined) return `Readonly<Record<string, ${typeText(object(rest), indent, asked)}>>`;
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  const inner = `${indent}  `;
  const members = Object.entries(object(properties)).map(([name, own]) => {
    const must = needed.includes(name);
    const text = typeText(object(own), inner, asked);
    const called = /^\w+$/.test(name) ? name : quoted(name);
    const orNone = !must && asked && text !== 'unknown' ? ' | undefined' : '';
    return `${said(object(own), inner)}${inner}readonly ${called}${must ? '' : '?'}: ${text}${orNone};\n`;
  });
  return `{\n${members.join('')}${indent}}`;
}

function quoted(it: unknown): string {
  return typeof it === 'string' ? `'${it.replaceAll(/['\\]/g, '\\$&')}'` : JSON.stringify(it);
}

function said({ description }: Schema, indent: string): string {
  if (typeof description !== 'string') return '';
  return `${indent}/** ${description.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')} */\n`;
}

function object(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
