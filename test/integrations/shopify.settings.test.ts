/** Settings: what a mapping file may say, what an editor is told, and the words for mistakes. */

import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { settings } from '../../integrations/shopify/settings.ts';

const full = {
  webhook_secrets: ['one', 'two'],
  shop_domain: 'acme.myshopify.com',
  admin_token: 'shpat_x',
  api_version: '2026-07',
  api_base: 'http://127.0.0.1:12112/',
};

describe('settings', () => {
  test('a single secret is a list of one, and the version has a default', () => {
    expect(settings.parse({ webhook_secrets: 'one' })).toEqual({
      webhook_secrets: ['one'],
      api_version: '2026-10',
    });
  });

  test('everything can be said; the slash at the end of api_base is dropped', () => {
    expect(settings.parse(full)).toEqual({ ...full, api_base: 'http://127.0.0.1:12112' });
  });

  const { shop_domain: _, api_base: __, ...nowhere } = full;
  const wrong: readonly [string, unknown, string, RegExp][] = [
    ['no secret', {}, 'webhook_secrets', /secret or a list of secrets/],
    ['an empty list', { webhook_secrets: [] }, 'webhook_secrets', /at least one/],
    ['a blank secret', { webhook_secrets: ' ' }, 'webhook_secrets', /is blank/],
    ['a blank secret in a list', { webhook_secrets: ['one', ''] }, 'webhook_secrets.1', /is blank/],
    ['a line end after a secret', { webhook_secrets: 'one\n' }, 'webhook_secrets', /white space/],
    ['a line break inside a secret', { webhook_secrets: 'one\ntwo' }, 'webhook_secrets', /line break/],
    ['a line break inside a token', { ...full, admin_token: 'shpat_x\nY' }, 'admin_token', /white space/],
    ['a token that is cut short', { ...full, admin_token: 'shpat_x…' }, 'admin_token', /no token has/],
    ['a blank token', { ...full, admin_token: '' }, 'admin_token', /white space/],
    ['a blank before a token', { ...full, admin_token: ' shpat_x' }, 'admin_token', /white space/],
    ['a shop by its own domain', { ...full, shop_domain: 'acme.com' }, 'shop_domain', /myshopify\.com/],
    [
      'a shop by its URL',
      { ...full, shop_domain: 'https://acme.myshopify.com' },
      'shop_domain',
      /myshopify\.com/,
    ],
    ['a version that is none', { ...full, api_version: '2026-11' }, 'api_version', /like 2026-10/],
    ['a base that is no URL', { ...full, api_base: 'localhost:80' }, 'api_base', /http or https/],
    ['a token without a shop', nowhere, 'shop_domain', /which shop to ask/],
    ['an unknown field', { ...full, webhook_secret: 'x' }, '', /webhook_secret/],
  ];
  test.each(wrong)('%s is an error that names its place', (_, value, path, message) => {
    const issues = settings.safeParse(value).error?.issues ?? [];
    expect(issues.map((it) => it.path.join('.'))).toEqual([path]);
    expect(issues[0]?.message).toMatch(message);
  });

  test('an error never tells the secret', () => {
    const { error } = settings.safeParse({ ...full, webhook_secrets: 'SEC\nRET', admin_token: 'SEC\nRET' });
    expect(error?.issues).toHaveLength(2);
    expect(JSON.stringify(error)).not.toMatch(/SEC|RET/);
  });

  test('editors get a description of every field, and secrets are marked', () => {
    const schema = z.toJSONSchema(settings, { io: 'input' });
    const fields = Object.entries(schema.properties ?? {}).map(
      ([name, it]) => [name, it as Record<string, unknown>] as const,
    );
    expect(fields.filter(([, it]) => typeof it.description !== 'string')).toEqual([]);
    expect(fields.filter(([, it]) => it.secret === true).map(([name]) => name)).toEqual([
      'webhook_secrets',
      'admin_token',
    ]);
    expect(schema.required).toEqual(['webhook_secrets']);
    expect(schema.additionalProperties).toBe(false);
  });
});
