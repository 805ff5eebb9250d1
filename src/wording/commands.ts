/**
 * The commands that notes tell agents to use; the one place that knows how they are typed. `a|b` is a choice,
 * `[…]` may be left out, capitals stand for what the agent fills in. A test runs each of them through the CLI.
 */
import type { ApprovalSubject } from '../domain/troubleshooting.js';
import { oneLine } from './clean.js';

const onetouch = (verb: string, ticketId: string, rest: string) =>
  `npx onetouch ${verb} ${oneLine(ticketId)}${rest ? ` ${rest}` : ''}`;

export const provideCommand = (ticketId: string, pairs: readonly string[]) => onetouch('provide', ticketId, pairs.join(' '));
export const confirmCommand = (ticketId: string, flags = '[--how call]') => onetouch('confirm', ticketId, `works|still-broken ${flags}`);
export const chooseCommand = (ticketId: string, choice: 'follow-up' | 'keep-waiting') =>
  onetouch('choose', ticketId, `${choice} --reason "why"`);
export const chooseForAllCommand = (problem: string, choice: 'follow-up' | 'keep-waiting') =>
  onetouch('problem choose', problem, `${choice} --reason "why"`);
export const unlinkCommand = (ticketId: string) => onetouch('unlink', ticketId, '--reason "why"');
export const promiseCommand = (ticketId: string) => onetouch('promise', ticketId, 'YYYY-MM-DDTHH:MM:SSZ');
export const mailCommand = (ticketId: string, outcome: 'resend' | 'was-sent') => onetouch('mail', ticketId, outcome);
export const resumeCommand = (ticketId: string) => onetouch('resume', ticketId, '');
export const closeCommand = (ticketId: string) => onetouch('close', ticketId, '--reason "why"');
export const reEscalateCommand = (ticketId: string) => onetouch('re-escalate', ticketId, '--reason "why"');
export const overrideCommand = (ticketId: string) => onetouch('override', ticketId, '--team TEAM --reason "why"');
export const fixCommand = (ticketId: string) => onetouch('fix', ticketId, '[--reason "why"]');
/** Exactly what was proposed, so that nobody approves what they did not read. */
export const approveCommand = (ticketId: string, { groupId, field, from, to, version }: Pick<ApprovalSubject, 'groupId' | 'field' | 'from' | 'to' | 'version'>) =>
  onetouch('approve', ticketId, `--group ${quoted(groupId)} --field ${quoted(field)} --from ${onOff(from)} --to ${onOff(to)} --version ${quoted(version)}`);
export const refuseCommand = (ticketId: string) => onetouch('refuse', ticketId, '--reason "why"');
export const observedCommand = (ticketId: string) => onetouch('observed', ticketId, 'works|fails');

const onOff = (value: boolean) => (value ? 'on' : 'off');
/** For a shell: what is no plain word is quoted. */
const quoted = (text: string) => (/^[\w.:/-]+$/.test(text) ? text : `"${oneLine(text).replace(/["\\$`]/g, '')}"`);
