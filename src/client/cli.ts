/** The CLI over the gateway's API; `decide` alone is local. */
import { Command, CommanderError, Option } from 'commander';
import { STAGES } from '../domain/case.js';
import { TEAMS } from '../domain/ruling.js';
import { exportAudit, showAudit, verifyAudit } from './commands/audit.js';
import { decideLocally } from './commands/decide.js';
import { showGroup } from './commands/group.js';
import { explainCase, listCases, showCase, type CasesOptions } from './commands/look.js';
import { problemCommands } from './commands/problems.js';
import { login, logout, whoAmI } from './commands/login.js';
import { jsonFrom, provided } from './commands/provide.js';
import { replayWebhook } from './commands/replay.js';
import { CliError, EXIT, terminal, type Io } from './io.js';
import { plain } from './print.js';
import { DEFAULT_URL, openSession, type Session, type SessionOptions } from './session.js';

/** Runs one command and answers its exit code: 0 ok, 1 error, 2 usage, 3 refused, 4 not found, 5 unreachable. */
export async function main(argv: string[], io: Io = terminal()): Promise<number> {
  try {
    await program(io).parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // Commander has printed its own.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    io.err(error instanceof CliError ? printable(error.message) : `Something went wrong: ${plain(error)}`);
    return error instanceof CliError ? error.exitCode : EXIT.error;
  }
}

const BREAK_GLASS = 'an emergency: alone, recorded, counted and flagged';
/** An address would lose it: what is asked for would be another thing. */
function mustName(what: string, given: unknown): void {
  if (typeof given === 'string' && /^\.{0,2}$/.test(given.trim())) throw new CliError(EXIT.usage, `<${what}> must be named: "${given}" names nothing.`);
}
const printable = (message: string) => message.split('\n').map((line) => line.slice(0, line.search(/\S|$/)) + plain(line)).join('\n');

function program(io: Io): Command {
  const cli = new Command('onetouch')
    .description('Durable escalations for Member Services, from the terminal.')
    .option('--url <url>', `the gateway (default: ONETOUCH_URL, else ${DEFAULT_URL})`)
    .option('--as <name>', "your name, for the case's record, at a gateway without a sign-in (npm start has one: use login)")
    .option('--json', 'JSON instead of tables')
    .addHelpText(
      'after',
      '\nThe token comes from ONETOUCH_TOKEN or API_TOKEN, else from `onetouch login`, else from .data/api-token, where `npm start` leaves one.' +
        '\nExit codes: 0 ok, 1 error, 2 bad input, 3 refused by the protocol or by role, 4 no such case or problem, 5 not reachable.',
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) });

  /** A command with a session, and its own options. */
  const on = <A extends unknown[]>(command: Command, act: (session: Session, ...args: A) => Promise<void>) =>
    command.action(async (...args: unknown[]) => {
      const globals = command.optsWithGlobals<SessionOptions>();
      command.registeredArguments.forEach((argument, i) => mustName(argument.name(), args[i]));
      // Commander appends the command itself.
      await act(openSession(io, globals), ...(args.slice(0, -1) as A));
    });
  const reason = new Option('-r, --reason <text>', 'why, for the record').makeOptionMandatory();
  const saying = (usage: string, description: string) =>
    cli.command(usage).description(description).option('--key <key>', 'the same key again is the same command (Idempotency-Key)');

  on(cli.command('login').description('sign in, in a browser of any machine'), login);
  on(cli.command('whoami').description('as whom the commands here speak, with which roles, and by which token'), whoAmI);
  on(cli.command('logout').description('forget the sign-in on this machine'), logout);
  on(
    cli
      .command('cases')
      .description('list cases: running ones first, the last begun at the top, then ended ones, the last ended at the top')
      .option('-q, --query <query>', 'a visibility query, e.g. \'Team = "ProdOps" AND PromiseDue < "2026-07-02T00:00:00Z"\'')
      .addOption(new Option('--stage <stage>').choices([...STAGES, 'parked']))
      .addOption(new Option('--team <team>').choices(TEAMS))
      .option('--needs <need>', 'what a person has to do: facts, choice, confirmation, call, resume, …')
      .option('--flagged', 'only flagged ones')
      .option('--open', 'only running ones')
      .option('--ended', 'only ended ones')
      .option('-n, --limit <n>', 'at most so many'),
    (session, { query, stage, team, needs, flagged, open, ended, limit }: CasesOptions) =>
      listCases(session, { query, stage, team, needs, flagged, open, ended, limit }),
  );
  on(cli.command('show <ticket>').description("a case's state and record"), showCase);
  on(cli.command('explain <ticket>').description('the current ruling: its row, its grounds, why no other row'), explainCase);

  on(
    saying('close <ticket>', 'close the case; what is owed to the member is sent first')
      .addOption(reason)
      .option('--without-follow-up', 'send the member nothing; a lead does this')
      .option('--break-glass', BREAK_GLASS),
    (session, ticket: string, o: { reason: string; withoutFollowUp?: boolean; breakGlass?: boolean }) =>
      session.say(ticket, 'close', { reason: o.reason, ...(o.withoutFollowUp && { withoutFollowUp: true }), ...(o.breakGlass && { breakGlass: true }) }),
  );
  on(
    saying('re-escalate <ticket>', 'start the next cycle; a Tier 1 row refuses it').addOption(reason),
    (session, ticket: string, o: { reason: string }) => session.say(ticket, 're-escalate', { reason: o.reason }),
  );
  on(
    saying('override <ticket>', "a lead escalates against the protocol's ruling; recorded and counted")
      .addOption(new Option('-t, --team <team>', 'to whom').choices(TEAMS).makeOptionMandatory())
      .addOption(reason)
      .option('--break-glass', BREAK_GLASS),
    (session, ticket: string, o: { team: string; reason: string; breakGlass?: boolean }) =>
      session.say(ticket, 'override', { team: o.team, reason: o.reason, ...(o.breakGlass && { breakGlass: true }) }),
  );
  on(
    saying('provide <ticket> [name=value...]', 'facts no system knows, and fields of the error report (report.errorText=…)')
      .option('--from-json <json>', '{"facts": {…}, "report": {…}}; - reads stdin'),
    async (session, ticket: string, words: string[], o: { fromJson?: string }) => {
      if (o.fromJson !== undefined && words.length) throw new CliError(EXIT.usage, 'Give name=value or --from-json, not both.');
      await session.say(ticket, 'provide', o.fromJson === undefined ? provided(words) : await jsonFrom(o.fromJson, io.stdin));
    },
  );
  on(
    saying('confirm <ticket> <verdict>', 'after the follow-up, does it work for the member: works, still-broken')
      .addOption(new Option('--how <how>', 'how the member said so').choices(['mail', 'call', 'ticket'])),
    (session, ticket: string, verdict: string, o: { how?: string }) =>
      session.say(ticket, 'confirm', { verdict, ...(o.how && { how: o.how }) }),
  );
  on(
    saying('choose <ticket> <choice>', 'after a resolution that is none: follow-up, keep-waiting').addOption(reason),
    (session, ticket: string, choice: string, o: { reason: string }) =>
      session.say(ticket, 'choose', { choice, reason: o.reason }),
  );
  on(
    saying('resume <ticket>', 'try a parked step again').option('--note <text>', 'what was done about it'),
    (session, ticket: string, o: { note?: string }) => session.say(ticket, 'resume', o.note ? { note: o.note } : {}),
  );
  on(
    saying('promise <ticket> <due>', 'the time by which the member hears next, e.g. 2026-07-01T17:00:00Z'),
    (session, ticket: string, dueAt: string) => session.say(ticket, 'promise', { dueAt }),
  );
  on(
    saying('mail <ticket> <outcome>', 'settle a mail whose acceptance is not known: resend, was-sent').option('--mail <name>', 'which one, where several are in doubt, e.g. follow-up-5160'),
    (session, ticket: string, outcome: string, o: { mail?: string }) => session.say(ticket, 'mail', { outcome, ...(o.mail && { mail: o.mail }) }),
  );

  on(cli.command('audit <ticket|problem>').description("everything its runs recorded: who did what, when, refusals included"), showAudit);
  on(
    cli
      .command('audit-export')
      .description('the records of all cases, group troubleshootings and problems as a signed chain, one JSON object a line')
      .option('--from <time>', 'runs that began at or after this ISO 8601 time')
      .option('--to <time>', 'and before this one'),
    (session, bounds: { from?: string; to?: string }) => exportAudit(session, bounds),
  );
  on(
    cli
      .command('audit-verify <file>')
      .description('was an export changed? says in which line')
      .option('--key <file>', "the public key as PEM (default: ask the gateway for its own)"),
    (session, file: string, options: { key?: string }) => verifyAudit(session, file, options),
  );
  on(cli.command('group <ticket>').description('the group troubleshooting: its step, its evidence, the change that waits for approval'), showGroup);
  on(
    saying('fix <ticket>', "ask for the fix of the group's problem; a change of the group then waits for a second person")
      .option('-r, --reason <text>', 'why, for the record'),
    (session, ticket: string, o: { reason?: string }) => session.say(ticket, 'fix', o.reason ? { reason: o.reason } : {}),
  );
  const onOff = (flags: string, what: string) => new Option(flags, what).choices(['on', 'off']).makeOptionMandatory();
  on(
    saying('approve <ticket>', 'approve exactly this change of a group, as the second person')
      .requiredOption('--group <id>', 'the group')
      .requiredOption('--field <name>', 'what is changed')
      .addOption(onOff('--from <value>', 'the value before'))
      .addOption(onOff('--to <value>', 'the value after'))
      .requiredOption('--version <version>', 'the version that it was read at')
      .option('-r, --reason <text>', 'why, for the record')
      .option('--break-glass', BREAK_GLASS),
    (session, ticket: string, o: { group: string; field: string; from: string; to: string; version: string; reason?: string; breakGlass?: boolean }) =>
      session.say(ticket, 'approve', {
        groupId: o.group, field: o.field, from: o.from === 'on', to: o.to === 'on', version: o.version,
        ...(o.reason && { reason: o.reason }), ...(o.breakGlass && { breakGlass: true }),
      }),
  );
  on(
    saying('refuse <ticket>', 'refuse the change of a group that waits for approval').addOption(reason),
    (session, ticket: string, o: { reason: string }) => session.say(ticket, 'refuse', { reason: o.reason }),
  );
  on(
    saying('observed <ticket> <login>', 'a login that you watched: works, fails'),
    (session, ticket: string, login: string) => session.say(ticket, 'observed', { login }),
  );
  problemCommands(cli, on);

  cli
    .command('decide')
    .description('facts as JSON on stdin, the ruling as JSON on stdout; needs no server')
    .option('--now <time>', 'decide as of this ISO 8601 time')
    .option('--hold-hours <hours>', 'how long a condition must hold (default: 48)')
    .action((options: { now?: string; holdHours?: string }) => decideLocally(io, options));

  on(
    cli
      .command('replay-webhook <file>')
      .description('post a stored webhook {path, headers, body}, or a bare body signed with the configured secret')
      .option('--sign', 'sign a stored one anew, as of now'),
    (session, file: string, o: { sign?: boolean }) => replayWebhook(session, file, o),
  );
  return cli;
}
