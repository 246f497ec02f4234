/**
 * Two questions of whoever runs the house: does the process live (healthz), and should it be sent webhooks
 * (readyz). A source that is closed, or whose shop rests, makes nothing unready: the others run.
 */
import type { Context } from 'hono';
import { NOT_ASKED } from '../core/breaker.ts';
import { answer, iso } from './answers.ts';
import type { AppPorts, HttpEnv } from './ports.ts';
import { within } from './within.ts';

/** A probe that takes longer is a no. */
const PROBE_MS = 2_000;
/** After an event could not be stored, the house is unready for this long, or until one is stored. */
const FAILED_FOR_MS = 10_000;

export interface Health {
  /** Walk one tells how its writes go: a full disk shows only there. */
  stored(): void;
  notStored(): void;
  healthz(c: Context<HttpEnv>): Response;
  readyz(c: Context<HttpEnv>): Promise<Response>;
}

export function makeHealth(ports: AppPorts): Health {
  const { records, clock, log } = ports;
  let failedAt: number | null = null;
  let probing: Promise<boolean> | null = null;

  /** Takes the write lock without writing. Probes that come together share one. */
  function canWrite(): Promise<boolean> {
    probing ??= records
      .probe()
      .then(
        () => true,
        (error: unknown) => {
          log('warn', 'database not ready', { error: String(error) });
          return false;
        },
      )
      .finally(() => {
        probing = null;
      });
    return within(probing, PROBE_MS, false);
  }

  return {
    stored: () => {
      failedAt = null;
    },
    notStored: () => {
      failedAt = clock.now();
    },
    healthz: () => answer({ status: 'ok', version: ports.version }),
    readyz: async () => {
      const now = clock.now();
      // Either way: a clock that was set back keeps it unready for no longer.
      const failing = failedAt !== null && Math.abs(now - failedAt) < FAILED_FOR_MS;
      const [database, statuses, oldest] = await Promise.all([
        canWrite(),
        within(
          ports.sources.statuses().catch(() => null),
          PROBE_MS,
          null,
        ),
        within(
          records.oldestDue(now).catch(() => null),
          PROBE_MS,
          null,
        ),
      ]);
      const ready = database && !failing && statuses !== null;
      const open = statuses?.filter((it) => it.open).length ?? 0;
      const shops = ports.bridge.shops();
      const body = {
        ready,
        database: database && !failing ? 'ok' : 'unavailable',
        sources_open: open,
        sources_closed: (statuses?.length ?? 0) - open,
        oldest_due_ms: oldest === null ? 0 : Math.max(0, now - oldest),
        shops: Object.fromEntries(
          (statuses ?? []).map(({ name }) => {
            const { state, until } = shops.get(name) ?? NOT_ASKED;
            return [name, { state, until: iso(until) }];
          }),
        ),
      };
      return answer(body, ready ? 200 : 503);
    },
  };
}
