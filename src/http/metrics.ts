/**
 * GET /metrics: what this process counted, and how things stand in the database, for Prometheus. It stands beside
 * health. What must never happen here: a question to the database whose cost grows with it, or the volumes of a vendor
 * shown to whoever finds the public address.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { except } from 'hono/combine';
import { NOT_ASKED } from '../core/breaker.ts';
import type { Family } from '../core/counts.ts';
import { LIMITS } from '../core/limits.ts';
import type { Pulse } from '../core/records.ts';
import type { Silence } from '../core/silence.ts';
import type { SourceStatus } from '../core/sources.ts';
import { authenticate, type Guard, needs } from './auth.ts';
import { EXPOSITION_TYPE, exposition } from './exposition.ts';
import type { AppPorts, HttpEnv } from './ports.ts';
import { within } from './within.ts';

/** Prometheus waits ten seconds; what the database does not say in time is left out. */
const ASK_MS = 2_000;
const BREAKER_STATES = ['closed', 'open', 'half_open'] as const;

/** What only the database knows. */
interface Standing {
  readonly statuses: readonly SourceStatus[];
  readonly pulse: Pulse;
  readonly silences: ReadonlyMap<string, Silence>;
}

export function makeMetrics(ports: AppPorts): (c: Context<HttpEnv>) => Promise<Response> {
  const { records, sources, silences, clock, log } = ports;
  let asking: Promise<Standing | null> | null = null;

  async function ask(): Promise<Standing> {
    const statuses = await sources.statuses();
    const names = statuses.map(({ name }) => name);
    const [pulse, heard] = await Promise.all([records.pulse(names, clock.now()), silences.of(names)]);
    return { statuses, pulse, silences: heard };
  }

  /** Those who come together share one look, so that nobody can make it many. */
  function standing(): Promise<Standing | null> {
    asking ??= ask()
      .catch((error: unknown) => {
        log('warn', 'metrics without the database', { error: String(error) });
        return null;
      })
      .finally(() => {
        asking = null;
      });
    return within(asking, ASK_MS, null);
  }

  return async () => {
    const seen = await standing();
    const families = [
      gauge('keyferry_build_info', 'Always 1; the version that runs.', [[{ version: ports.version }, 1]]),
      gauge('keyferry_database_up', 'Whether the database answered: 1, or 0 and its numbers are missing.', [
        [{}, seen ? 1 : 0],
      ]),
      ...(seen ? standingFamilies(seen, clock.now()) : []),
      breakerFamily(ports, seen),
      ...(ports.counts?.families(seen?.statuses.map(({ name }) => name)) ?? []),
      ...(ports.vitals?.() ?? []),
    ];
    return new Response(exposition(families), {
      headers: {
        'content-type': EXPOSITION_TYPE,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
    });
  };
}

/** What proxies leave on the requests that they pass on. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via', 'cf-connecting-ip'] as const;

/**
 * Whoever asks from beside the house needs no key, as with health. Whoever comes through a proxy comes from outside,
 * and shows one: names and volumes are the vendor's own.
 */
export function keyFromOutside(guard: Guard): MiddlewareHandler<HttpEnv> {
  const beside = (c: Context) => PROXY_HEADERS.every((it) => c.req.header(it) === undefined);
  return except(beside, authenticate(guard), needs('read'));
}

function standingFamilies({ statuses, pulse, silences }: Standing, now: number): readonly Family[] {
  const most = LIMITS.counted_rows;
  const heard = statuses.flatMap(({ name }) => {
    const it = silences.get(name);
    return it ? [{ name, ...it }] : [];
  });
  return [
    gauge(
      'keyferry_queue_depth',
      `Events that are due and wait for a worker; ${most} means at least so many.`,
      [[{}, pulse.due]],
    ),
    gauge('keyferry_lag_seconds', 'How long the oldest of them has been waiting.', [
      [{}, pulse.oldest_due_at === null ? 0 : Math.max(0, now - pulse.oldest_due_at) / 1000],
    ]),
    gauge(
      'keyferry_waiting_events',
      `Events whose time comes later: in a worker's hands, or waiting for another attempt or for their sale; ${most} means at least so many.`,
      [[{}, pulse.later]],
    ),
    gauge('keyferry_parked_events', `Events that wait for a person; ${most} means at least so many.`, [
      [{}, pulse.parked_events],
    ]),
    gauge(
      'keyferry_parked_lines',
      `Lines of orders that wait for a rule or a person; ${most} means at least so many.`,
      statuses.map(({ name }) => [{ source: name }, pulse.parked_lines.get(name) ?? 0]),
    ),
    gauge('keyferry_open_reviews', `Reviews that wait for a decision; ${most} means at least so many.`, [
      [{}, pulse.open_reviews],
    ]),
    gauge('keyferry_jobs', `Jobs that are not over, by their state; ${most} means at least so many.`, [
      [{ state: 'queued' }, pulse.queued_jobs],
      [{ state: 'running' }, pulse.running_jobs],
    ]),
    gauge('keyferry_failed_jobs', 'Jobs of the last 7 days that failed and were not resumed.', [
      [{}, pulse.failed_jobs],
    ]),
    gauge(
      'keyferry_source_open',
      'Whether webhooks of this source are taken: 1, or 0 while a setting is missing.',
      statuses.map(({ name, open }) => [{ source: name }, open ? 1 : 0]),
    ),
    gauge(
      'keyferry_last_event_timestamp_seconds',
      'When the last verified webhook of this source came, to the minute.',
      heard.map(({ name, last_at }) => [{ source: name }, last_at / 1000]),
    ),
    gauge(
      'keyferry_source_silent',
      'Whether nothing has come from this source for longer than its usual pace: 1 or 0.',
      statuses.map(({ name, open }) => [
        { source: name },
        open && (silences.get(name)?.silent_since ?? null) !== null ? 1 : 0,
      ]),
    ),
  ];
}

function breakerFamily({ bridge }: AppPorts, seen: Standing | null): Family {
  const shops = bridge.shops();
  const names = seen ? seen.statuses.map(({ name }) => name) : [...shops.keys()];
  return gauge(
    'keyferry_shop_breaker',
    "How this process asks the shop's API: 1 at the state of its breaker. Open: the shop rests and nobody asks.",
    names.flatMap((source) => {
      const { state } = shops.get(source) ?? NOT_ASKED;
      return BREAKER_STATES.map((it) => [{ source, state: it }, it === state ? 1 : 0] as const);
    }),
  );
}

function gauge(
  name: string,
  help: string,
  samples: readonly (readonly [Readonly<Record<string, string>>, number])[],
): Family {
  return { name, help, type: 'gauge', samples: samples.map(([labels, value]) => ({ labels, value })) };
}
