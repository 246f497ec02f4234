import { describe, expect, test } from 'vitest';
import { normalize } from '../../integrations/stripe/normalize.ts';
import { redact } from '../../integrations/stripe/redact.ts';
import { samples } from '../../integrations/stripe/samples.ts';
import type { Fact } from '../../src/core/sale.ts';
import { charge, invoice, type Members, subscription, told } from '../fakes/stripe-objects.ts';
import { AT, COMPLETED, PAID, stored } from '../fakes/stripe-sessions.ts';

/** What of the facts is not about a person. */
function impersonal(facts: readonly Fact[]): readonly Fact[] {
  return facts.filter((it) => it.group !== 'buyer');
}

test.each(samples.map(({ name }) => name))('%s is read as before, and names nobody', (name) => {
  const made = samples.find((it) => it.name === name)?.make(AT, 'r1');
  if (!made) throw new Error(name);
  const event = { ...stored(made.type, null), body: new TextEncoder().encode(made.body) };
  const redacted = redact(made.body);
  expect(redacted).not.toMatch(/veerman|noor|werfstraat|3511/i);
  expect(redact(redacted)).toBe(redacted);
  const [before, after] = [event.body, new TextEncoder().encode(redacted)].map((body) =>
    normalize({ ...event, body }, []),
  );
  if (before?.is !== 'facts' || after?.is !== 'facts') return expect(after).toEqual(before);
  expect({ ...after, facts: impersonal(after.facts) }).toEqual({
    ...before,
    facts: impersonal(before.facts),
  });
});

describe('what tells who a person is goes', () => {
  const WHO = /noor|veerman|kaai|4242|198\.51/i;
  test.each<[string, string, Members]>([
    [
      'a session',
      COMPLETED,
      {
        ...PAID,
        customer_details: {
          email: 'noor@example.com',
          name: 'Noor',
          phone: '1',
          address: { line1: 'Kaai 4' },
        },
        custom_fields: [{ key: 'who', text: { value: 'Noor' } }],
        collected_information: { shipping_details: { name: 'Noor' } },
        client_reference_id: 'noor@example.com',
      },
    ],
    [
      'a subscription and what it was before',
      'customer.subscription.updated',
      subscription('since basil', {
        customer: { id: 'cus_1', email: 'noor@example.com', name: 'Noor', address: { line1: 'Kaai 4' } },
        description: 'for Noor',
        cancellation_details: { comment: 'Noor has had enough' },
      }),
    ],
    ['an invoice', 'invoice.paid', invoice('since basil', { hosted_invoice_url: 'https://x/noor' })],
    [
      'a charge',
      'charge.refunded',
      charge('since basil', {
        billing_details: { name: 'Noor' },
        description: 'Noor Veerman',
        payment_method_details: { card: { last4: '4242' } },
        receipt_email: 'noor@example.com',
      }),
    ],
    [
      'a dispute',
      'charge.dispute.created',
      { id: 'dp_1', evidence: { customer_name: 'Noor', customer_purchase_ip: '198.51.100.7' } },
    ],
  ])('of %s', (_, type, object) => {
    const { body } = told('since basil', type, object, { customer_email: 'noor@example.com' });
    expect(redact(new TextDecoder().decode(body))).not.toMatch(WHO);
  });

  test('of metadata only what looks like a person’s', () => {
    const metadata = {
      plan: 'pro',
      product_name: 'Acme Pro',
      customerName: 'Noor',
      'E-Mail': 'x',
      contact_phone: '1',
      note: 'ask noor@example.com',
      user_id: 'u_7',
    };
    expect(JSON.parse(redact(JSON.stringify({ metadata })))).toEqual({
      metadata: {
        plan: 'pro',
        product_name: 'Acme Pro',
        customerName: null,
        'E-Mail': null,
        contact_phone: null,
        note: null,
        user_id: 'u_7',
      },
    });
  });
});

test('what is sold keeps its names, in an answer too', () => {
  const line = {
    id: 'li_1',
    description: 'Acme Pro',
    price: { id: 'price_1', nickname: 'monthly', product: { id: 'prod_1', name: 'Acme Pro' } },
  };
  expect(JSON.parse(redact(JSON.stringify({ data: [line] })))).toEqual({ data: [line] });
});

test.each(['', '{', 'Noor'])('of %j, which is no JSON, nothing stays', (body) => {
  expect(redact(body)).toBe('');
});
