/** Every command that a note gives to copy can be pasted into a shell as it stands, and is one that the CLI takes. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PROVIDABLE, REPORT_FIELDS, type FactName } from '../../src/domain/facts.js';
import { approveCommand } from '../../src/wording/commands.js';
import { note } from '../../src/wording/notes.js';
import { onetouch } from '../client/onetouch.js';
import { PROBLEM as OURS } from '../web/fake-problems.js';
import { approval } from './group-samples.js';
import { ALL_ARTICLES, ask, NOTES, PROBLEM, all } from './samples.js';

const texts = all(NOTES)
  .concat({ say: 'member-replied', asks: [...PROVIDABLE] }, { say: 'ask-report', missing: [...REPORT_FIELDS], reminder: 0 })
  .concat(PROVIDABLE.map((fact) => ({ say: 'ask', ruling: ask('vbid/unclear', [fact]), asks: [fact], of: 'agent', reminder: 0 })))
  .map((n) => note(n, { ticketId: '5158', articles: ALL_ARTICLES }));
/** To the end of its line: what an agent copies. */
const written = [...new Set(texts.flatMap((t) => [...t.matchAll(/npx onetouch .*$/gm)].map(([command]) => command)))];

/** Fakes of `npx`, and of what a stray metacharacter would run: they write down how they were called. */
const bin = mkdtempSync(join(tmpdir(), 'onetouch-npx-'));
const here = mkdtempSync(join(tmpdir(), 'onetouch-paste-'));
writeFileSync(join(bin, 'npx'), `#!/bin/sh\nfor word in "$@"; do printf '%s\\n' "$word" >> "$CALLS"; done\nprintf '\\036\\n' >> "$CALLS"\n`, { mode: 0o755 });
afterAll(() => [bin, here].forEach((folder) => rmSync(folder, { recursive: true })));

/** The calls of `npx` that pasting a line makes. */
function pasted(line: string): string[][] {
  const calls = join(bin, 'calls');
  writeFileSync(calls, '');
  execFileSync('/bin/sh', ['-c', line], { cwd: here, env: { PATH: bin, CALLS: calls }, stdio: ['ignore', 'pipe', 'pipe'] });
  expect(readdirSync(here)).toEqual([]);
  return readFileSync(calls, 'utf8').split('\u001e\n').slice(0, -1).map((call) => call.split('\n').slice(0, -1));
}

/** What stands in no quotes. */
const bare = (command: string) => command.replace(/'[^']*'|\\'|"[^"\\$`!]*"/g, '');

const SINCE = 'YYYY-MM-DDTHH:MM:SSZ';
const isOpen = (word: string) => /…/.test(word) || word.includes(SINCE);
const FILLED: Partial<Record<FactName | '--team' | 'promise', string>> = {
  inquiry: 'app-bug', errorKind: 'server-error', incentiveDates: 'unclear', ooeResult: 'error', scope: 'one-member', observedLogin: 'fails', memberId: 'M-1018',
  unmetRequirements: 'Consent', inComplianceSince: '2020-01-01T00:00:00Z', requirementsAllTrueSince: '2020-01-01T00:00:00Z', '--team': 'Tier 2', promise: '2100-01-01T00:00:00Z',
};
const YES_OR_NO = /^(troubleshootingDone|bugConfirmed|ordered|orderTemplateCompleted|firstSessionCompleted|clinicalRequirementsMet|securityConcern|suspectedDefect)$/;
/** The words with their placeholders filled in. */
const filledIn = (words: string[]) =>
  words.map((word, i) => {
    if (!isOpen(word)) return word;
    const name = word.includes('=') ? word.slice(0, word.indexOf('=')) : words[i - 1] === '--team' ? '--team' : words[0]!;
    const value = FILLED[name as FactName] ?? (YES_OR_NO.test(name) ? 'yes' : 'in my own words');
    return word.includes('=') ? `${name}=${value}` : value;
  });

/** What arrives at a gateway that takes it, besides what is asked before a grant is given. */
async function taken(argv: string[]) {
  const { code, err, calls } = await onetouch(argv.map((word) => (word === PROBLEM ? OURS : word)));
  return { code, err, calls: calls.filter(([verb]) => verb !== 'state') };
}

test('notes name every command an agent has', () => {
  expect(new Set(written.map((c) => c.split(' ')[2]))).toEqual(
    new Set(['approve', 'choose', 'close', 'confirm', 'fix', 'mail', 'observed', 'override', 'problem', 'promise', 'provide', 're-escalate', 'refuse', 'resume', 'unlink']),
  );
});

test.each(written)('%s', async (command) => {
  expect(bare(command)).toMatch(/^[\w.:/=, -]*$/);
  const calls = pasted(command);
  expect(calls).toHaveLength(1);
  const [name, ...words] = calls[0]!;
  expect(name).toBe('onetouch');
  expect(words).toContain(command.includes(' problem ') ? PROBLEM : '5158');

  // As it stands it is either a whole answer, or none at all.
  const isWhole = !words.some(isOpen);
  if (isWhole) expect(words.join(' ')).not.toMatch(/--(reason|team)|(memberId|inquiry|errorKind|unmetRequirements|\w+Since|report\.\w+)=(?!app-bug)/);
  expect(await taken(words)).toMatchObject(isWhole ? { code: 0, err: '' } : { code: 2, calls: [] });
  const answered = await taken(filledIn(words));
  expect([answered.code, answered.err, answered.calls.length]).toEqual([0, '', 1]);
});

test('what is approved is exactly what was proposed, whatever its version looks like', () => {
  for (const version of ['v "3"', "it's `3` $HOME \\ !", '', '3; reboot', '-1']) {
    const command = approveCommand('5158', approval({ version }));
    expect(bare(command)).toMatch(/^[\w.:/=, -]*$/);
    expect(pasted(command)[0]).toEqual(['onetouch', 'approve', '5158', '--group', 'G-7', '--field', 'enabled', '--from', 'off', '--to', 'on', '--version', version]);
  }
});

test('every fact and every field of the report arrives by its name', async () => {
  const said: Record<string, unknown>[] = [];
  for (const command of written.filter((c) => c.startsWith('npx onetouch provide '))) said.push((await taken(filledIn(pasted(command)[0]!.slice(1)))).calls[0]![2] as Record<string, unknown>);
  const names = (part: 'facts' | 'report') => new Set(said.flatMap((body) => Object.keys((body[part] as object | undefined) ?? {})));
  expect(names('facts')).toEqual(new Set(PROVIDABLE));
  expect(names('report')).toEqual(new Set(REPORT_FIELDS));
});
