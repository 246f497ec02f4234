/**
 * `keyferry send`: signs a written case, or a file, as the shop would, and posts it to a running Keyferry. It
 * stands where the shop stands. What must never happen here: a secret on the command line or in the output.
 */
import { readFileSync } from 'node:fs';
import { integrations } from '../../integrations/index.ts';
import { type Env, readEnvironment } from '../config.ts';
import type { Integration } from '../core/integration.ts';
import { didYouMean } from '../core/nearest.ts';
import { clock, random } from '../node.ts';
import { CALL } from './called.ts';
import { mappingsFolder, readConfiguration, type WrittenSource } from './configuration.ts';
import { done, failed, messageOf, type Outcome, type Trouble } from './outcome.ts';
import { type Answered, post, problemIn, receiptIn, type Written } from './posting.ts';
import type { Terminal } from './terminal.ts';
import { type Paint, remedy, table } from './text.ts';

export interface SendOptions {
  readonly url?: string;
  readonly secretEnv?: string;
  readonly file?: string;
  readonly type?: string;
  readonly seed?: string;
  readonly count: number;
}

/** A case to send, with everything that is needed for it. */
interface Ready {
  readonly source: string;
  readonly mode: 'live' | 'test';
  readonly integration: Integration;
  readonly secret: string;
  readonly url: string;
}

const SEED_LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz';

export async function send(
  name: string | undefined,
  caseName: string | undefined,
  options: SendOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const { env, paint, width } = terminal;
  if (name === undefined) return list(integrations, paint);
  const written = readConfiguration(mappingsFolder(env), env).sources;
  const ready = prepare(name, written, options, env);
  if ('title' in ready) return failed(ready, 2);
  if (caseName === undefined && options.file === undefined) return list([ready.integration], paint);
  const bodies = bodiesOf(ready, caseName, options);
  if ('title' in bodies) return failed(bodies, 2);

  const sent: { readonly seed: string | null; readonly answered: Answered }[] = [];
  for (const { seed, ...body } of bodies) {
    const posted = await post(ready.integration, body, ready.secret, ready.url);
    if ('unanswered' in posted) return failed(posted.unanswered);
    sent.push({ seed, answered: posted.answered });
  }
  const good = sent.every(({ answered }) => receiptIn(answered) !== null);
  const document = {
    ok: good,
    url: ready.url,
    answers: sent.map(({ seed, answered }) => ({
      seed,
      status: answered.status,
      body: answered.json ?? answered.text,
    })),
  };
  const lines = sent.flatMap(({ seed, answered }) => answerLines(seed, answered, paint, width));
  const last = sent.at(-1);
  const event = last ? receiptIn(last.answered)?.event : undefined;
  if (event !== undefined)
    lines.push('', ...nextSteps(event, last?.seed ?? null, `${name} ${caseName ?? ''}`, paint));
  return done(document, lines.join('\n'), good ? 0 : 1);
}

/** Everything that can be sent. */
function list(of: readonly Integration[], paint: Paint): Outcome {
  const document = {
    integrations: of.map(({ name, title, samples }) => ({
      name,
      title,
      cases: samples.map((it) => ({ name: it.name, title: it.title })),
    })),
  };
  const lines = of.flatMap((it) => [
    paint('strong', `${CALL} send ${it.name} <case>`),
    ...table(
      it.samples.map((one) => [['name', one.name] as const, one.title]),
      paint,
      '  ',
    ),
    '',
  ]);
  return done(
    document,
    [...lines, 'Several cases with the same --seed tell one purchase’s story.'].join('\n'),
  );
}

/** A source by its name, else the only source of an integration, else the integration with --secret-env. */
function prepare(
  name: string,
  written: readonly WrittenSource[],
  options: SendOptions,
  env: Env,
): Ready | Trouble {
  const kind = integrations.find((it) => it.name === name);
  const ofKind = written.filter((it) => it.integration.name === name);
  const source = written.find((it) => it.name === name) ?? (ofKind.length === 1 ? ofKind[0] : undefined);
  if (!source && ofKind.length > 1) {
    const names = ofKind.map((it) => it.name).join(', ');
    return wrong('Which source?', `${names} are all of ${name}.`, 'Name one of them instead.');
  }
  const integration = source?.integration ?? kind;
  if (!integration) {
    const known = [...new Set([...written.map((it) => it.name), ...integrations.map((it) => it.name)])];
    return wrong('No such source or integration', name, didYouMean(name, known, 'There are'));
  }
  const url = options.url ?? defaultUrl(source?.name ?? name, env);
  if (!URL.canParse(url))
    return wrong('This is not a URL', url, 'Write it like http://127.0.0.1:3000/webhooks/NAME.');
  const secret = secretOf(source, options, env);
  if (typeof secret !== 'string') return secret;
  return { source: source?.name ?? name, mode: source?.mapping.mode ?? 'test', integration, secret, url };
}

function secretOf(source: WrittenSource | undefined, { secretEnv }: SendOptions, env: Env): string | Trouble {
  if (secretEnv !== undefined) {
    const secret = (env[secretEnv] ?? '').trim();
    return secret === ''
      ? wrong('No secret to sign with', `${secretEnv} is not set.`, 'Set it, or name another variable.')
      : secret;
  }
  if (!source) {
    return wrong(
      'No secret to sign with',
      'No mapping file is of this integration.',
      'Name the variable that holds the secret: --secret-env NAME.',
    );
  }
  const [secret] = source.open ? source.integration.secrets(source.settings) : [];
  if (secret !== undefined) return secret;
  const detail = source.errors.map((it) => it.message).join(', ');
  return wrong(
    'No secret to sign with',
    `${source.name}: ${detail}.`,
    'Set the same secret here as for the running Keyferry, or use --secret-env NAME.',
  );
}

/** Where Keyferry of this environment listens, seen from the same machine. */
function defaultUrl(source: string, env: Env): string {
  const read = readEnvironment({ HOST: env.HOST, PORT: env.PORT });
  const { host, port } = read.ok ? read.value : { host: '127.0.0.1', port: 3000 };
  const near = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  return `http://${near.includes(':') ? `[${near}]` : near}:${port}/webhooks/${source}`;
}

function bodiesOf(
  { integration, mode }: Ready,
  caseName: string | undefined,
  { file, type, seed, count }: SendOptions,
): readonly (Written & { readonly seed: string | null })[] | Trouble {
  if (file !== undefined) {
    try {
      const body = readFileSync(file, 'utf8');
      return Array.from({ length: count }, () => ({ seed: null, type: type ?? '', body }));
    } catch (error) {
      return wrong('The file cannot be read', messageOf(error), 'Check its path and its permissions.');
    }
  }
  const sample = integration.samples.find((it) => it.name === caseName);
  if (!sample) {
    const names = integration.samples.map((it) => it.name);
    return wrong(
      `${integration.title} has no such case`,
      caseName ?? '',
      didYouMean(caseName ?? '', names, 'Cases'),
    );
  }
  return Array.from({ length: count }, (_, at) => {
    const one = seedOf(seed, at, count);
    return { ...sample.make(clock.now(), one, mode), seed: one };
  });
}

function seedOf(given: string | undefined, at: number, count: number): string {
  if (given === undefined) return newSeed();
  return count === 1 ? given : `${given}${at}`;
}

export function newSeed(): string {
  return Array.from(random(8), (byte) => SEED_LETTERS[byte % SEED_LETTERS.length]).join('');
}

function answerLines(seed: string | null, answered: Answered, paint: Paint, width: number): string[] {
  const receipt = receiptIn(answered);
  const seeded = seed === null ? '' : paint('dim', `  seed ${seed}`);
  if (receipt) {
    const what = receipt.duplicate ? 'known already, nothing was added' : 'received';
    return [`${paint('good', String(answered.status))} ${what}: ${paint('strong', receipt.event)}${seeded}`];
  }
  const { title, detail, hint } = problemIn(answered);
  if (title === '') {
    const said = answered.text.slice(0, 300).trim();
    const lines = [
      `${paint('bad', String(answered.status))} This is not Keyferry’s answer${said === '' ? '.' : `: ${said}`}`,
    ];
    return [
      ...lines,
      ...remedy('Check the address; behind a proxy, check where it forwards to.', width, '  '),
    ];
  }
  const head = `${paint('bad', String(answered.status))} ${title}${detail === '' ? '' : `: ${detail}`}`;
  return [head, ...(hint === '' ? [] : remedy(hint, width, '  '))];
}

function nextSteps(event: string, seed: string | null, sent: string, paint: Paint): string[] {
  const steps = [
    [`${CALL} explain ${event}`, 'which rule fits, and why'],
    [`${CALL} replay ${event}`, 'once more: no changes'],
    ...(seed === null ? [] : [[`${CALL} send ${sent.trim()} --seed ${seed}`, 'the same sale again']]),
  ];
  return [
    'Look at it:',
    ...table(
      steps.map(([command = '', what = '']) => [['name', command] as const, what]),
      paint,
      '  ',
    ),
  ];
}

function wrong(title: string, detail: string, hint: string): Trouble {
  return { code: 'usage', title, detail, hint };
}
