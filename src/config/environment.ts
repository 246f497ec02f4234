/**
 * The environment, checked: all errors at once. What must never happen here: a value in an error (it may be a
 * secret), or a misspelled number silently becoming a default.
 */
import * as z from 'zod';
import { LIMITS } from '../core/limits.ts';
import { fail, ok, type PlacedError, type Result } from '../core/problem.ts';
import type { Env } from './settings.ts';

export interface Environment {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly databaseAuthToken: string | null;
  /** The folder of the mapping files. */
  readonly mappings: string;
  readonly adminKey: string | null;
  readonly maxBodyBytes: number;
  readonly maxUnitsPerLine: number;
  readonly smtpUrl: string | null;
}

const whole = (least: number, most: number, standard: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number)
    .refine((it) => it >= least && it <= most)
    .default(standard);
const database = (text: string) =>
  text.startsWith('file:') || (/^(libsql|https?):\/\//.test(text) && isBareAddress(text));
const url = (...protocols: string[]) =>
  z.string().refine((it) => protocols.some((protocol) => it.startsWith(protocol)) && URL.canParse(it));

/** Each variable: how it is read, and what to write when it is wrong. */
const VARIABLES = {
  HOST: {
    read: z
      .string()
      .regex(/^[A-Za-z0-9.:_-]+$/)
      .default('127.0.0.1'),
    remedy: 'Write an address or a host name, like 127.0.0.1 or 0.0.0.0.',
  },
  PORT: { read: whole(0, 65_535, 3000), remedy: 'Write a port from 0 to 65535, like 3000.' },
  KEYFERRY_DATABASE_URL: {
    read: z.string().refine(database).default('file:./data/keyferry.db'),
    remedy:
      'Write file:./data/keyferry.db, or the libsql:// or https:// address of a server; its token goes into KEYFERRY_DATABASE_AUTH_TOKEN. In the place of ws:// or wss:// write http:// or https://.',
  },
  KEYFERRY_DATABASE_AUTH_TOKEN: {
    // As a header it can be sent, and no error has a reason to quote it.
    read: z
      .string()
      .regex(/^[\x21-\x7e]+$/)
      .nullable()
      .default(null),
    remedy: 'Write the token of the database server as it was given to you, without spaces or line breaks.',
  },
  KEYFERRY_MAPPINGS: {
    read: z.string().default('./mappings'),
    remedy: 'Write the folder of the mapping files.',
  },
  KEYFERRY_ADMIN_KEY: {
    read: z.string().min(LIMITS.admin_key_length).nullable().default(null),
    remedy: `Write at least ${LIMITS.admin_key_length} characters, for example what \`openssl rand -hex 32\` prints.`,
  },
  KEYFERRY_MAX_BODY_BYTES: {
    read: whole(1024, 1024 ** 3, LIMITS.body_bytes),
    remedy: `Write a number of bytes from 1024 to 1073741824, like ${LIMITS.body_bytes}.`,
  },
  KEYFERRY_MAX_UNITS_PER_LINE: {
    read: whole(1, 1_000_000, LIMITS.units_per_line),
    remedy: `Write a number from 1 to 1000000, like ${LIMITS.units_per_line}.`,
  },
  SMTP_URL: {
    read: url('smtp://', 'smtps://').nullable().default(null),
    remedy: 'Write smtp://user:password@host:587 or smtps://user:password@host:465.',
  },
} as const;

type Variable = keyof typeof VARIABLES;

/** An address that is shown in messages: it holds no token and no password. */
function isBareAddress(text: string): boolean {
  const parsed = URL.parse(text);
  return (
    parsed !== null &&
    parsed.host !== '' &&
    `${parsed.username}${parsed.password}${parsed.search}${parsed.hash}` === ''
  );
}

/** A blank variable counts as not set. */
export function readEnvironment(env: Env): Result<Environment> {
  const errors: PlacedError[] = [];
  function read<N extends Variable>(name: N): z.output<(typeof VARIABLES)[N]['read']> {
    const { read: schema, remedy } = VARIABLES[name];
    const written = env[name]?.trim();
    const parsed = schema.safeParse(written === '' ? undefined : written);
    if (!parsed.success)
      errors.push({ file: 'environment', path: name, message: 'cannot be read as it is', remedy });
    // With an error the value is never used: the whole reading fails below.
    return parsed.data as z.output<(typeof VARIABLES)[N]['read']>;
  }
  const environment: Environment = {
    host: read('HOST'),
    port: read('PORT'),
    databaseUrl: read('KEYFERRY_DATABASE_URL'),
    databaseAuthToken: read('KEYFERRY_DATABASE_AUTH_TOKEN'),
    mappings: read('KEYFERRY_MAPPINGS'),
    adminKey: read('KEYFERRY_ADMIN_KEY'),
    maxBodyBytes: read('KEYFERRY_MAX_BODY_BYTES'),
    maxUnitsPerLine: read('KEYFERRY_MAX_UNITS_PER_LINE'),
    smtpUrl: read('SMTP_URL'),
  };
  return errors.length === 0
    ? ok(environment)
    : fail('config_invalid', errors.map((it) => it.path).join(', '), errors);
}
