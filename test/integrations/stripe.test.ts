import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { SHAPES } from '../../integrations/stripe/answers.ts';
import { stripe } from '../../integrations/stripe/index.ts';
import { canonical } from '../../src/core/json.ts';
import type { Digest } from '../../src/core/ports.ts';
import { codeOf } from '../fakes/stripe-sessions.ts';

const AT = Date.UTC(2026, 10, 2, 10, 0, 0);
const digest: Digest = {
  hmacSha256: (secret, ...parts) => {
    const mac = createHmac('sha256', secret);
    for (const part of parts) mac.update(part);
    return mac.digest();
  },
  sha256: () => {
    throw new Error('Stripe needs no bare digest');
  },
};

describe('settings', () => {
  test.each([
    ['one secret as text', { webhook_secrets: 'whsec_a' }, { webhook_secrets: ['whsec_a'] }],
    [
      'several secrets',
      { webhook_secrets: ['whsec_a', 'whsec_b'] },
      { webhook_secrets: ['whsec_a', 'whsec_b'] },
    ],
    [
      'everything',
      { webhook_secrets: ['whsec_a'], api_key: 'rk_test_a', api_base: 'http://127.0.0.1:12111' },
      { webhook_secrets: ['whsec_a'], api_key: 'rk_test_a', api_base: 'http://127.0.0.1:12111' },
    ],
  ])('%s', (_, input, output) => {
    expect(stripe.settings.parse(input)).toEqual(output);
  });

  test('errors name their place and the remedy, all at once, and never the secret', () => {
    const read = stripe.settings.safeParse({
      webhook_secrets: ['whsec_fine', 'whsec_copied\n', '  '],
      api_key: 'rk_test copied',
      api_base: 'https://proxy.example/stripe',
      webhook_secret: 'x',
    });
    expect(read.error?.issues.map((it) => `${it.path.join('.')}: ${it.message}`)).toMatchInlineSnapshot(`
      [
        "webhook_secrets.1: the secret starts or ends with white space (a line break copied along?): remove it",
        "webhook_secrets.2: the secret is blank",
        "api_key: an API key has no white space: copy it again (\`rk_…\`)",
        "api_base: only scheme, host and port can be set here, for example http://127.0.0.1:12111",
        ": Unrecognized key: "webhook_secret"",
      ]
    `);
    expect(JSON.stringify(read.error)).not.toContain('whsec_copied');
  });

  test.each([
    [{}, 'expected a signing secret (whsec_…) or a list of them'],
    [{ webhook_secrets: [] }, 'at least one secret is needed'],
    [{ webhook_secrets: '' }, 'the secret is blank'],
    [{ webhook_secrets: 'whsec_a\nb' }, 'a line break or another control character'],
    [{ webhook_secrets: 'a', api_key: 'rk_a\nb' }, 'an API key has no white space'],
    [{ webhook_secrets: 7 }, 'expected a signing secret (whsec_…) or a list of them'],
    [{ webhook_secrets: 'a', api_base: 'ftp://x' }, 'not an http(s) URL'],
    [{ webhook_secrets: 'a', api_base: 'http://me:pw@x' }, 'only scheme, host and port'],
    [{ webhook_secrets: 'a', api_key: '' }, 'an API key has no white space'],
  ])('%j is refused', (input, message) => {
    const issues = stripe.settings.safeParse(input).error?.issues ?? [];
    expect(issues.map((it) => it.message).join()).toContain(message);
  });

  test('editors learn what each field means and which ones are secret', () => {
    const schema = z.toJSONSchema(stripe.settings, { io: 'input' });
    const marks = Object.entries(schema.properties ?? {}).map(([name, it]) =>
      typeof it === 'object' ? [name, it.secret === true, typeof it.description] : [name],
    );
    expect(marks).toEqual([
      ['webhook_secrets', true, 'string'],
      ['api_key', true, 'string'],
      ['api_base', false, 'string'],
    ]);
    expect(schema.additionalProperties).toBe(false);
  });

  test('send signs with the first secret that verify tries', () => {
    expect(stripe.secrets(stripe.settings.parse({ webhook_secrets: ['whsec_a', 'whsec_b'] }))).toEqual([
      'whsec_a',
      'whsec_b',
    ]);
  });
});

describe('samples', () => {
  const settings = stripe.settings.parse({ webhook_secrets: 'whsec_sample' });

  async function reading(name: string, seed = 's1') {
    const made = stripe.samples.find((it) => it.name === name)?.make(AT, seed);
    if (!made) throw new Error(`no sample ${name}`);
    const body = new TextEncoder().encode(made.body);
    const headers = await stripe.sign(made.type, body, 'whsec_sample', AT, digest);
    const signature = headers['stripe-signature'] ?? '';
    const event = await stripe.verify(
      { header: (it) => headers[it], body, received_at: AT },
      settings,
      digest,
    );
    if (!event.ok) throw new Error(event.problem.code);
    const { key, type, account, created_at } = event.value;
    const stored = { id: `ev_${name}`, source: 'stripe', received_at: AT, key, type, account, created_at };
    return {
      made,
      signature,
      event: event.value,
      is: stripe.normalize({ ...stored, headers: {}, body }, []),
    };
  }

  test.each([
    ['one-time', 'facts'],
    ['zero-total', 'facts'],
    ['delayed-unpaid', 'facts'],
    ['delayed-paid', 'facts'],
    ['delayed-failed', 'facts'],
    ['payment-link', 'facts'],
    ['setup', 'not_a_sale'],
    ['subscription', 'facts'],
    ['subscription-created', 'facts'],
    ['subscription-paid', 'facts'],
    ['renewal', 'facts'],
    ['seats', 'facts'],
    ['past-due', 'facts'],
    ['cancel-later', 'facts'],
    ['canceled', 'facts'],
    ['refund', 'facts'],
    ['refund-part', 'facts'],
    ['charge-refunded', 'facts'],
    ['dispute', 'facts'],
    ['dispute-won', 'facts'],
    ['dispute-lost', 'facts'],
    ['unknown-type', 'type_unknown'],
    ['thin', 'api_key_needed'],
  ])('%s is signed so that Stripe’s library accepts it, and read as %s', async (name, outcome) => {
    const { made, signature, event, is } = await reading(name);
    const library = new Stripe('rk_test_unused');
    const theirs = made.type.startsWith('v1.')
      ? await library.parseEventNotificationAsync(made.body, signature, 'whsec_sample', 300, undefined, AT)
      : await library.webhooks.constructEventAsync(made.body, signature, 'whsec_sample', 300, undefined, AT);
    expect(theirs).toMatchObject({ id: event.key, type: made.type, livemode: false });
    expect(event).toMatchObject({ type: made.type, mode: 'test', created_at: AT });
    expect(codeOf(is)).toBe(outcome);
  });

  test('there is no sample beside these', () => {
    expect(stripe.samples.map((it) => it.name).sort()).toMatchInlineSnapshot(`
      [
        "cancel-later",
        "canceled",
        "charge-refunded",
        "delayed-failed",
        "delayed-paid",
        "delayed-unpaid",
        "dispute",
        "dispute-lost",
        "dispute-won",
        "one-time",
        "past-due",
        "payment-link",
        "refund",
        "refund-part",
        "renewal",
        "seats",
        "setup",
        "subscription",
        "subscription-created",
        "subscription-paid",
        "thin",
        "unknown-type",
        "zero-total",
      ]
    `);
  });

  test('the same seed is the same session with other events; another seed another sale', async () => {
    const creates = async (name: string, seed: string) => {
      const { is, event } = await reading(name, seed);
      return { sale: is.is === 'facts' ? is.creates : null, key: event.key };
    };
    const unpaid = await creates('delayed-unpaid', 'one');
    const paid = await creates('delayed-paid', 'one');
    const other = await creates('delayed-paid', 'two');
    expect(paid.sale).toBe(unpaid.sale);
    expect(paid.key).not.toBe(unpaid.key);
    expect(other.sale).not.toBe(paid.sale);
    expect(other.key).not.toBe(paid.key);
  });

  test('every id carries the seed', async () => {
    for (const { make } of stripe.samples) {
      const { body } = make(AT, 'seed42');
      const ids = body.match(/"(?:evt|cs_test|pi|ch|re|dp|cus|sub|si|in|il|seti)_[^"]*"/g) ?? [];
      expect(ids.length).toBeGreaterThan(0);
      expect(ids.filter((id) => !id.includes('seed42'))).toEqual([]);
    }
  });

  test.each<[string, string[], string[]]>([
    ['subscription', ['subscription-created', 'seats', 'past-due', 'cancel-later', 'canceled'], []],
    ['subscription', [], ['subscription-paid', 'renewal']],
    ['one-time', [], ['refund', 'refund-part', 'charge-refunded', 'dispute', 'dispute-won', 'dispute-lost']],
  ])('what follows %s with the same seed is of the same sale', async (first, same, led) => {
    const { is } = await reading(first);
    if (is.is !== 'facts' || is.creates === null) throw new Error('no sale');
    const names = [is.creates, ...is.refs];
    for (const name of [...same, ...led]) {
      const { is: later } = await reading(name);
      if (later.is !== 'facts') throw new Error(name);
      expect([name, later.creates]).toEqual([name, same.includes(name) ? is.creates : null]);
      const leads = [later.creates, ...later.refs].some((it) => it !== null && names.includes(it));
      expect([name, leads]).toEqual([name, true]);
    }
  });

  test('a sample is the same whenever it is made of the same time and seed', () => {
    for (const { make } of stripe.samples) expect(canonical(make(AT, 'x'))).toBe(canonical(make(AT, 'x')));
  });
});

test('setting up names the URL, every event to enable and where the secret is', () => {
  const words = stripe.setup('https://keys.example/webhooks/stripe').join('\n');
  expect(words).toContain('https://keys.example/webhooks/stripe');
  const readme = readFileSync(new URL('../../integrations/stripe/README.md', import.meta.url), 'utf8');
  for (const type of stripe.event_types) {
    expect(words).toContain(type);
    expect(readme).toContain(`\`${type}\``);
  }
  expect(words).toContain('whsec_');
});

describe('golden cases', () => {
  const folder = new URL('../golden/stripe/', import.meta.url);
  const goldenCase = z.object({
    events: z.array(
      z.object({
        type: z.string(),
        at: z.string(),
        body: z.string(),
        answers: z.array(z.object({ asked: z.string(), stamp: z.string(), body: z.unknown() })).default([]),
      }),
    ),
  });

  test.each(readdirSync(folder).filter((file) => !file.endsWith('.expected.yaml')))(
    '%s holds signed-shape events and answers just as gather stores them',
    async (file) => {
      const { events } = goldenCase.parse(parseYaml(readFileSync(new URL(file, folder), 'utf8')));
      for (const { type, at, body, answers } of events) {
        const bytes = new TextEncoder().encode(body);
        const received_at = Date.parse(at);
        const headers = await stripe.sign(type, bytes, 'whsec_golden', received_at, digest);
        const settings = stripe.settings.parse({ webhook_secrets: 'whsec_golden' });
        const event = await stripe.verify(
          { header: (it) => headers[it], body: bytes, received_at },
          settings,
          digest,
        );
        expect(event).toMatchObject({ value: { type, created_at: received_at, mode: 'test' } });
        for (const answer of answers) {
          // What is gone is stored as null.
          if (answer.body === null) continue;
          const [, shape] = Object.entries(SHAPES).find(([asked]) => asked === answer.asked) ?? [];
          expect(JSON.parse(JSON.stringify(shape?.parse(answer.body)))).toEqual(answer.body);
        }
      }
    },
  );
});
