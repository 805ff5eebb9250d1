/**
 * The commands that notes tell agents to use; the one place that knows how they are typed. Each is whole, so that it can
 * be pasted into a shell; it stands at the end of its line, with one line for each alternative. What an agent fills in is
 * "…" or a time in letters, which nobody takes for an answer. A test pastes each of them and runs it through the CLI.
 */
import type { FactName, ObservedLogin } from '../domain/facts.js';
import type { ApprovalSubject } from '../domain/troubleshooting.js';
import { oneLine } from './clean.js';
import { FACT_WORDS, FILL_IN, FORM_OF_TIME } from './words.js';

const onetouch = (verb: string, ticketId: string, rest: string) =>
  `npx onetouch ${verb} ${quoted(ticketId)}${rest ? ` ${rest}` : ''}`;
const WHY = `--reason "${FILL_IN}"`;

export const provideCommand = (ticketId: string, pairs: Readonly<Record<string, string>>) =>
  onetouch('provide', ticketId, Object.entries(pairs).map(([name, value]) => `${name}=${quoted(value)}`).join(' '));
/** One command for each answer of a single fact; of several facts, or one in free words, a command to be filled in. */
export function answerCommands(ticketId: string, facts: readonly FactName[]): string[] {
  const [fact, ...others] = facts;
  const { answers } = FACT_WORDS[fact!];
  if (others.length === 0 && answers.length > 1) return answers.map((answer) => provideCommand(ticketId, { [fact!]: answer }));
  return [provideCommand(ticketId, Object.fromEntries(facts.map((f) => [f, FACT_WORDS[f].form ?? FILL_IN])))];
}
export const confirmCommand = (ticketId: string, verdict: 'works' | 'still-broken', how = '') => onetouch('confirm', ticketId, `${verdict}${how}`);
export const chooseCommand = (ticketId: string, choice: 'follow-up' | 'keep-waiting') =>
  onetouch('choose', ticketId, `${choice} ${WHY}`);
export const chooseForAllCommand = (problem: string, choice: 'follow-up' | 'keep-waiting') =>
  onetouch('problem choose', problem, `${choice} ${WHY}`);
export const unlinkCommand = (ticketId: string) => onetouch('unlink', ticketId, WHY);
export const promiseCommand = (ticketId: string) => onetouch('promise', ticketId, FORM_OF_TIME);
export const mailCommand = (ticketId: string, outcome: 'resend' | 'was-sent') => onetouch('mail', ticketId, outcome);
export const resumeCommand = (ticketId: string) => onetouch('resume', ticketId, '');
export const closeCommand = (ticketId: string) => onetouch('close', ticketId, WHY);
export const reEscalateCommand = (ticketId: string) => onetouch('re-escalate', ticketId, WHY);
export const overrideCommand = (ticketId: string) => onetouch('override', ticketId, `--team "${FILL_IN}" ${WHY}`);
export const fixCommand = (ticketId: string) => onetouch('fix', ticketId, '');
/** Exactly what was proposed, so that nobody approves what they did not read. */
export const approveCommand = (ticketId: string, { groupId, field, from, to, version }: Pick<ApprovalSubject, 'groupId' | 'field' | 'from' | 'to' | 'version'>) =>
  onetouch('approve', ticketId, `--group ${quoted(groupId)} --field ${quoted(field)} --from ${onOff(from)} --to ${onOff(to)} --version ${quoted(version)}`);
export const refuseCommand = (ticketId: string) => onetouch('refuse', ticketId, WHY);
export const observedCommand = (ticketId: string, login: ObservedLogin) => onetouch('observed', ticketId, login);

const onOff = (value: boolean) => (value ? 'on' : 'off');
/** For a shell: what is no plain word is quoted, and arrives as it is. */
function quoted(text: string): string {
  const word = oneLine(text);
  if (/^[\w.:/-]+$/.test(word)) return word;
  return /["\\$`!]/.test(word) ? `'${word.replaceAll("'", String.raw`'\''`)}'` : `"${word}"`;
}
