/**
 * What the demo's steps have in common: a written case is signed and sent through the front door, and what became of
 * it is read back. What must never happen here: a step that goes on although something was not as it must be.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { WrittenSource } from './configuration.ts';
import type { DemoApi, ShownEvent, ShownOrder } from './demo-api.ts';
import { type Posted, post, receiptIn, type Written } from './posting.ts';

/** Something was not as it must be; the message says what. */
export class DemoFailed extends Error {}

export interface Stage {
  readonly url: string;
  readonly adminKey: string;
  /** The folder of the copied mapping files. */
  readonly mappings: string;
  readonly sources: readonly WrittenSource[];
}

/** A step that takes longer has failed. */
const PATIENCE_MS = 15_000;
const LOOK_MS = 20;

/** A sale that was sent, with what is needed to send it again. */
export interface Sent {
  readonly source: WrittenSource;
  readonly written: Written;
  readonly event: ShownEvent;
  readonly order: ShownOrder;
}

/** @param seed the same seed is the same purchase */
export function caseOf(
  name: string,
  { sources }: Stage,
  seed: string,
): { source: WrittenSource; written: Written; title: string } {
  for (const source of sources) {
    const sample = source.integration.samples.find((it) => it.name === name);
    if (sample && source.open)
      return { source, written: sample.make(Date.now(), seed, source.mapping.mode), title: sample.title };
  }
  throw new DemoFailed(`no open source has a case "${name}"`);
}

/** Sends one that was not sent before, and waits until it was worked on. */
export async function sendOnce(
  source: WrittenSource,
  written: Written,
  stage: Stage,
  api: DemoApi,
): Promise<Sent> {
  const receipt = receiptOf(
    await post(source.integration, written, secretOf(source), `${stage.url}/webhooks/${source.name}`),
  );
  expect(!receipt.duplicate, `${written.type} was known before it was sent`);
  const event = await until(
    () => api.event(receipt.event),
    (it) => it.state !== 'received',
    'the event was not worked on',
  );
  expect(event.state === 'done', `the event ended ${event.state}`);
  expect(event.order_id !== null, 'the event led to no order');
  return { source, written, event, order: await api.order(event.order_id) };
}

/** Sends it once more. */
export async function repeat({ source, written }: Sent, stage: Stage) {
  return receiptOf(
    await post(source.integration, written, secretOf(source), `${stage.url}/webhooks/${source.name}`),
  );
}

function receiptOf(posted: Posted) {
  if ('unanswered' in posted) throw new DemoFailed(`${posted.unanswered.title}: ${posted.unanswered.detail}`);
  const receipt = receiptIn(posted.answered);
  if (receipt === null)
    throw new DemoFailed(
      `the webhook was answered ${posted.answered.status}: ${posted.answered.text.slice(0, 300)}`,
    );
  return receipt;
}

function secretOf({ integration, settings }: WrittenSource): string {
  return integration.secrets(settings)[0] ?? '';
}

/** Licenses once nothing is under way: a license too many would be made by now. */
export async function settledLicenses(api: DemoApi) {
  await wait(2 * LOOK_MS);
  return api.licenses();
}

export function licensesOf({ items }: ShownOrder): number {
  return items.reduce((sum, it) => sum + it.licenses.length, 0);
}

export async function until<T>(
  look: () => Promise<T>,
  holds: (it: T) => boolean,
  otherwise: string,
): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await wait(LOOK_MS)) {
    const it = await look();
    if (holds(it)) return it;
  }
  throw new DemoFailed(`${otherwise} within ${PATIENCE_MS / 1000} seconds`);
}

export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new DemoFailed(otherwise);
}
