/** The samples of `keyferry send`: what each means, and that what follows another speaks of the same order. */
import { describe, expect, test } from 'vitest';
import { shopify } from '../../integrations/shopify/index.ts';
import type { Reading } from '../../src/core/integration.ts';
import type { Contents } from '../../src/core/things.ts';

const AT = Date.UTC(2026, 10, 2, 10);

function make(name: string, seed = 'abc123', at = AT) {
  const found = shopify.samples.find((it) => it.name === name);
  if (!found) throw new Error(`no sample ${name}`);
  return found.make(at, seed);
}

function read(name: string, seed?: string, at?: number): Reading {
  const { type, body } = make(name, seed, at);
  const event = {
    id: 'evt',
    source: 's',
    account: '',
    key: 'k',
    created_at: null,
    received_at: AT,
    headers: {},
  };
  return shopify.normalize({ ...event, type, body: new TextEncoder().encode(body) }, []);
}

function said<K extends keyof Contents, G extends keyof Contents[K]>(name: string, kind: K, group: G) {
  const reading = read(name);
  const found =
    reading.is === 'facts' ? reading.facts.find((it) => it.kind === kind && it.group === group) : undefined;
  // `fact()` ties content to kind and group.
  return found?.snapshot.content as Contents[K][G] | undefined;
}

const creates = (name: string, seed?: string) => {
  const reading = read(name, seed);
  return reading.is === 'facts' ? reading.creates : null;
};

describe('samples', () => {
  const table: readonly [string, string, string, string][] = [
    ['paid', 'orders/paid', 'paid', '2×ACME-PRO-1 1×ACME-SUITE-1'],
    ['mixed-cart', 'orders/paid', 'paid', '1×ACME-PRO-1 1×TSHIRT-M 1×gift card 1×tip'],
    ['bundle', 'orders/paid', 'paid', '1×ACME-SUITE-1'],
    ['unmapped', 'orders/paid', 'paid', '1×ACME-NEW-1'],
    ['pending', 'orders/create', 'unpaid', '1×ACME-PRO-1'],
    ['cancelled', 'orders/cancelled', 'refunded', '0×ACME-PRO-1 0×ACME-SUITE-1'],
    ['edited', 'orders/updated', 'unpaid', '2×ACME-PRO-1 1×ACME-SUITE-1 1×ACME-PRO-1'],
    ['zero-total', 'orders/paid', 'paid', '1×ACME-PRO-1'],
    ['big-ids', 'orders/paid', 'paid', '1×ACME-PRO-1 1×ACME-PRO-1'],
  ];
  test.each(table)('%s is %s, %s, of %s', (name, type, state, lines) => {
    expect(make(name).type).toBe(type);
    expect(said(name, 'checkout', 'money')?.state).toBe(state);
    const written = said(name, 'checkout', 'lines')?.lines.map(
      (it) => `${it.quantity}×${it.not_licensed ?? it.refs.sku}`,
    );
    expect(written?.join(' ')).toBe(lines);
    expect(said(name, 'checkout', 'buyer')?.email).toBe('ada+abc123@example.com');
    expect(said(name, 'checkout', 'standing')?.label).toMatch(/^#\d+$/);
    const reading = read(name);
    expect(reading.is === 'facts' && reading.remark).toBeFalsy();
  });

  test('test-notification and unknown-topic are ignored', () => {
    expect(read('test-notification')).toMatchObject({ is: 'ignored', problem: { code: 'not_a_sale' } });
    expect(read('unknown-topic')).toMatchObject({ is: 'ignored', problem: { code: 'type_unknown' } });
  });

  test('refund-unit takes one of the two units of paid, of the same seed', () => {
    const reading = read('refund-unit');
    expect(reading).toMatchObject({ is: 'facts', creates: null, refs: [creates('paid')] });
    const line = said('paid', 'checkout', 'lines')?.lines[0]?.id ?? '';
    expect(said('refund-unit', 'refund', 'lines')).toEqual({ units: { [line]: 1 } });
    expect(said('refund-unit', 'refund', 'money')).toEqual({ amount: '49.00', currency: 'usd' });
  });

  test('cancelled and edited speak of the order of paid, of the same seed', () => {
    expect(creates('cancelled')).toBe(creates('paid'));
    expect(creates('edited')).toBe(creates('paid'));
    expect(said('cancelled', 'checkout', 'standing')?.state).toBe('cancelled');
  });

  test('dispute is one of the order of paid, of the same seed', () => {
    expect(read('dispute')).toMatchObject({ is: 'facts', creates: null, refs: [creates('paid')] });
    expect(said('dispute', 'dispute', 'standing')).toEqual({ state: 'opened', reason: 'fraudulent' });
    expect(said('dispute', 'dispute', 'money')?.amount).toBe('227.00');
  });

  test('uninstalled is an alarm and concerns no sale', () => {
    expect(read('uninstalled')).toMatchObject({
      is: 'ignored',
      alarm: true,
      problem: { code: 'app_uninstalled' },
    });
  });

  test('data-request and redact name the order and the customer of paid, of the same seed', () => {
    const { reference, email } = said('paid', 'checkout', 'buyer') ?? {};
    const subject = { orders: [creates('paid')], customer: reference, email };
    expect(read('data-request')).toEqual({ is: 'request', request: { kind: 'export', subject } });
    expect(read('redact')).toEqual({ is: 'request', request: { kind: 'redact_customer', subject } });
  });

  test('the same seed makes the same ids, another seed another sale', () => {
    expect(make('paid')).toEqual(make('paid'));
    expect(creates('paid', 'other')).not.toBe(creates('paid'));
    const own = ['paid', 'mixed-cart', 'bundle', 'unmapped', 'pending', 'zero-total', 'big-ids'].map((it) =>
      creates(it),
    );
    expect(new Set(own).size).toBe(own.length);
  });

  test('big-ids has two lines that a JavaScript number could not tell apart', () => {
    const [one, two] = said('big-ids', 'checkout', 'lines')?.lines.map((it) => it.id) ?? [];
    expect(one).not.toBe(two);
    expect(BigInt(two ?? 0) - BigInt(one ?? 0)).toBe(1n);
    expect(make('big-ids').body).toContain(`"id":${one},`);
  });

  test('ids stand as numbers in every body, as the shop writes them', () => {
    for (const { name } of shopify.samples) expect(make(name).body).not.toMatch(/"id:|"id":"/);
  });
});

test('set-up tells the URL in a few lines', () => {
  const lines = shopify.setup('https://k.example/webhooks/shopify');
  expect(lines.length).toBeLessThanOrEqual(6);
  expect(lines.join('\n')).toContain('https://k.example/webhooks/shopify');
});
