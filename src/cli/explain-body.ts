/**
 * A body from a file, taken through verify, normalize and map alone: no database, no shop asked. It signs the
 * body with a made-up secret, so that the integration itself says what it is. It changes nothing.
 */
import { integrations } from '../../integrations/index.ts';
import { type Env, resolveSettings } from '../config.ts';
import { type ExplainedLine, explainReading } from '../core/explain.ts';
import type { StoredEvent } from '../core/integration.ts';
import type { Revision } from '../core/mapping.ts';
import { fail, ok, type Result } from '../core/problem.ts';
import { clock, digest } from '../node.ts';
import { secretNames } from './configuration.ts';

export async function explainBody(
  body: Uint8Array,
  type: string,
  revision: Revision,
  env: Env,
): Promise<Result<{ readonly type: string; readonly lines: readonly ExplainedLine[] }>> {
  const integration = integrations.find((it) => it.name === revision.mapping.integration);
  if (!integration) return fail('config_invalid', `there is no integration ${revision.mapping.integration}`);
  const settings = resolveSettings(revision.mapping.settings, integration, {
    ...madeUp(revision.mapping.settings),
    ...env,
  });
  if (!settings.ok) return settings;
  const at = clock.now();
  const headers = new Headers(
    await integration.sign(type, body, integration.secrets(settings.value)[0] ?? '', at, digest),
  );
  const delivery = { header: (name: string) => headers.get(name) ?? undefined, body, received_at: at };
  const verified = await integration.verify(delivery, settings.value, digest);
  if (!verified.ok) return verified;
  const event: StoredEvent = { ...verified.value, id: 'file', source: revision.source, received_at: at };
  const reading = integration.normalize(event, []);
  if (reading.is === 'request') return fail('not_a_sale', 'it asks about the records of a person');
  if (reading.is !== 'facts') return { ok: false, problem: reading.problem };
  return ok({ type: event.type, lines: explainReading(reading, revision, null) });
}

/** A value for every variable that settings name: enough to sign with, secret to nobody. */
export function madeUp(settings: unknown): Env {
  return Object.fromEntries(secretNames(settings).map((it) => [it, `made_up_${it.toLowerCase()}`]));
}
