/** The notes of group troubleshooting, for the agent who works the ticket and for the one who approves. */
import type { Approval, Evidence, Fix, Resolution } from '../domain/troubleshooting.js';
import { listed, oneLine, sentence, truncate, utc } from './clean.js';
import { answerCommands, approveCommand, fixCommand, observedCommand, refuseCommand } from './commands.js';
import type { GroupNote, MissingOfGroup } from './group-contents.js';
import { askedOfAgent } from './words.js';

const bullets = (items: readonly string[]) => items.map((s) => `- ${s}`);
const isReminder = (reminder: number) => (reminder > 0 ? `Reminder ${reminder}: ` : '');
const onOff = (value: boolean) => (value ? 'on' : 'off');

const MISSING: Record<MissingOfGroup, string> = {
  errorMessages: 'the exact error messages (the field of the ticket)',
  affectedMembers: 'which members are affected, or how many (the impact field of the ticket)',
  stepsToReproduce: 'how it can be reproduced (the field of the ticket)',
  scope: 'whom it affects',
};

/** What would be changed, from what to what. */
const change = (fix: Fix): string =>
  fix.change ? `${fix.change.field}, from ${onOff(fix.change.from)} to ${onOff(fix.change.to)}, at version ${oneLine(fix.change.version)}` : 'no setting of the group';

const exactly = (a: Approval): string => `${oneLine(a.groupId)}: ${oneLine(a.field)} from ${onOff(a.from)} to ${onOff(a.to)}, at version ${oneLine(a.version)}`;

const AGAIN = {
  expired: 'Nobody approved it in time, and nothing was changed. It has to be asked for anew.',
  refused: 'It was refused before, and nothing was changed.',
};

const VERDICTS: Record<Evidence['verdict'], string> = { passed: 'passed', failed: 'FAILED', unknown: 'not known' };
/** One check as evidence: its verdict, the value, the source, the time. */
export const evidenceLine = (e: Evidence): string =>
  `${e.check}: ${VERDICTS[e.verdict]}. ${sentence(e.means)}${e.value ? ` (${oneLine(e.value)}; ${e.source}${e.at ? `, ${utc(e.at)}` : ''})` : ''}`;

export const approvalLine = (a: Approval): string => {
  const reason = a.reason ? `: ${sentence(truncate(oneLine(a.reason), 300))}` : '.';
  return `Asked for by ${oneLine(a.requestedBy)} at ${utc(a.askedAt)}; ${a.decision ?? 'open'}${a.decidedBy ? ` by ${oneLine(a.decidedBy)} at ${utc(a.decidedAt ?? a.askedAt)}` : ''}${reason}`;
};

const HEADS = {
  fixed: 'The group troubleshooting found the cause and fixed it. Tell the member, and solve the ticket.',
  begun: 'The group troubleshooting found the cause and did what it can; that it helped was not seen yet. Guide the member through the rest, then solve the ticket.',
  explained: 'The figures are right, and nothing was changed. Explain them to the client, and solve the ticket.',
  escalate: 'The group troubleshooting escalates it instead of fixing it.',
  person: 'The group troubleshooting leaves it to a person.',
  stopped: 'The group troubleshooting was stopped.',
};

function documented(r: Resolution, outcome: Exclude<keyof typeof HEADS, 'begun'>): string[] {
  if (r.trigger?.restricted && outcome === 'escalate') {
    return [HEADS.escalate, `Why: a security concern. It goes to ${r.trigger.team} as a restricted issue; nothing was changed and nobody was impersonated. Keep the details off this ticket.`];
  }
  const { explanation: x } = r;
  const figures = (f: Record<string, number>) => listed(Object.entries(f).map(([name, n]) => `${name} ${n}`)) || 'none';
  return [
    HEADS[outcome === 'fixed' && r.verification?.verdict !== 'verified' ? 'begun' : outcome],
    `Cause: ${sentence(r.cause)}`,
    ...(r.outcome === 'put-back' ? ['What was changed was put back, since it did not help.'] : []),
    ...(r.change ? [`Changed: ${r.change.field}, which was ${onOff(r.change.from)} before, at version ${oneLine(r.change.version)}.`] : []),
    ...(r.approval ? [approvalLine(r.approval)] : []),
    ...(r.verification ? [`Verification: ${r.verification.verdict}. ${sentence(r.verification.text)}`] : []),
    ...(x
      ? [
          `How engagement is defined: ${sentence(x.definition)} It counts ${listed(x.platformMetrics)}; the client counts ${x.clientMetrics ? listed(x.clientMetrics) : 'what nobody wrote down'}.`,
          `From ${oneLine(x.from)} to ${oneLine(x.to)} the report says ${figures(x.figures)}; the activity logs say ${figures(x.activity)}.`,
          sentence(x.text),
        ]
      : []),
    ...(r.evidence.length ? ['Evidence:', ...bullets(r.evidence.map(evidenceLine))] : []),
    ...(r.steps.length ? ['Steps:', ...bullets(r.steps.slice(-40).map((s) => `${utc(s.at)}  ${oneLine(s.text)}${s.by === 'onetouch' ? '' : ` (${oneLine(s.by)})`}`))] : []),
  ];
}

/** The lines of one note. */
export function groupLines(n: GroupNote, id: string): string[] {
  switch (n.say) {
    case 'group-missing':
      return [
        'The group troubleshooting began without these. Nothing waits for them; what you find out is taken up:',
        ...bullets(n.missing.map((m) => MISSING[m])),
        'The scope is one of:',
        ...bullets(answerCommands(id, ['scope'])),
      ];
    case 'group-fix':
      return [
        `${isReminder(n.reminder)}Diagnosed: ${sentence(n.cause)}`,
        ...(n.again ? [AGAIN[n.again]] : []),
        `The quick fix: ${sentence(n.fix.does)} It changes ${change(n.fix)}.`,
        n.fix.needsApproval ? 'Ask for it, and a second person has to approve exactly that change before it is made.' : 'Ask for it, and it is carried out.',
        fixCommand(id),
      ];
    case 'group-approval':
      return [
        `A change needs a second person, other than ${oneLine(n.approval.requestedBy)}, by ${utc(n.approval.expiresAt)}.`,
        `Why: ${sentence(n.cause)}`,
        `What: ${sentence(n.does)}`,
        `Exactly this: ${exactly(n.approval)}.`,
        `- Approve it: ${approveCommand(id, n.approval)}`,
        `- Refuse it: ${refuseCommand(id)}`,
      ];
    case 'group-applying':
      return [
        `Being done now: ${sentence(n.fix.does)}`,
        `It changes ${change(n.fix)}.${n.fix.change ? ` The value before it is ${onOff(n.fix.change.from)}: what it is put back to, should it not help.` : ''}`,
        n.approval && n.fix.needsApproval ? approvalLine(n.approval) : `Asked for by ${oneLine(n.requestedBy)}.`,
      ];
    case 'group-over':
      return [`What came of change ${n.round} is settled: ${OVER[n.how]}`];
    case 'group-observe':
      return [
        `${isReminder(n.reminder)}The change is made, and nobody can be impersonated to look at it.`,
        'Watch the member, or a sample account of the group, sign in, then say what you saw:',
        `- It works: ${observedCommand(id, 'works')}`,
        `- It fails: ${observedCommand(id, 'fails')}`,
      ];
    case 'group-person': {
      const { asks } = n.person;
      return [
        `${isReminder(n.reminder)}A person has to look at it: ${sentence(truncate(oneLine(n.person.why), 600))}`,
        ...bullets(n.person.guidance.map(sentence)),
        ...(asks.length ? ['What would help to decide:', ...bullets(asks.map(askedOfAgent)), 'Say what you know of it:', ...bullets(asks.flatMap((f) => answerCommands(id, [f])))] : []),
        'Solve the ticket when it is done by hand.',
      ];
    }
    case 'group-documented':
      return documented(n.resolution, n.outcome);
    case 'tell-lead':
      return [`For a lead: a security concern was raised on this ticket. It goes to ${n.team} as a restricted issue. Speak to them in person, and keep the details off this ticket.`];
  }
}

const OVER: Record<Extract<GroupNote, { say: 'group-over' }>['how'], string> = {
  refused: 'Admin refused it, and nothing was changed.',
  conflict: 'somebody else changed the record first, and nothing was changed.',
  'put-back': 'it did not help, and the value before it was put back.',
  'not-put-back': 'it did not help, and what stands there now is left to a person.',
};
