/**
 * /v1/adoptions: customers from before Keyferry. Keys that were given out are taken in, and the shop is asked for its
 * sales, one page with each request. What must never happen here: a key in an error.
 */
import * as z from 'zod';
import type { Adopted, GivenKeyPlace, GivenKeyRecord } from '../../core/given-keys.ts';
import { readGivenKey } from '../../core/given-rows.ts';
import { LIMITS } from '../../core/limits.ts';
import { isClosed } from '../../core/problem.ts';
import { answer, iso, moment, shownProblem, viewProblem } from '../answers.ts';
import { answerPage, type Listing, pageFields, pageOf, sliceOf } from '../page.ts';
import { time, word } from '../request.ts';
import { gone, type Route, route } from './route.ts';

const given = z.string().meta({
  pattern: '^ *[!-~][ -~]*$',
  maxLength: LIMITS.given_key_letters,
  examples: ['AAAA-BBBB-CCCC'],
});
const key = given.transform((text, context) => {
  const read = readGivenKey(text);
  if (read !== null) return read;
  const params = {
    remedy: `Send 1 to ${LIMITS.given_key_letters} printable ASCII characters, as the buyer has it.`,
  };
  context.addIssue({ code: 'custom', message: 'cannot be a key', params });
  return z.NEVER;
});
const called = z.string().trim().min(1).max(500);
const row = z.strictObject({
  name: called.describe("The sale's external id, or any other name of it."),
  line: called.nullable().default(null).describe('The id of one of its lines, or any ref of it.'),
  product: called.nullable().default(null).describe("Its product's code, where a line gives several."),
  key,
});
const asked = z.strictObject({
  source: word.describe('The name of a mapping file.'),
  account: z.string().max(500).default('').describe('A connected account.'),
  from: time.nullable().default(null).describe('Ask the shop for its sales since then.'),
  cursor: z.string().min(1).max(500).nullable().default(null).describe('`next_cursor` of the answer before.'),
  keys: z.array(row).max(LIMITS.given_keys_at_once).default([]),
  dry_run: z.boolean().default(false).describe('Say what would happen, store nothing.'),
});

const shownAdopted = z
  .object({
    keys: z.object({
      stored: z.int(),
      known: z.int().describe('Taken in before, or on their licenses already.'),
      refused: z.array(
        z.object({
          row: z.int().describe('Its place among those sent, from 0.'),
          name: z.string(),
          message: z.string(),
          remedy: z.string(),
        }),
      ),
    }),
    sales: z.object({
      listed: z.int(),
      known: z.int().describe('Here already.'),
      stored: z.int(),
    }),
    next_cursor: z.string().nullable().describe('There are more sales to list: send it as `cursor`.'),
    remark: shownProblem.nullable(),
    dry_run: z.boolean(),
  })
  .meta({ id: 'Adoption', description: 'What was taken in.' });

function viewAdopted({ keys, sales, next_cursor, remark, dry_run }: Adopted) {
  return { keys, sales, next_cursor, remark: viewProblem(remark), dry_run };
}

const shownGiven = z
  .object({
    id: z.string(),
    source: z.string(),
    account: z.string(),
    name: z.string(),
    line: z.string().nullable(),
    product: z.string().nullable(),
    key: z.string(),
    created_at: moment,
    created_by: z.string(),
  })
  .meta({ id: 'GivenKey', description: 'A key from before Keyferry that no license has yet.' });

function viewGiven({ id, source, account, name, line, product, key: given, ...it }: GivenKeyRecord) {
  const { created_at, created_by } = it;
  return { id, source, account, name, line, product, key: given, created_at: iso(created_at), created_by };
}

const LIST: Listing<GivenKeyPlace> = { name: 'adoptions', key: z.tuple([z.string(), z.string(), z.int()]) };

export const adoptions: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/adoptions',
    scope: 'issue',
    summary: 'Take in customers from before',
    name: 'adopt',
    description:
      'Keys that were given out before Keyferry, the sales of a time, or both: one page with each request. Asked twice, it is done once.',
    body: asked,
    answers: { 200: shownAdopted },
    problems: [
      'source_unknown',
      'sold_since_missing',
      { code: 'source_closed', status: 409 },
      { code: 'secret_white_space', status: 409 },
      'api_key_needed',
      'api_key_refused',
      'shop_unavailable',
      'cursor_unknown',
    ],
    handle: async ({ body, holder, refuse }, ports) => {
      const adopted = await ports.adoptions.adopt(body, holder.id);
      if (adopted.ok) return answer(viewAdopted(adopted.value));
      // The source is there, and closed.
      return refuse(adopted.problem, isClosed(adopted.problem) ? { status: 409 } : {});
    },
  }),
  route({
    method: 'GET',
    path: '/v1/adoptions',
    scope: 'read',
    summary: 'List keys from before',
    name: 'listGivenKeys',
    description: 'Those that no license has yet.',
    query: z.strictObject({ source: word, ...pageFields(LIST) }),
    answers: { 200: pageOf(shownGiven) },
    handle: async ({ query }, ports) =>
      answerPage(LIST, await ports.adoptions.free(query.source, sliceOf(query)), viewGiven),
  }),
  route({
    method: 'DELETE',
    path: '/v1/adoptions/:id',
    scope: 'issue',
    summary: 'Take out a key from before',
    name: 'dropGivenKey',
    answers: { 200: z.object({ id: z.string(), dropped: z.literal(true) }) },
    problems: ['not_found'],
    handle: async ({ params: { id }, refuse }, ports) =>
      (await ports.adoptions.drop(id))
        ? answer({ id, dropped: true })
        : refuse(gone('no key of this id that is free')),
  }),
];
