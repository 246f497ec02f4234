/**
 * The commands over the API that look into what came and what it was mapped by: events, replays, jobs, what waits for a
 * person, customers. What each takes, and its help; what they do lies beside this.
 */
import type { Command } from 'commander';
import { JOB_KINDS, JOB_STATES } from '../core/jobs.ts';
import { EVENT_STATES } from '../core/records.ts';
import {
  type Add,
  choice,
  command,
  group,
  listOptions,
  overApi,
  type Run,
  repeated,
  time,
} from './command.ts';
import { listCustomers, showCustomer } from './customers.ts';
import { listEvents, showEvent } from './events.ts';
import { cancelJob, listFindings, listJobs, resumeJob, showJob, watchJob } from './jobs.ts';
import { listParked, resolveParked } from './parked.ts';
import { replay, replayAll } from './replay.ts';

export const LOOKING: readonly Add[] = [addEvents, addReplay, addJobs, addParked, addCustomers];

function addEvents(program: Command, run: Run): void {
  const events = group(
    program,
    'events',
    'what shops sent: list, show, replay',
    'Lists and shows what shops sent, as it came.',
  );
  eventFilters(
    listOptions(
      overApi(
        command(events, 'list', 'the newest events', 'Lists events, the newest first.', [
          'keyferry events list --state parked',
          'keyferry events list --source NAME --from 2026-11-01 --all --json',
        ]),
      ),
    ),
  ).action((options) => run((terminal) => listEvents(options, terminal), options));
  overApi(
    command(
      events,
      'show <event>',
      'an event, and its body',
      'Shows one event and what became of it; with --body its headers and body as they came.',
      ['keyferry events show evt_01K… --body'],
    ),
  )
    .option('--body', 'also headers and body; they hold who bought')
    .action((id: string, options) => run((terminal) => showEvent(id, options, terminal), options));
  howToReplay(
    overApi(
      command(
        events,
        'replay <event>',
        'send one event through again',
        'The same as `keyferry replay <event>`.',
        ['keyferry events replay evt_01K… --dry-run'],
      ),
    ),
  ).action((id: string, options) => run((terminal) => replay(id, options, terminal), options));
}

function eventFilters(it: Command): Command {
  return it
    .option('--source <name>', 'of this source')
    .addOption(choice('--state <state>', 'in this state', EVENT_STATES))
    .option('--type <type>', 'of this type, as the shop calls it')
    .option('--from <date>', 'received then or later', time)
    .option('--to <date>', 'received before', time)
    .option('--order <id>', 'of this order');
}

function howToReplay(it: Command): Command {
  return it
    .option('--dry-run', 'say what would change, change nothing', false)
    .option('--remap', 'map all lines by today’s rules, also those that were issued', false)
    .option('--refresh', 'ask the shop anew', false);
}

/** Without one of these every event would go through again. */
const FILTERS = ['source', 'state', 'type', 'from', 'to', 'order', 'all'];

function addReplay(program: Command, run: Run): void {
  const it = command(
    program,
    'replay [event]',
    'send stored events through again',
    'Sends one stored event through again, or all that fit a filter, and prints what that changed. No changes is success: sale and licenses agreed already. Safe while Keyferry runs. Many events are a job: Ctrl-C stops following it, not the job.',
    [
      'keyferry replay evt_01K… --dry-run',
      'keyferry replay evt_01K… --remap',
      'keyferry replay --source NAME --state parked',
      'keyferry replay --from 2026-11-01 --to 2026-11-08 --dry-run',
    ],
  );
  howToReplay(eventFilters(overApi(it)))
    .option('--all', 'every event, without a filter')
    .option('--detach', 'do not wait for the end')
    .action((event: string | undefined, options, self: Command) => {
      const given = FILTERS.filter((name) => name in options);
      if (event !== undefined && given.length > 0)
        self.error(`error: --${given[0]} is for many events; ${event} is one`);
      if (event === undefined && given.length === 0)
        self.error(
          `error: say which events: an id, --all, or some of --${FILTERS.slice(0, -1).join(', --')}`,
        );
      return event === undefined
        ? run((terminal) => replayAll(options, terminal), options)
        : run((terminal) => replay(event, options, terminal), options);
    });
}

function addJobs(program: Command, run: Run): void {
  const jobs = group(
    program,
    'jobs',
    'long work: list, watch, cancel',
    'Lists, follows and ends long work: replays, reconciliations, imports.',
  );
  listOptions(
    overApi(
      command(jobs, 'list', 'the newest jobs', 'Lists jobs, the newest first.', [
        'keyferry jobs list --state running',
      ]),
    ),
  )
    .addOption(choice('--kind <kind>', 'of this kind', JOB_KINDS))
    .addOption(choice('--state <state>', 'in this state', JOB_STATES))
    .action((options) => run((terminal) => listJobs(options, terminal), options));
  overApi(
    command(jobs, 'show <job>', 'how far a job is', 'Shows how far a job is, and what came of it.', [
      'keyferry jobs show job_01K…',
    ]),
  ).action((id: string, options) => run((terminal) => showJob(id, options, terminal), options));
  overApi(
    command(
      jobs,
      'watch <job>',
      'follow a job to its end',
      'Follows a job to its end. Where it is on the database here and no Keyferry runs, this takes its steps itself.',
      ['keyferry jobs watch job_01K…'],
    ),
  ).action((id: string, options) => run((terminal) => watchJob(id, options, terminal), options));
  listOptions(
    overApi(
      command(
        jobs,
        'findings <job>',
        'what a job found',
        'Lists what a job found, one by one, in its order.',
        ['keyferry jobs findings job_01K… --all --json'],
      ),
    ),
  ).action((id: string, options) => run((terminal) => listFindings(id, options, terminal), options));
  overApi(
    command(
      jobs,
      'cancel <job>',
      'end a job',
      'Ends a job after the step that is under way. What was done stays done.',
      ['keyferry jobs cancel job_01K…'],
    ),
  ).action((id: string, options) => run((terminal) => cancelJob(id, options, terminal), options));
  overApi(
    command(
      jobs,
      'resume <job>',
      'let a job go on',
      'Lets a job that failed or was cancelled go on where it stands, and follows it.',
      ['keyferry jobs resume job_01K…'],
    ),
  )
    .option('--detach', 'do not wait for the end')
    .action((id: string, options) => run((terminal) => resumeJob(id, options, terminal), options));
}

function addParked(program: Command, run: Run): void {
  const parked = group(
    program,
    'parked',
    'lines that wait: list, resolve',
    'Lines that no rule fits: what waits, and what a person lets them give.',
  );
  listOptions(
    overApi(
      command(
        parked,
        'list',
        'lines that wait for a rule',
        'Lists lines that no rule fits, the newest first. They issue by themselves once one does.',
        ['keyferry parked list --source NAME'],
      ),
    ),
  )
    .option('--source <name>', 'of this source')
    .action((options) => run((terminal) => listParked(options, terminal), options));
  overApi(
    command(
      parked,
      'resolve <line>',
      'say what a line gives',
      'Says what a line that waits gives: for its order alone, or with --rule by a new rule, for all lines like it.',
      [
        'keyferry parked resolve LINE --product acmepro --dry-run',
        'keyferry parked resolve LINE --product acmepro --policy annual --rule',
        'keyferry parked resolve LINE --ignore "physical goods"',
      ],
    ),
  )
    .option('--product <code>', 'a product')
    .option('--bundle <code>', 'a bundle: each of its products')
    .option('--policy <code>', 'a policy of the product; its default one if left out')
    .addOption(choice('--per <what>', 'one license for each unit, or one for the line', ['unit', 'line']))
    .option('--values <json>', 'what differs from the policy')
    .option('--ignore <reason>', 'there is nothing to license')
    .option('--rule', 'write it as a rule into the mapping')
    .option('--when <key=value>', 'of the rule: what it fits; may be repeated', repeated)
    .option('--note <text>', 'stands in what changed when')
    .option('--dry-run', 'say what would change, change nothing', false)
    .action((id: string, options) => run((terminal) => resolveParked(id, options, terminal), options));
}

function addCustomers(program: Command, run: Run): void {
  const customers = group(program, 'customers', 'who bought: list, show', 'Finds who bought.');
  listOptions(
    overApi(
      command(customers, 'list', 'the newest customers', 'Lists customers, the newest first.', [
        'keyferry customers list --email ada@example.com',
      ]),
    ),
  )
    .option('--email <address>', 'who has this address')
    .action((options) => run((terminal) => listCustomers(options, terminal), options));
  overApi(
    command(
      customers,
      'show <customer>',
      'a customer and their orders',
      'Shows one customer, by id or email address, and their newest orders.',
      ['keyferry customers show ada@example.com'],
    ),
  ).action((name: string, options) => run((terminal) => showCustomer(name, options, terminal), options));
}
