/** /v1/api-keys: who may use this API. A key is shown in the answer that makes it, and never again. */
import * as z from 'zod';
import { type ApiKeyRecord, SCOPES } from '../../core/records.ts';
import { answer, iso, moment } from '../answers.ts';
import { answerPage, byId, pageFields, pageOf, sliceOf } from '../page.ts';
import { name, time } from '../request.ts';
import { gone, type Route, route } from './route.ts';

const scopes = z.array(z.enum(SCOPES));
const shownKey = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes,
    created_at: moment,
    expires_at: moment.nullable(),
    last_used_at: moment.nullable().describe('To the minute.'),
    revoked_at: moment.nullable(),
  })
  .meta({ id: 'ApiKey', description: 'Without the key itself, which is stored nowhere.' });

/** Without the key itself, which is stored nowhere. */
function viewKey(it: ApiKeyRecord) {
  return {
    id: it.id,
    name: it.name,
    scopes: it.scopes,
    created_at: iso(it.created_at),
    expires_at: iso(it.expires_at),
    last_used_at: iso(it.last_used_at),
    revoked_at: iso(it.revoked_at),
  };
}

const LIST = byId('api-keys');
const asked = z.strictObject({
  name,
  scopes: scopes
    .min(1)
    .default(['read'])
    .describe('Each includes those before it: read, issue, operate, admin.'),
  expires_at: time.nullable().default(null).describe('From then on it opens nothing; null: it never ends.'),
});

export const apiKeys: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/api-keys',
    scope: 'admin',
    summary: 'List API keys',
    query: z.strictObject(pageFields(LIST)),
    answers: { 200: pageOf(shownKey) },
    handle: async ({ query }, { keys }) => answerPage(LIST, await keys.list(sliceOf(query)), viewKey),
  }),
  route({
    method: 'POST',
    path: '/v1/api-keys',
    scope: 'admin',
    summary: 'Create an API key',
    description: 'The answer shows the key this once.',
    body: asked,
    answers: { 201: shownKey.extend({ key: z.string() }) },
    handle: async ({ body }, { keys }) => {
      const { record, key } = await keys.create(body);
      return answer({ ...viewKey(record), key }, 201);
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/api-keys/:id',
    scope: 'admin',
    summary: 'Revoke an API key',
    name: 'revokeApiKey',
    description: 'It opens nothing from now on. It stays in the list, with the time at which it was revoked.',
    answers: { 200: shownKey },
    problems: ['not_found'],
    handle: async ({ params, refuse }, { keys }) => {
      const revoked = await keys.revoke(params.id);
      return revoked ? answer(viewKey(revoked)) : refuse(gone('no API key of this id'));
    },
  }),
];
