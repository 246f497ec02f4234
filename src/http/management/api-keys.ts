/** /v1/api-keys: who may use this API. A key is shown in the answer that makes it, and never again. */
import * as z from 'zod';
import { type ApiKeyRecord, SCOPES } from '../../core/records.ts';
import { answer, iso } from '../answers.ts';
import { answerPage, byId, pageFields, sliceOf } from '../page.ts';
import { name, nothing, readQuery, readRequest, time } from '../request.ts';
import { notFound, param, type Route, refuse } from './route.ts';

/** Without the key itself, which is stored nowhere. */
export function viewKey(it: ApiKeyRecord) {
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
  scopes: z.array(z.enum(SCOPES)).min(1).default(['read']),
  expires_at: time.nullable().default(null),
});

export const apiKeys: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/api-keys',
    scope: 'admin',
    handle: async (c, { keys }) => {
      const read = await readQuery(c, z.strictObject(pageFields(LIST)));
      if (!read.ok) return refuse(c, read.problem);
      return answerPage(LIST, await keys.list(sliceOf(read.value)), viewKey);
    },
  },
  {
    method: 'POST',
    path: '/v1/api-keys',
    scope: 'admin',
    handle: async (c, { keys }) => {
      const read = await readRequest(c, { query: nothing, body: asked });
      if (!read.ok) return refuse(c, read.problem);
      const { record, key } = await keys.create(read.value.body);
      return answer({ ...viewKey(record), key }, 201);
    },
  },
  {
    method: 'DELETE',
    path: '/v1/api-keys/:id',
    scope: 'admin',
    handle: async (c, { keys }) => {
      const revoked = await keys.revoke(param(c, 'id'));
      return revoked ? answer(viewKey(revoked)) : notFound(c, 'no API key of this id');
    },
  },
];
