/**
 * A house of the tests that stands in workerd: what a test says to it goes over HTTP, to a built Worker. It can
 * do what the story asks of a house, and no more.
 */
import { integrations } from '../../integrations/index.ts';
import { fail, ok } from '../../src/core/problem.ts';
import type { OrderRecord } from '../../src/core/records.ts';
import type { Stored } from '../../src/core/store.ts';
import { type Answered, client } from '../contracts/http-house.ts';
import { digest, type House, type HouseOptions } from '../house.ts';
import { openWorker } from './setup.ts';

/** The part of a house that whoever stands outside can see. */
export type OutsideHouse = Pick<
  House,
  'clock' | 'write' | 'send' | 'settle' | 'replay' | 'order' | 'events' | 'close'
> & { readonly bridge: Pick<House['bridge'], 'receive'> };

/** Each source is named after its shop, and its secret after the source. */
export async function openInWorkerd({ files, env, at }: HouseOptions): Promise<OutsideHouse> {
  let written = files;
  const opened = await openWorker({ files, secrets: env, at });
  const api = client(opened);

  async function post(name: string, headers: Readonly<Record<string, string>>, body: Uint8Array) {
    const sent = { method: 'POST', headers, body: new Uint8Array(body) };
    const answer = await opened.request(`/webhooks/${name}`, sent);
    const said: Answered = await answer.json();
    return answer.status === 200
      ? ok<Stored>({ id: said.event, duplicate: said.duplicate })
      : fail(said.code, said.detail);
  }

  return {
    clock: {
      now: opened.now,
      set: opened.setNow,
      advance: (ms) => opened.setNow(opened.now() + ms),
    },
    bridge: {
      receive: (name, { header, body }) => {
        const headers = SIGNED_BY.map((it) => [it, header(it) ?? ''] as const).filter(([, value]) => value);
        return post(name, Object.fromEntries(headers), body);
      },
    },
    send: async (name, { type, body }) => {
      const integration = integrations.find((it) => it.name === name);
      const secret = env[`${name.toUpperCase()}_WEBHOOK_SECRET`];
      if (!integration || secret === undefined) throw new Error(`no secret for ${name}`);
      const bytes = new TextEncoder().encode(body);
      const headers = await integration.sign(type, bytes, secret, opened.now(), digest);
      return post(name, headers, bytes);
    },
    settle: opened.settle,
    write: async (more) => {
      written = { ...written, ...more };
      await opened.again({ files: written, secrets: env, at: opened.now() });
      // The first invocation of the new version takes the files.
      await opened.scheduled();
    },
    replay: async (eventId, options = {}) => {
      const { body } = await api.call('POST', `/v1/events/${eventId}/replay`, options);
      return body;
    },
    order: async (source, externalId) => {
      const query = new URLSearchParams({ source, external_id: externalId });
      const { items } = await api.get(`/v1/orders?${query}`);
      if (items.length !== 1) throw new Error(`${items.length} orders named ${externalId}`);
      // As far as the story looks, the API shows a record as it is.
      return items[0] as OrderRecord;
    },
    events: async () => (await api.get('/v1/events')).items.reverse(),
    close: opened.close,
  };
}

const SIGNED_BY = ['stripe-signature', 'x-shopify-hmac-sha256', 'x-shopify-topic'];
