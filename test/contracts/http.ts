/**
 * The HTTP contract: what every door of Keyferry answers, on every runtime. It reads like the API's own page;
 * what only one runtime can show (sockets, a database that fails) is tested beside it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditAndLists } from './http-audit.ts';
import { catalogByHand } from './http-catalog.ts';
import { filesInCsv } from './http-csv.ts';
import {
  ADMIN_KEY,
  type Answered,
  type Client,
  client,
  type HttpDoor,
  sample,
  send,
  sign,
} from './http-house.ts';
import { jobs } from './http-jobs.ts';
import { licenseActs } from './http-licenses.ts';
import { ordersByHand } from './http-orders.ts';
import { parkedLines } from './http-parked.ts';
import { peopleByHand } from './http-people.ts';
import { reconciliations } from './http-reconciliations.ts';

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const LICENSE_KEY = expect.stringMatching(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);

/** @param make opens a house that holds what http-house.ts says */
export function httpContract(name: string, make: () => Promise<HttpDoor>): void {
  describe(`HTTP on ${name}`, () => {
    let door: HttpDoor;
    let api: Client;
    beforeAll(async () => {
      door = await make();
      api = client(door);
    });
    afterAll(() => door.close());

    describe('POST /webhooks/{source}', () => {
      test('answers 200 with our id of the event, and says when it was here before', async () => {
        const first = await send(door, 'stripe', 'one-time', 'first');
        expect(first.status).toBe(200);
        const { event, ...rest }: Answered = await first.json();
        expect(rest).toEqual({ received: true, duplicate: false });
        expect(event).toMatch(/^evt_/);

        const again = await send(door, 'stripe', 'one-time', 'first');
        expect(again.status).toBe(200);
        expect(await again.json()).toEqual({ received: true, event, duplicate: true });
      });

      test('a type that nobody reads is received all the same', async () => {
        expect((await send(door, 'stripe', 'unknown-type', 'odd')).status).toBe(200);
      });

      const refusals: readonly (readonly [string, string, RequestInit | 'signed wrong' | 'signed long ago', number, string, string])[] = [
        ['no signature', '/webhooks/stripe', { method: 'POST', body: '{}' }, 400, 'signature_missing', 'signature_lost'],
        ['a signature that is none', '/webhooks/stripe', { method: 'POST', body: '{}', headers: { 'stripe-signature': 'x' } }, 400, 'signature_malformed', 'signature_lost'],
        ['another secret', '/webhooks/stripe', 'signed wrong', 401, 'signature_wrong', 'secret_unknown'],
        ['a signature of yesterday', '/webhooks/stripe', 'signed long ago', 401, 'signature_stale', 'clock_off'],
        ['a source that is not there', '/webhooks/nobody', { method: 'POST', body: '{}' }, 404, 'source_unknown', 'path_unknown'],
        ['a source without its secret', '/webhooks/closed', { method: 'POST', body: '{}' }, 404, 'source_closed', 'secret_missing'],
        ['a slash too many', '/webhooks/stripe/', { method: 'POST', body: '{}' }, 404, 'source_unknown', 'path_unknown'],
        ['a name of JavaScript', '/webhooks/__proto__', { method: 'POST', body: '{}' }, 404, 'source_unknown', 'path_unknown'],
        ['a body over the limit', '/webhooks/stripe', { method: 'POST', body: 'x'.repeat(70_000) }, 413, 'body_too_large', 'body_too_large'],
      ]; // biome-ignore format: a table

      test.each(refusals)('%s at %s is refused', async (_what, path, how, status, code) => {
        const answer = await door.request(path, typeof how === 'string' ? await forged(how, door) : how);
        expect(answer.status).toBe(status);
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(await answer.json()).toMatchObject({
          code,
          status,
          type: `urn:keyferry:problem:${code}`,
          instance: path,
        });
      });

      test('what was refused is listed for people, each with what was most likely wrong', async () => {
        for (const [, path, how] of refusals)
          await door.request(path, typeof how === 'string' ? await forged(how, door) : how);
        const { items } = await api.get('/v1/refusals?limit=200');
        const told = items.map((it: Answered) => [
          `/webhooks/${it.source}`,
          it.reason.code,
          it.diagnosis.code,
        ]);
        for (const [, path, , , code, diagnosis] of refusals) {
          // All paths without a source are one list: of those in one second, one is kept.
          const where = code === 'source_unknown' ? expect.any(String) : path;
          expect(told).toContainEqual([where, code, diagnosis]);
        }
        expect(items[0]).toEqual({
          id: expect.stringMatching(/^ref_/),
          source: expect.any(String),
          known: expect.any(Boolean),
          at: ISO,
          reason: {
            code: expect.any(String),
            title: expect.any(String),
            hint: expect.any(String),
            detail: expect.any(String),
            retry: expect.any(String),
            stage: expect.any(String),
          },
          diagnosis: {
            code: expect.any(String),
            title: expect.any(String),
            certain: expect.any(Boolean),
            detail: expect.any(String),
            remedy: expect.any(String),
          },
        });
        const own = await api.get('/v1/refusals?source=closed');
        expect(own.items.length).toBeGreaterThan(0);
        expect(own.items.every((it: Answered) => it.source === 'closed' && it.known)).toBe(true);
        expect(JSON.stringify(items)).not.toMatch(/what was signed|of_the_http_contract|xxxx/);
      });

      test('a flood of wrong signatures leaves a handful in the list', async () => {
        const kept = async () => (await api.get('/v1/refusals?source=shopify')).items.length;
        const [before, since] = [await kept(), Date.now()];
        const wrong = await forged('signed wrong', door, 'shopify');
        const answers = await Promise.all(
          Array.from({ length: 200 }, async () => (await door.request('/webhooks/shopify', wrong)).status),
        );
        expect(new Set(answers)).toEqual(new Set([401]));
        expect((await kept()) - before).toBeLessThanOrEqual(2 + (Date.now() - since) / 1_000);
      });

      test('a signed body that is not an event is malformed', async () => {
        const { headers, body } = await sign('stripe', 'x', 'not json', door.now());
        const answer = await door.request('/webhooks/stripe', { method: 'POST', headers, body });
        const said: Answered = await answer.json();
        expect([answer.status, said.code]).toEqual([400, 'body_malformed']);
      });

      test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
        '%s is answered 405 with what is allowed',
        async (method) => {
          const answer = await door.request('/webhooks/stripe', { method });
          expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
        },
      );
    });

    describe('orders and licenses', () => {
      test('a paid checkout becomes an order with its license', async () => {
        const paid = await send(door, 'stripe', 'one-time', 'whole');
        const { event }: Answered = await paid.json();
        await door.settle();
        const { items, next_cursor } = await api.get('/v1/orders?external_id=cs_test_a1Keyferrywhole');
        expect(next_cursor).toBeNull();
        expect(items).toEqual([
          {
            id: expect.stringMatching(/^ord_/),
            source: 'stripe',
            account: '',
            external_id: 'cs_test_a1Keyferrywhole',
            label: null,
            refs: expect.arrayContaining(['cs_test_a1Keyferrywhole', 'pi_3Keyferrywhole']),
            state: 'issued',
            test: true,
            flags: [],
            customer: expect.objectContaining({ id: expect.stringMatching(/^cus_/), email: 'noor.veerman@example.com', name: 'Noor Veerman' }),
            items: [
              {
                line_id: expect.any(String),
                title: expect.any(String),
                quantity: 1,
                state: 'issued',
                rule: 'by metadata',
                product: 'acmepro',
                policy: 'perpetual',
                part: 'acmepro.0',
                refs: expect.any(Object),
                problem: null,
                reason: null,
                licenses: [expect.objectContaining({ key: LICENSE_KEY, state: 'active' })],
              },
            ],
            mapping_revision: expect.stringMatching(/^rev_/),
            currency: 'eur',
            total: expect.any(String),
            bought_at: ISO,
            created_at: ISO,
            updated_at: ISO,
          },
        ]); // biome-ignore format: the shape at one glance

        const [order] = items;
        const one = await api.get(`/v1/orders/${order.id}`);
        expect(one).toEqual({ ...order, timeline: [expect.any(Object)], timeline_truncated: false });
        expect(one.timeline[0]).toMatchObject({
          version: 1,
          at: ISO,
          cause: { by: 'events', events: [{ id: event, type: 'checkout.session.completed' }] },
          revision: { id: order.mapping_revision, number: 1 },
          changes: [{ change: 'issue', product: 'acmepro', rule: 'by metadata', state: 'active' }],
          change_count: 1,
        });
        expect(JSON.stringify(one.timeline)).not.toContain(order.items[0].licenses[0].key);
      });

      test('an order is found by any of its names', async () => {
        await send(door, 'stripe', 'one-time', 'named');
        await door.settle();
        const bySession = await api.get('/v1/orders?external_id=cs_test_a1Keyferrynamed');
        const byPayment = await api.get('/v1/orders?external_id=pi_3Keyferrynamed&source=stripe');
        expect(byPayment.items.map((it: Answered) => it.id)).toEqual(
          bySession.items.map((it: Answered) => it.id),
        );
        expect(bySession.items).toHaveLength(1);
        expect((await api.get('/v1/orders?external_id=pi_3Keyferrynamed&source=shopify')).items).toEqual([]);
      });

      test('a license shows every field, those that nobody set as null', async () => {
        await send(door, 'stripe', 'one-time', 'fields');
        await door.settle();
        const [order] = (await api.get('/v1/orders?external_id=cs_test_a1Keyferryfields')).items;
        const [license] = order.items[0].licenses;
        expect(license).toMatchObject({
          license_type: 'perpetual',
          max_activations: 2,
          features: ['export'],
          custom_fields: {},
          valid_until: null,
          is_floating: null,
          starts_at: ISO,
          reasons: [],
          unit: 0,
          generation: 0,
          replaced: false,
          order_id: order.id,
        });
        const { timeline } = await api.get(`/v1/orders/${order.id}`);
        expect(await api.get(`/v1/licenses/${license.id}`)).toEqual({
          ...license,
          overrides: null,
          timeline,
          timeline_truncated: false,
        });
        expect(Object.keys(license).slice(0, 8)).toEqual([
          'id',
          'key',
          'state',
          'license_type',
          'product',
          'policy',
          'valid_until',
          'max_activations',
        ]);
        const typed = license.key.toLowerCase().replaceAll('-', ' ');
        expect((await api.get(`/v1/licenses?key=${encodeURIComponent(typed)}`)).items).toEqual([license]);
        expect((await api.get(`/v1/licenses?order=${order.id}`)).items).toEqual([license]);
      });

      test('a bundle is one item for each product under the same line', async () => {
        await send(door, 'shopify', 'paid', 'bundle');
        await door.settle();
        const [order] = (await api.get('/v1/orders?source=shopify')).items;
        const [pro, ...suite] = order.items.filter((it: Answered) => it.state === 'issued');
        expect([pro.quantity, pro.licenses.length, pro.licenses[0].license_type]).toEqual([
          2,
          2,
          'time-limited',
        ]);
        expect(suite.map((it: Answered) => [it.product, it.line_id])).toEqual([
          ['acmepro', suite[0].line_id],
          ['acmecli', suite[0].line_id],
        ]);
      });

      test('a line without a rule is parked in sight, and issues once there is a rule', async () => {
        await send(door, 'shopify', 'unmapped', 'parked');
        await door.settle();
        const { items } = await api.get('/v1/parked?source=shopify');
        const line = items.find((it: Answered) => it.refs.sku === 'ACME-NEW-1');
        expect(line).toMatchObject({
          source: 'shopify',
          quantity: expect.any(Number),
          since: ISO,
          problem: { code: 'unmapped', title: 'No rule fits this line', hint: expect.any(String) },
        });
        expect(await api.get(`/v1/orders/${line.order_id}`)).toMatchObject({
          state: 'parked',
          items: [{ state: 'parked', problem: { code: 'unmapped' }, licenses: [] }],
        });
        const { last_problem } = (await api.get('/v1/sources')).items.find(
          (it: Answered) => it.name === 'shopify',
        );
        expect(last_problem).toMatchObject({ code: 'unmapped', order_id: line.order_id });

        const { mapping } = await api.get('/v1/mappings/shopify');
        const rules = [
          ...mapping.rules,
          { name: 'New', when: { sku: 'ACME-NEW-*' }, grant: { product: 'acmecli' } },
        ];
        const put = await api.call('PUT', '/v1/mappings/shopify', { mapping: { ...mapping, rules } });
        expect([put.status, put.body.origin, put.body.revision]).toEqual([200, 'api', 2]);
        await door.settle();
        expect(await api.get(`/v1/orders/${line.order_id}`)).toMatchObject({
          state: 'issued',
          mapping_revision: put.body.id,
        });
        expect((await api.get('/v1/parked?source=shopify')).items).toEqual([]);
      });

      test('a refund that a person must judge is an open review, and the licenses stay', async () => {
        await send(door, 'shopify', 'paid', 'review');
        await send(door, 'shopify', 'refund-unit', 'review');
        await door.settle();
        const { items } = await api.get('/v1/reviews?source=shopify');
        expect(items).toContainEqual({
          id: expect.stringMatching(/^ord_\w+\.[\w-]+$/),
          order_id: expect.stringMatching(/^ord_/),
          external_id: expect.any(String),
          source: 'shopify',
          account: expect.any(String),
          name: expect.any(String),
          state: 'open',
          act: 'take_units',
          title: expect.stringContaining('refunded'),
          cause: expect.stringMatching(/^\d+$/),
          line_id: expect.any(String),
          changes: [expect.objectContaining({ change: 'revoke', unit: 1, state: 'revoked', from: { state: 'active', reasons: [] } })],
          change_count: 1,
          since: ISO,
          decided_at: null,
          decided_by: null,
        }); // biome-ignore format: the shape at one glance
        expect(await api.get(`/v1/reviews/${items[0].id}`)).toEqual(items[0]);
        const order = await api.get(`/v1/orders/${items[0].order_id}`);
        const states = order.items.flatMap((it: Answered) => it.licenses.map((one: Answered) => one.state));
        expect([states.length, new Set(states)]).toEqual([4, new Set(['active'])]);
      });

      test('a review is accepted or declined with one call, which is final; the story tells who did it', async () => {
        const review = async (seed: string): Promise<Answered> => {
          await send(door, 'shopify', 'paid', seed);
          await door.settle();
          const { event }: Answered = await (await send(door, 'shopify', 'refund-unit', seed)).json();
          await door.settle();
          const { order_id } = await api.get(`/v1/events/${event}`);
          return (await api.get(`/v1/reviews?order=${order_id}`)).items[0];
        };
        const one = await review('accept');
        const accepted = await api.call('POST', `/v1/reviews/${one.id}/accept`, { note: 'as agreed' });
        const view = { ...one, state: 'accepted', decided_at: ISO, decided_by: expect.any(String) };
        expect([accepted.status, accepted.body]).toEqual([200, { ...view, made: one.changes }]);
        expect((await api.call('POST', `/v1/reviews/${one.id}/accept`)).body).toEqual(accepted.body);
        const [change] = one.changes;
        const license = await api.get(`/v1/licenses/${change.license_id}`);
        expect(license).toMatchObject({ state: 'revoked', reasons: change.reasons });
        expect(license.timeline).toMatchObject([
          { cause: { by: 'events' }, changes: [{ change: 'issue' }] },
          {
            cause: { by: 'person', act: `accept review ${one.name}`, note: 'as agreed' },
            changes: [change],
          },
        ]);

        const two = await review('decline');
        const declined = await api.call('POST', `/v1/reviews/${two.id}/decline`, {});
        expect([declined.status, declined.body.state, declined.body.made]).toEqual([200, 'declined', []]);
        expect((await api.get(`/v1/licenses/${two.changes[0].license_id}`)).state).toBe('active');
        for (const [it, how] of [
          [one, 'decline'],
          [two, 'accept'],
        ] as const) {
          const { status, body } = await api.call('POST', `/v1/reviews/${it.id}/${how}`);
          expect([status, body.code]).toEqual([409, 'review_decided']);
        }
        const listed = async (state: string) =>
          (await api.get(`/v1/reviews?state=${state}`)).items.map(({ id }: Answered) => id);
        expect(await listed('accepted')).toContain(one.id);
        expect(await listed('declined')).toContain(two.id);
        expect(await listed('open')).not.toContain(one.id);
        const nobody = await api.call('POST', `/v1/reviews/${one.id}x/accept`);
        expect([nobody.status, nobody.body.code]).toEqual([404, 'review_gone']);
      });

      test('a customer is there with what was bought', async () => {
        await send(door, 'stripe', 'one-time', 'buyer');
        await door.settle();
        const [customer] = (await api.get('/v1/customers?email=Noor.Veerman@example.com')).items;
        expect(customer).toMatchObject({ email: 'noor.veerman@example.com', created_at: ISO });
        expect(await api.get(`/v1/customers/${customer.id}`)).toEqual(customer);
        const byId = await api.get(`/v1/orders?customer=${customer.id}`);
        const byEmail = await api.get('/v1/orders?customer=noor.veerman@example.com');
        expect(byId.items.length).toBeGreaterThan(0);
        expect(byEmail).toEqual(byId);
      });
    });

    licenseActs(() => ({ door, api }));

    auditAndLists(() => ({ door, api }));

    describe('events', () => {
      test('an event tells what became of it, and one by one also its body', async () => {
        const { body } = await sample('stripe', 'one-time', 'told', door.now());
        const sent: Answered = await (await send(door, 'stripe', 'one-time', 'told')).json();
        expect((await api.get(`/v1/events/${sent.event}`)).state).toBe('received');
        await door.settle();
        const whole = await api.get(`/v1/events/${sent.event}`);
        const { headers, body: text, answers, ...event } = whole;
        expect(event).toEqual({
          id: sent.event,
          source: 'stripe',
          account: '',
          type: 'checkout.session.completed',
          key: 'evt_1Keyferryonetimetold',
          state: 'done',
          mode: 'test',
          problem: null,
          attempts: 1,
          created_at: ISO,
          received_at: ISO,
          due_at: null,
          order_id: expect.stringMatching(/^ord_/),
        });
        expect([headers, text, answers]).toEqual([{}, new TextDecoder().decode(body), []]);
        expect((await api.get(`/v1/events?order=${event.order_id}`)).items).toEqual([event]);
      });

      test('one that is ignored says why', async () => {
        const sent: Answered = await (await send(door, 'stripe', 'unknown-type', 'why')).json();
        await door.settle();
        expect(await api.get(`/v1/events/${sent.event}`)).toMatchObject({
          state: 'ignored',
          problem: {
            code: 'type_unknown',
            title: expect.any(String),
            hint: expect.any(String),
            detail: expect.any(String),
            retry: 'after-change',
            stage: 'normalize',
          },
        });
      });

      test('one of the other mode changes nothing, and the source tells it', async () => {
        const sent: Answered = await (await send(door, 'stripe', 'one-time', 'lively', 'live')).json();
        await door.settle();
        expect(await api.get(`/v1/events/${sent.event}`)).toMatchObject({
          state: 'ignored',
          mode: 'live',
          order_id: null,
          problem: { code: 'mode_mismatch', detail: 'a live event at a source of mode test' },
        });
        expect((await api.get('/v1/orders?external_id=cs_live_a1Keyferrylively')).items).toEqual([]);
        const { items } = await api.get('/v1/sources');
        expect(items.find((it: Answered) => it.name === 'stripe').flags).toContainEqual({
          code: 'mode_mismatch',
          count: 1,
          last_at: ISO,
          detail: 'a live event at a source of mode test',
          title: expect.any(String),
          hint: expect.any(String),
        });
      });

      test('a refund that overtakes its order waits, and says until when', async () => {
        const sent: Answered = await (await send(door, 'shopify', 'refund-unit', 'early')).json();
        await door.settle();
        const waiting = await api.get('/v1/events?state=waiting&source=shopify');
        expect(waiting.items.find((it: Answered) => it.id === sent.event)).toMatchObject({
          problem: { code: 'sale_unknown' },
          due_at: ISO,
          order_id: null,
        });
      });
    });

    describe('replay', () => {
      test('what was done already changes nothing, with or without a body', async () => {
        const sent: Answered = await (await send(door, 'stripe', 'one-time', 'replayed')).json();
        await door.settle();
        for (const body of [undefined, {}, { dry_run: true }]) {
          const { status, body: answer } = await api.call('POST', `/v1/events/${sent.event}/replay`, body);
          expect([status, answer]).toEqual([
            200,
            {
              changes: [],
              dry_run: body?.dry_run ?? false,
              state: 'done',
              problem: null,
              order_id: expect.stringMatching(/^ord_/),
            },
          ]);
        }
      });

      test('a dry run says what would be issued, names no key, and issues nothing', async () => {
        const sent: Answered = await (await send(door, 'stripe', 'one-time', 'dry')).json();
        const { body } = await api.call('POST', `/v1/events/${sent.event}/replay`, { dry_run: true });
        expect(body).toMatchObject({
          dry_run: true,
          state: 'done',
          changes: [{ change: 'issue', product: 'acmepro', starts_at: ISO, valid_until: null }],
        });
        expect(body.changes[0]).not.toHaveProperty('key');
        expect(body.changes[0]).not.toHaveProperty('license_id');
        expect((await api.get('/v1/orders?external_id=cs_test_a1Keyferrydry')).items).toEqual([]);

        const wet = await api.call('POST', `/v1/events/${sent.event}/replay`);
        expect(wet.body).toMatchObject({ dry_run: false, changes: [{ change: 'issue', key: LICENSE_KEY }] });
        expect((await api.get(`/v1/licenses?key=${wet.body.changes[0].key}`)).items).toHaveLength(1);
      });

      test('an event that is not there is not found; an unknown option is named', async () => {
        expect((await api.call('POST', '/v1/events/evt_none/replay')).status).toBe(404);
        const { status, body } = await api.call('POST', '/v1/events/evt_none/replay', {
          dryrun: true,
          remap: 'yes',
        });
        expect(status).toBe(422);
        expect(body.errors.map((it: Answered) => it.path).sort()).toEqual(['body.dryrun', 'body.remap']);
      });
    });

    describe('mappings', () => {
      test('a source shows its mapping, its catalog and where they came from', async () => {
        expect(await api.get('/v1/mappings/stripe')).toMatchObject({
          id: expect.stringMatching(/^rev_/),
          source: 'stripe',
          revision: 1,
          origin: 'file',
          created_at: ISO,
          mapping: { integration: 'stripe', settings: { webhook_secrets: ['$STRIPE_WEBHOOK_SECRET'] } },
          catalog: { products: [{ code: 'acmepro' }, { code: 'acmecli' }] },
        });
        expect((await api.get('/v1/mappings')).items.map((it: Answered) => it.source)).toEqual([
          'closed',
          'manual',
          'shopify',
          'stripe',
        ]);
        expect(
          (await api.get('/v1/mappings/stripe/revisions')).items.map((it: Answered) => it.revision),
        ).toEqual([1]);
        expect((await api.call('GET', '/v1/mappings/nobody')).status).toBe(404);
      });

      test('a faulty mapping is refused with every error and its place', async () => {
        const mapping = {
          integration: 'stripe',
          mode: 'tset',
          rules: [{ when: {}, grant: { product: 'acmepor' } }],
        };
        const { status, body } = await api.call('PUT', '/v1/mappings/stripe', { mapping });
        expect([status, body.code]).toEqual([422, 'config_invalid']);
        expect(body.errors.length).toBeGreaterThan(1);
        expect(body.errors[0]).toEqual({
          file: expect.any(String),
          path: expect.any(String),
          message: expect.any(String),
          remedy: expect.any(String),
        });
        expect((await api.get('/v1/mappings/stripe')).revision).toBe(1);
      });

      test('explain tells which rule decides, with the mapping that runs or one that is only tried', async () => {
        const sent: Answered = await (await send(door, 'stripe', 'one-time', 'explained')).json();
        const { body: now } = await api.call('POST', '/v1/mappings/stripe/explain', { event: sent.event });
        expect(now.lines).toMatchObject([
          { line_id: expect.any(String), quantity: 1, rule: 'by metadata', outcome: { is: 'granted' } },
        ]);

        const { mapping } = await api.get('/v1/mappings/stripe');
        const tried = { event: sent.event, mapping: { ...mapping, rules: [] } };
        const { body: then } = await api.call('POST', '/v1/mappings/stripe/explain', tried);
        expect(then.lines).toMatchObject([
          { rule: null, outcome: { is: 'parked', problem: { code: 'unmapped', title: expect.any(String) } } },
        ]);
        expect((await api.get('/v1/mappings/stripe')).revision).toBe(1);
        expect((await api.call('POST', '/v1/mappings/shopify/explain', { event: sent.event })).status).toBe(
          404,
        );
      });
    });

    describe('customers from before', () => {
      const waiting = async (name: string) =>
        (await api.get('/v1/adoptions?source=stripe&limit=200')).items.filter(
          (it: Answered) => it.name === name,
        );

      test('a key that was given out waits for its sale, and is then its license’s; said again, it changes nothing', async () => {
        const { body } = await sample('stripe', 'one-time', 'adopted', door.now());
        const { id } = JSON.parse(new TextDecoder().decode(body)).data.object;
        const keys = [{ name: id, key: 'OLD {key} 1' }];
        const taken = await api.call('POST', '/v1/adoptions', { source: 'stripe', keys });
        expect([taken.status, taken.body.keys]).toEqual([200, { stored: 1, known: 0, refused: [] }]);
        expect(await waiting(id)).toMatchObject([
          { key: 'OLD {key} 1', line: null, product: null, account: '' },
        ]);

        await send(door, 'stripe', 'one-time', 'adopted');
        await door.settle();
        const { items } = await api.get(`/v1/licenses?key=${encodeURIComponent('OLD {key} 1')}`);
        const { items: orders } = await api.get(`/v1/orders?external_id=${id}`);
        const { bought_at } = orders[0];
        expect(items).toMatchObject([
          { order_id: orders[0].id, starts_at: bought_at, created_at: bought_at },
        ]);
        expect(await waiting(id)).toEqual([]);

        const again = await api.call('POST', '/v1/adoptions', { source: 'stripe', keys });
        expect(again.body.keys).toEqual({ stored: 0, known: 1, refused: [] });
        const other = [
          { name: id, key: 'ANOTHER' },
          { name: 'cs_not_it', key: 'OLD {key} 1' },
        ];
        const refused = await api.call('POST', '/v1/adoptions', { source: 'stripe', keys: other });
        expect(refused.body.keys).toMatchObject({ stored: 0, known: 0, refused: [{ row: 0 }, { row: 1 }] });
      });

      test('one that no license has is taken out by its id', async () => {
        await api.call('POST', '/v1/adoptions', { source: 'stripe', keys: [{ name: 'cs_x', key: 'X' }] });
        const [{ id }] = await waiting('cs_x');
        expect((await api.call('DELETE', `/v1/adoptions/${id}`)).body).toEqual({ id, dropped: true });
        expect(await waiting('cs_x')).toEqual([]);
      });

      test('a shop is not asked before the mapping says which of its sales are old', async () => {
        const { status, body } = await api.call('POST', '/v1/adoptions', {
          source: 'stripe',
          from: '2025-01-01',
        });
        expect([status, body.code]).toEqual([409, 'sold_since_missing']);
      });
    });

    ordersByHand(() => ({ api, door }));
    jobs(() => ({ api, door }));
    reconciliations(() => ({ api, door }));

    parkedLines(() => ({ api, door }));
    peopleByHand(() => ({ api, door }));

    describe('sources', () => {
      test('each door says whether it is open and why not', async () => {
        const { items } = await api.get('/v1/sources');
        expect(
          items.map((it: Answered) => [it.name, it.integration, it.mode, it.open, it.webhook_path]),
        ).toEqual([
          ['closed', 'stripe', 'test', false, '/webhooks/closed'],
          ['shopify', 'shopify', 'test', true, '/webhooks/shopify'],
          ['stripe', 'stripe', 'test', true, '/webhooks/stripe'],
        ]);
        expect(items[0].problem).toMatchObject({
          code: 'source_closed',
          detail: expect.stringContaining('NOBODY_SET_THIS'),
        });
        expect(items[0].last_event_at).toBeNull();
      });

      test('a wrong signature raises a flag on the source', async () => {
        await door.request('/webhooks/shopify', await forged('signed wrong', door, 'shopify'));
        const { items } = await api.get('/v1/sources');
        const { flags } = items.find((it: Answered) => it.name === 'shopify');
        expect(flags).toContainEqual({
          code: 'signature_wrong',
          count: expect.any(Number),
          last_at: ISO,
          detail: expect.any(String),
          title: expect.any(String),
          hint: expect.any(String),
        });
      });
    });

    describe('accounts and customers', () => {
      /** Of those who bought in this shop: who was made by hand meanwhile has no order. */
      // By the sale itself: one that waited before may become the newest order meanwhile.
      const buyerOf = async (seed: string): Promise<Answered> =>
        (await api.get(`/v1/orders?external_id=cs_test_a1Keyferry${seed}`)).items[0].customer;

      test('an account is made by a person, and a customer put into it and taken out again', async () => {
        const made = await api.call('POST', '/v1/accounts', { name: 'Acme Reseller' });
        expect([made.status, made.body]).toEqual([
          201,
          { id: expect.stringMatching(/^acc_/), name: 'Acme Reseller', created_at: ISO },
        ]);
        expect(await api.get(`/v1/accounts/${made.body.id}`)).toEqual(made.body);
        expect((await api.get('/v1/accounts')).items).toContainEqual(made.body);

        await send(door, 'stripe', 'one-time', 'member');
        await door.settle();
        const customer = await buyerOf('member');
        expect(customer).toMatchObject({ account_id: null, account: null });
        const path = `/v1/customers/${customer.id}`;

        const { id } = made.body;
        const put = await api.call('PATCH', path, { account_id: id });
        const member = { ...customer, account_id: id, account: { id, name: 'Acme Reseller' } };
        expect([put.status, put.body]).toEqual([200, member]);
        expect(await api.get(path)).toEqual(member);
        expect((await api.get(`/v1/customers?account=${id}`)).items).toEqual([member]);
        const [order] = (await api.get(`/v1/orders?customer=${customer.id}`)).items;
        expect(order.customer).toEqual(member);

        const out = await api.call('PATCH', path, { account_id: null });
        expect([out.status, out.body]).toEqual([200, customer]);
      });

      test('what a person writes of a customer stays when the shop says it otherwise again', async () => {
        await send(door, 'stripe', 'one-time', 'corrected');
        await door.settle();
        const customer = await buyerOf('corrected');
        const { account, account_id, email, ...rest } = customer;
        const change = { name: 'Noor V.', company: 'Veerman Ltd', phone: '+31 20 000 0000' };
        const { body } = await api.call('PATCH', `/v1/customers/${customer.id}`, change);
        expect(body).toEqual({ account, account_id, email, ...rest, ...change });

        await send(door, 'stripe', 'one-time', 'corrected again');
        await door.settle();
        expect(await api.get(`/v1/customers/${customer.id}`)).toEqual(body);
        // Nothing said, nothing changed.
        expect((await api.call('PATCH', `/v1/customers/${customer.id}`, {})).body).toEqual(body);
      });

      const refusals: readonly (readonly [string, string, string, unknown, number, string | null])[] = [
        ['an account without a name', 'POST', '/v1/accounts', {}, 422, 'body.name'],
        ['a blank name', 'POST', '/v1/accounts', { name: '  ' }, 422, 'body.name'],
        ['a name of two lines', 'POST', '/v1/accounts', { name: 'a\nb' }, 422, 'body.name'],
        ['a field that accounts have not', 'POST', '/v1/accounts', { name: 'a', nmae: 'b' }, 422, 'body.nmae'],
        ['an account that is not there', 'PATCH', '/v1/customers/CUSTOMER', { account_id: 'acc_none' }, 422, 'body.account_id'],
        ['an email, which stays', 'PATCH', '/v1/customers/CUSTOMER', { email: 'a@example.com' }, 422, 'body.email'],
        ['a number for a phone', 'PATCH', '/v1/customers/CUSTOMER', { phone: 31 }, 422, 'body.phone'],
        ['a customer who is not there', 'PATCH', '/v1/customers/cus_none', { name: 'a' }, 404, null],
        ['a customer who is not there, in an account that is not', 'PATCH', '/v1/customers/cus_none', { account_id: 'acc_none' }, 404, null],
      ]; // biome-ignore format: a table

      test.each(refusals)('%s is refused', async (_what, method, path, body, status, place) => {
        await send(door, 'stripe', 'one-time', 'refused');
        await door.settle();
        const customer = await buyerOf('refused');
        const answer = await api.call(method, path.replace('CUSTOMER', customer.id), body);
        const [first] = answer.body.errors ?? [];
        expect([answer.status, first?.path ?? null]).toEqual([status, place]);
        expect(await api.get(`/v1/customers/${customer.id}`)).toEqual(customer);
      });

      test('writing takes the scope `issue`', async () => {
        const { body } = await api.call('POST', '/v1/api-keys', { name: 'reader', scopes: ['read'] });
        const reader = client(door, body.key);
        expect((await reader.call('GET', '/v1/accounts')).status).toBe(200);
        for (const [method, path] of [
          ['POST', '/v1/accounts'],
          ['PATCH', '/v1/customers/cus_none'],
        ] as const) {
          const refused = await reader.call(method, path, { name: 'a' });
          expect([refused.status, refused.body.detail]).toEqual([403, expect.stringContaining('issue')]);
        }
      });
    });

    describe('keys', () => {
      test('a key is shown once, opens what its scope allows, and is revoked', async () => {
        const made = await api.call('POST', '/v1/api-keys', { name: 'shop console' });
        expect([made.status, made.body]).toEqual([
          201,
          expect.objectContaining({
            name: 'shop console',
            scopes: ['read'],
            key: expect.stringMatching(/^kf_[a-z2-7]{40}$/),
            expires_at: null,
            revoked_at: null,
          }),
        ]);
        const { key, ...shown } = made.body;
        expect((await api.get('/v1/api-keys')).items).toContainEqual(shown);

        const reader = client(door, key);
        expect((await reader.call('GET', '/v1/orders')).status).toBe(200);
        const refused = await reader.call('POST', '/v1/events/evt_none/replay');
        expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
          403,
          'scope_missing',
          expect.stringContaining('operate'),
        ]);

        const revoked = await api.call('DELETE', `/v1/api-keys/${shown.id}`);
        expect([revoked.status, revoked.body.revoked_at]).toEqual([200, ISO]);
        expect((await reader.call('GET', '/v1/orders')).status).toBe(401);
      });

      test.each([
        ['no header', undefined],
        ['another scheme', `Basic ${btoa(`x:${ADMIN_KEY}`)}`],
        ['no key', 'Bearer '],
        ['an unknown key', 'Bearer kf_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
        ['half of the key', `Bearer ${ADMIN_KEY.slice(0, 20)}`],
      ])('%s is refused with 401', async (_what, authorization) => {
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
        const answer = await door.request('/v1/orders', { headers });
        expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
          401,
          expect.stringMatching(/^Bearer realm="keyferry"/),
        ]);
        expect(await answer.json()).toMatchObject({ code: 'key_missing', status: 401 });
      });
    });

    describe('everywhere', () => {
      test.each([
        ['GET', '/', 404],
        ['GET', '/v1/nothing', 404],
        ['GET', '/v1/orders/ord_none', 404],
        ['GET', '/v1/licenses/lic_none', 404],
        ['GET', '/v1/events/evt_none', 404],
        ['GET', '/v1/customers/cus_none', 404],
        ['GET', '/v1/accounts/acc_none', 404],
        ['DELETE', '/v1/accounts', 405],
        ['DELETE', '/v1/api-keys/key_none', 404],
        ['DELETE', '/v1/orders', 405],
        ['POST', '/healthz', 405],
      ])('%s %s is a problem with status %i', async (method, path, status) => {
        const answer = await api.call(method, path);
        expect(answer.status).toBe(status);
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(answer.body).toEqual({
          type: expect.stringMatching(/^urn:/),
          title: expect.any(String),
          status,
          code: expect.any(String),
          detail: expect.any(String),
          hint: expect.any(String),
          instance: path,
        });
        if (status === 405) expect(answer.headers.get('allow')).toMatch(/GET/);
      });

      test('HEAD is answered like GET, without a body', async () => {
        const answer = await door.request('/v1/orders', {
          method: 'HEAD',
          headers: { authorization: `Bearer ${ADMIN_KEY}` },
        });
        expect([answer.status, await answer.text()]).toEqual([200, '']);
      });

      test.each(['/healthz', '/metrics', '/v1/orders', '/nowhere', '/webhooks/stripe'])(
        '%s may be neither sniffed nor kept',
        async (path) => {
          const { headers } = await door.request(path);
          expect([headers.get('x-content-type-options'), headers.get('cache-control')]).toEqual([
            'nosniff',
            'no-store',
          ]);
        },
      );

      test('Prometheus reads how things stand, through a proxy with a key only', async () => {
        const through = { 'x-forwarded-for': '203.0.113.9' };
        const keyed = { ...through, authorization: `Bearer ${ADMIN_KEY}` };
        expect((await door.request('/metrics', { headers: through })).status).toBe(401);
        const answer = await door.request('/metrics', { headers: keyed });
        expect([answer.status, answer.headers.get('content-type')]).toEqual([
          200,
          'text/plain; version=0.0.4; charset=utf-8',
        ]);
        const text = await answer.text();
        expect(text).toMatch(/^keyferry_database_up 1$/m);
        expect(text).toMatch(/^keyferry_queue_depth \d+$/m);
        expect(text).toMatch(/^keyferry_source_open\{source="closed"\} 0$/m);
      });

      test('the process is alive and ready, and the closed source makes it no less so', async () => {
        expect(await (await door.request('/healthz')).json()).toEqual({
          status: 'ok',
          version: expect.any(String),
        });
        const ready = await door.request('/readyz');
        expect([ready.status, await ready.json()]).toEqual([
          200,
          {
            ready: true,
            database: 'ok',
            sources_open: 2,
            sources_closed: 1,
            oldest_due_ms: expect.any(Number),
            shops: {
              stripe: { state: 'closed', until: null },
              shopify: { state: 'closed', until: null },
              closed: { state: 'closed', until: null },
            },
          },
        ]);
      });
    });

    catalogByHand(() => ({ api, door }));
    filesInCsv(() => ({ api, door }));
  });
}

async function forged(
  how: 'signed wrong' | 'signed long ago',
  door: HttpDoor,
  source = 'stripe',
): Promise<RequestInit> {
  const day = 24 * 3_600_000;
  const { headers, body } = await sample(
    source,
    source === 'stripe' ? 'one-time' : 'paid',
    'forged',
    how === 'signed wrong' ? door.now() : door.now() - day,
  );
  const other = how === 'signed wrong' ? new TextEncoder().encode('{"not":"what was signed"}') : body;
  return { method: 'POST', headers, body: other };
}
