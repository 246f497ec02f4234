/**
 * The demo's view of the management API: what it reads through the front door, checked as it comes in.
 */
import * as z from 'zod';

const license = z.object({
  id: z.string(),
  key: z.string(),
  state: z.string(),
  valid_until: z.string().nullable(),
});
const item = z.object({
  line_id: z.string(),
  title: z.string(),
  quantity: z.number().nullable(),
  state: z.string(),
  rule: z.string().nullable(),
  product: z.string().nullable(),
  policy: z.string().nullable(),
  refs: z.record(z.string(), z.string()),
  problem: z.object({ code: z.string(), title: z.string(), detail: z.string() }).nullable(),
  reason: z.string().nullable(),
  licenses: z.array(license),
});
const order = z.object({
  id: z.string(),
  state: z.string(),
  label: z.string().nullable(),
  external_id: z.string(),
  items: z.array(item),
});
const event = z.object({ id: z.string(), state: z.string(), order_id: z.string().nullable() });
const replayed = z.object({ changes: z.array(z.unknown()), dry_run: z.boolean() });
const licenses = z.object({ items: z.array(license) });

export type ShownItem = z.output<typeof item>;
export type ShownOrder = z.output<typeof order>;
export type ShownEvent = z.output<typeof event>;

export interface DemoApi {
  order(id: string): Promise<ShownOrder>;
  event(id: string): Promise<ShownEvent>;
  licenses(): Promise<z.output<typeof licenses>['items']>;
  replay(eventId: string): Promise<z.output<typeof replayed>>;
}

/** @throws when the API answers with anything but what it promises */
export function makeDemoApi(url: string, key: string): DemoApi {
  async function call<T>(schema: z.ZodType<T>, path: string, body?: unknown): Promise<T> {
    const response = await fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${text}`);
    return schema.parse(JSON.parse(text));
  }
  return {
    order: (id) => call(order, `/v1/orders/${id}`),
    event: (id) => call(event, `/v1/events/${id}`),
    licenses: async () => (await call(licenses, '/v1/licenses?limit=200')).items,
    replay: (eventId) => call(replayed, `/v1/events/${eventId}/replay`, {}),
  };
}
