/**
 * The demo's story, step by step through the front door: signed webhooks in, what became of them read back by
 * the management API. Each step knows what must come of it. What must never happen here: a step that is told
 * without having been checked.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isMap, parseDocument, stringify } from 'yaml';
import { CALL, IN_CHECKOUT, SERVE } from './called.ts';
import type { WrittenSource } from './configuration.ts';
import { type DemoApi, makeDemoApi, type ShownEvent, type ShownItem, type ShownOrder } from './demo-api.ts';
import { orderText } from './demo-text.ts';
import { type Posted, post, receiptIn, type Written } from './posting.ts';
import type { Terminal } from './terminal.ts';
import { counted, table, wrap } from './text.ts';

/** Something was not as it must be; the message says what. */
export class DemoFailed extends Error {}

export interface Stage {
  readonly url: string;
  readonly adminKey: string;
  /** The folder of the copied mapping files. */
  readonly mappings: string;
  readonly sources: readonly WrittenSource[];
}

/** A case of whichever integration has it, and what must come of its lines. */
interface Scene {
  readonly sample: string;
  readonly licenses: number;
  readonly ignored: number;
  readonly parked: number;
}

const SCENES: readonly Scene[] = [
  { sample: 'payment-link', licenses: 1, ignored: 0, parked: 0 },
  { sample: 'paid', licenses: 4, ignored: 0, parked: 0 },
  { sample: 'mixed-cart', licenses: 1, ignored: 3, parked: 0 },
  { sample: 'unmapped', licenses: 0, ignored: 0, parked: 1 },
];
const SEED = 'demo';
/** A step that takes longer has failed. */
const PATIENCE_MS = 15_000;
const LOOK_MS = 20;

/** A sale that was sent, with what is needed to send it again. */
interface Sent {
  readonly source: WrittenSource;
  readonly written: Written;
  readonly event: ShownEvent;
  readonly order: ShownOrder;
}

/** @returns what `--json` prints @throws DemoFailed */
export async function tell(stage: Stage, terminal: Terminal): Promise<unknown> {
  const { say, paint, width } = terminal;
  const api = makeDemoApi(stage.url, stage.adminKey);
  let number = 0;
  const step = (title: string) => say('', `${paint('name', String(++number))}  ${paint('strong', title)}`);
  const note = (text: string) => say(...wrap(text, width, '   '));

  say(
    paint('strong', 'Keyferry demo'),
    'A real server on this machine, in a folder of its own; nothing stays behind.',
  );
  step('Start: migrate the database, read the catalog and the mappings, open the port');
  const rows = stage.sources.map((it) => [
    ['strong', it.name] as const,
    it.open ? (['good', 'open'] as const) : 'closed',
    `${stage.url}/webhooks/${it.name}`,
  ]);
  say(...table(rows, paint, '   '));

  const sent = new Map<string, Sent>();
  for (const scene of SCENES) {
    const { source, written, title } = caseOf(scene.sample, stage);
    step(`${source.integration.title}: ${title}`);
    const it = await sendOnce(source, written, stage, api);
    sent.set(scene.sample, it);
    note(`POST /webhooks/${source.name}  ${written.type}, signed: 200, on disk`);
    say(...orderText(it.order, paint));
    expectScene(scene, it.order);
  }
  const expected = SCENES.reduce((sum, it) => sum + it.licenses, 0);

  step('The shop sends the same event twice');
  const twice = await repeat(sentOf(sent, 'paid'), stage);
  expect(twice.duplicate, 'the second delivery was not recognized');
  const before = await settledLicenses(api);
  expect(before.length === expected, `${counted(before.length, 'license')} instead of ${expected} after it`);
  note(`200, known already: still ${counted(before.length, 'license')}, none of them double.`);

  step('The missing rule is added, and the parked line issues by itself');
  const parked = sentOf(sent, 'unmapped');
  const [line] = parked.order.items;
  expect(line !== undefined, 'the parked line is gone');
  const rule = addRule(parked.source, line, stage.mappings);
  note(`Appended to ${parked.source.name}.yaml while the server runs:`);
  say(...rule.map((it) => paint('good', `   + ${it}`)));
  const mended = await until(
    () => api.order(parked.order.id),
    (it) => it.state === 'issued',
    'the parked line did not issue',
  );
  say(...orderText(mended, paint));
  expect(licensesOf(mended) === 1, `the line issued ${counted(licensesOf(mended), 'license')} instead of 1`);

  step('A person replays its event, to be sure');
  const replayed = await api.replay(parked.event.id);
  expect(replayed.changes.length === 0, `the replay made ${counted(replayed.changes.length, 'change')}`);
  note(`POST /v1/events/${parked.event.id}/replay: no changes.`);

  const all = await settledLicenses(api);
  expect(
    all.length === expected + 1,
    `${counted(all.length, 'license')} instead of ${expected + 1} at the end`,
  );
  expect(new Set(all.map((it) => it.key)).size === all.length, 'two licenses have the same key');
  const orders = await Promise.all([...sent.values()].map((it) => api.order(it.order.id)));
  say(
    '',
    `${paint('good', '✓')} ${counted(orders.length, 'sale')}, ${counted(all.length, 'license')}, each exactly once. All of it was checked.`,
    '',
  );
  say(
    'Next:',
    ...table(
      [
        ...(IN_CHECKOUT ? [] : [[`${CALL} init`, 'mapping files to start from']]),
        [SERVE, 'with your own secrets'],
        [`${CALL} --help`, 'and all the rest'],
      ],
      paint,
      '  ',
    ),
  );
  return { ok: true, orders, licenses: all.length, duplicate: twice, replay: replayed };
}

function caseOf(
  name: string,
  { sources }: Stage,
): { source: WrittenSource; written: Written; title: string } {
  for (const source of sources) {
    const sample = source.integration.samples.find((it) => it.name === name);
    if (sample && source.open)
      return { source, written: sample.make(Date.now(), SEED, source.mapping.mode), title: sample.title };
  }
  throw new DemoFailed(`no open source has a case "${name}"`);
}

async function sendOnce(source: WrittenSource, written: Written, stage: Stage, api: DemoApi): Promise<Sent> {
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

async function repeat({ source, written }: Sent, stage: Stage) {
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
async function settledLicenses(api: DemoApi) {
  await wait(2 * LOOK_MS);
  return api.licenses();
}

function sentOf(sent: ReadonlyMap<string, Sent>, name: string): Sent {
  const it = sent.get(name);
  if (!it) throw new DemoFailed(`"${name}" was not sent`);
  return it;
}

/** Appends a rule for the line to its source's file, as a person would. @returns its text */
function addRule(source: WrittenSource, line: ShownItem, folder: string): string[] {
  const [first] = Object.entries(line.refs);
  const ref = line.refs.sku === undefined ? first : ['sku', line.refs.sku];
  expect(ref !== undefined, 'the parked line has no refs to write a rule for');
  const product = parseDocument(readFileSync(join(folder, 'catalog.yaml'), 'utf8')).getIn([
    'products',
    0,
    'code',
  ]);
  const path = join(folder, `${source.name}.yaml`);
  const document = parseDocument(readFileSync(path, 'utf8'));
  const rule = document.createNode({ name: line.title, when: Object.fromEntries([ref]), grant: { product } });
  for (const key of ['when', 'grant']) {
    const inner = rule.get(key, true);
    if (isMap(inner)) inner.flow = true;
  }
  document.addIn(['rules'], rule);
  writeFileSync(path, String(document));
  return stringify([rule]).trimEnd().split('\n');
}

function expectScene({ sample, licenses, ignored, parked }: Scene, order: ShownOrder): void {
  const inState = (state: string) =>
    new Set(order.items.filter((it) => it.state === state).map((it) => it.line_id)).size;
  const found = { licenses: licensesOf(order), ignored: inState('ignored'), parked: inState('parked') };
  for (const [what, count] of Object.entries({ licenses, ignored, parked })) {
    const got = Object.entries(found).find(([name]) => name === what)?.[1];
    expect(got === count, `the sale "${sample}" has ${what}: ${got}, expected ${count}`);
  }
}

function licensesOf({ items }: ShownOrder): number {
  return items.reduce((sum, it) => sum + it.licenses.length, 0);
}

async function until<T>(look: () => Promise<T>, holds: (it: T) => boolean, otherwise: string): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await wait(LOOK_MS)) {
    const it = await look();
    if (holds(it)) return it;
  }
  throw new DemoFailed(`${otherwise} within ${PATIENCE_MS / 1000} seconds`);
}

function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new DemoFailed(otherwise);
}
