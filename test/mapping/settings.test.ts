import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { readEnvironment, resolveSettings } from '../../src/config.ts';

const shop = {
  name: 'shop',
  when_keys: [],
  settings: z.strictObject({
    webhook_secrets: z.array(z.string().startsWith('whsec_')).min(1).meta({ secret: true }),
    api: z.strictObject({ key: z.string().min(8).meta({ secret: true }) }).optional(),
  }),
};

describe('settings', () => {
  const written = { webhook_secrets: ['$NEW_SECRET', '$OLD_SECRET'], api: { key: '$API_KEY' } };

  test('take their $NAMEs from the environment, at any depth, without the white space around', () => {
    const env = { NEW_SECRET: 'whsec_new\n', OLD_SECRET: ' whsec_old', API_KEY: '$not_a_name_again' };
    expect(resolveSettings(written, shop, env)).toEqual({
      ok: true,
      value: { webhook_secrets: ['whsec_new', 'whsec_old'], api: { key: '$not_a_name_again' } },
    });
  });

  test('name every variable that is missing or blank, once', () => {
    const twice = { ...written, webhook_secrets: ['$NEW_SECRET', '$OLD_SECRET', '$OLD_SECRET'] };
    expect(resolveSettings(twice, shop, { NEW_SECRET: 'whsec_new', OLD_SECRET: '  ' })).toEqual({
      ok: false,
      problem: { code: 'source_closed', detail: 'OLD_SECRET, API_KEY are not set' },
    });
    expect(resolveSettings({ webhook_secrets: ['$toString'] }, shop, {})).toMatchObject({
      problem: { detail: 'toString is not set' },
    });
  });

  test('say of white space inside a secret that it is that, and of other faults that they are others', () => {
    const line = z.string().regex(/^\S+$/, { error: 'holds white space' });
    const strict = {
      ...shop,
      settings: z.strictObject({
        secrets: z
          .union([line, z.array(line)])
          .transform((it) => (typeof it === 'string' ? [it] : it))
          .pipe(z.array(line))
          .meta({ secret: true }),
        domain: line.optional(),
      }),
    };
    const codeOf = (settings: Record<string, unknown>) => {
      const it = resolveSettings(settings, strict, { TORN: 'one\ntwo', GOOD: 'three\n' });
      return it.ok ? 'open' : it.problem.code;
    };
    expect(codeOf({ secrets: '$TORN' })).toBe('secret_white_space');
    expect(codeOf({ secrets: ['$GOOD', '$TORN'] })).toBe('secret_white_space');
    expect(codeOf({ secrets: '$GOOD' })).toBe('open');
    expect(codeOf({ secrets: '$GOOD', domain: '$TORN' })).toBe('source_closed');
    expect(codeOf({ secrets: '$MISSING', domain: '$TORN' })).toBe('source_closed');
  });

  test('only a whole value is a $NAME', () => {
    const it = resolveSettings({ webhook_secrets: ['whsec_$NEW_SECRET'] }, shop, {});
    expect(it).toEqual({ ok: true, value: { webhook_secrets: ['whsec_$NEW_SECRET'] } });
  });

  test('that do not fit close the source, and do not show their values', () => {
    const it = resolveSettings(written, shop, {
      NEW_SECRET: 'whsec_new',
      OLD_SECRET: 'hunter2',
      API_KEY: 'short',
    });
    expect(it).toMatchInlineSnapshot(`
      {
        "ok": false,
        "problem": {
          "code": "source_closed",
          "detail": "settings.webhook_secrets[1] ($OLD_SECRET): Invalid string: must start with "whsec_"; settings.api.key ($API_KEY): is shorter than 8",
          "errors": [
            {
              "file": "",
              "message": "Invalid string: must start with "whsec_"",
              "path": "settings.webhook_secrets[1] ($OLD_SECRET)",
              "remedy": "Write another value.",
            },
            {
              "file": "",
              "message": "is shorter than 8",
              "path": "settings.api.key ($API_KEY)",
              "remedy": "Write at least 8.",
            },
          ],
        },
      }
    `);
    expect(JSON.stringify(it)).not.toMatch(/hunter2|"short"/);
  });
});

describe('the environment', () => {
  test('may be empty', () => {
    expect(readEnvironment({ PORT: ' ', SMTP_URL: '' })).toEqual({
      ok: true,
      value: {
        host: '127.0.0.1',
        port: 3000,
        databaseUrl: 'file:./data/keyferry.db',
        databaseAuthToken: null,
        mappings: './mappings',
        adminKey: null,
        maxBodyBytes: 1_048_576,
        maxUnitsPerLine: 1000,
        smtpUrl: null,
      },
    });
  });

  test('says it all', () => {
    const env = {
      HOST: '0.0.0.0',
      PORT: '0',
      KEYFERRY_DATABASE_URL: 'libsql://db.example.com',
      KEYFERRY_DATABASE_AUTH_TOKEN: 'token',
      KEYFERRY_MAPPINGS: '/etc/keyferry',
      KEYFERRY_ADMIN_KEY: 'k'.repeat(32),
      KEYFERRY_MAX_BODY_BYTES: '2048',
      KEYFERRY_MAX_UNITS_PER_LINE: '1',
      SMTP_URL: 'smtps://user:pass@mail.example.com:465',
    };
    expect(readEnvironment(env)).toEqual({
      ok: true,
      value: {
        host: '0.0.0.0',
        port: 0,
        databaseUrl: 'libsql://db.example.com',
        databaseAuthToken: 'token',
        mappings: '/etc/keyferry',
        adminKey: 'k'.repeat(32),
        maxBodyBytes: 2048,
        maxUnitsPerLine: 1,
        smtpUrl: 'smtps://user:pass@mail.example.com:465',
      },
    });
  });

  test('has all its errors named at once, without their values', () => {
    const it = readEnvironment({
      HOST: 'http://x',
      PORT: '70000',
      KEYFERRY_DATABASE_URL: 'mysql://root:hunter2@x',
      KEYFERRY_ADMIN_KEY: 'hunter2',
      KEYFERRY_MAX_BODY_BYTES: '1mb',
      KEYFERRY_MAX_UNITS_PER_LINE: '-1',
      SMTP_URL: 'user:hunter2@mail',
    });
    expect(it).toMatchInlineSnapshot(`
      {
        "ok": false,
        "problem": {
          "code": "config_invalid",
          "detail": "HOST, PORT, KEYFERRY_DATABASE_URL, KEYFERRY_ADMIN_KEY, KEYFERRY_MAX_BODY_BYTES, KEYFERRY_MAX_UNITS_PER_LINE, SMTP_URL",
          "errors": [
            {
              "file": "environment",
              "message": "cannot be read as it is",
              "path": "HOST",
              "remedy": "Write an address or a host name, like 127.0.0.1 or 0.0.0.0.",
            },
            {
              "file": "environment",
              "message": "cannot be read as it is",
              "path": "PORT",
              "remedy": "Write a port from 0 to 65535, like 3000.",
            },
            {
              "file": "environment",
              "message": "cannot be read as it is",
              "path": "KEYFERRY_DATABASE_URL",
              "remedy": "Write file:./data/keyferry.db, or the libsql:// or https:// address of a server; its token goes into KEYFERRY_DATABASE_AUTH_TOKEN. In the place of ws:// or wss:// write http:// or https://.",
            },
            {
              "file": "environment",
              "message": "cannot be read as it is",
              "path": "KEYFERRY_ADMIN_KEY",
              "remedy": "Write at least 32 characters, for example what \`openssl rand -hex 32\` prints.",
            },
            {
              "file": "environment",
              "message": "cannot be read as it is",
              "path": "KEYFERRY_MAX_BODY_BYTES",
              "remedy": "Write a number of bytes from 1024 to 1073741824, like 1048576.",
            },
            {
              "file": "environment",
              "message": "cannot be read as it is",
              "path": "KEYFERRY_MAX_UNITS_PER_LINE",
              "remedy": "Write a number from 1 to 1000000, like 1000.",
            },
            {
              "file": "environment",
              "message": "cannot be read as it is",
              "path": "SMTP_URL",
              "remedy": "Write smtp://user:password@host:587 or smtps://user:password@host:465.",
            },
          ],
        },
      }
    `);
    expect(JSON.stringify(it)).not.toContain('hunter2');
  });
});
