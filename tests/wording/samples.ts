/** One of each thing that is said, for the tests of the wording. Keyed by kind, so a new kind must be added here. */
import type { Articles } from '../../src/config.js';
import type { Handoff } from '../../src/domain/case.js';
import { REPORT_FIELDS } from '../../src/domain/facts.js';
import type { RowId, Ruling } from '../../src/domain/ruling.js';
import { GROUP_NOTES } from './group-samples.js';
import type { IssueComment, IssueContent, Letter, Note, Reply } from '../../src/wording/contents.js';

export const AT = '2026-11-22T10:00:00.000Z';
export const PROBLEM = 'problem-server-error-0abc1def2gh';
export const DUE = '2026-11-22T14:00:00.000Z';

export const ALL_ARTICLES: Articles = {
  switchProvider: 'https://kb.example.com/switch',
  specificEmployee: 'https://kb.example.com/employee',
  dell: 'https://kb.example.com/dell',
  deviceGuideCgm: 'https://kb.example.com/cgm',
  withingsSupport: 'https://withings.example.com/support',
  withingsFollowOn: 'Open the app and choose Devices.',
};
export const NO_ARTICLES: Articles = {
  switchProvider: null,
  specificEmployee: null,
  dell: null,
  deviceGuideCgm: null,
  withingsSupport: null,
  withingsFollowOn: null,
};

/** What kind of ruling each row gives; the list is complete by its type. */
export const ROW_KINDS: Record<RowId, Ruling['kind']> = {
  cancellation: 'tier1',
  scheduling: 'tier1',
  'specific-employee': 'tier1',
  'general-feedback': 'escalate',
  'positive-feedback': 'escalate',
  'app-bug/untested': 'ask',
  'app-bug/not-a-bug': 'tier1',
  'app-bug/confirmed': 'escalate',
  'vbid/not-in-compliance': 'tier1',
  'vbid/settling': 'wait',
  'vbid/dates-missing': 'escalate',
  'vbid/unclear': 'tier1',
  'vbid/dates-present': 'tier1',
  'webinar-missing': 'escalate',
  'eligibility/excluded': 'answer',
  'eligibility/error': 'escalate',
  'eligibility/eligible': 'tier1',
  'vmp/unmet': 'tier1',
  'vmp/settling': 'wait',
  'vmp/ripe': 'escalate',
  'device/order-ready': 'escalate',
  'device/order-not-ready': 'tier1',
  'device/cgm': 'tier1',
  'device/withings': 'answer',
  'device/philips': 'answer',
  'technical-error': 'escalate',
  'group/access': 'troubleshoot',
  'group/engagement': 'troubleshoot',
  'group/configuration': 'troubleshoot',
  'group/rewards': 'troubleshoot',
  unknown: 'hold',
};
export const rowsOfKind = (...kinds: Ruling['kind'][]): RowId[] =>
  (Object.keys(ROW_KINDS) as RowId[]).filter((row) => kinds.includes(ROW_KINDS[row]));

const base = (row: RowId) => ({
  row,
  policy: '1',
  reason: `Because ${row} applies.`,
  restsOn: [{ fact: 'inquiry' as const, value: 'the-inquiry', source: 'ticket' as const, readAt: AT }],
  ruledOut: [],
  at: AT,
});
export const tier1 = (row: RowId, names: string[] = []): Ruling => ({ ...base(row), kind: 'tier1', names });
export const answer = (row: RowId): Ruling => ({ ...base(row), kind: 'answer' });
export const hold = (row: RowId): Ruling => ({ ...base(row), kind: 'hold' });
export const troubleshoot = (row: RowId): Ruling => ({ ...base(row), kind: 'troubleshoot', problem: 'access' });
export const wait = (row: RowId): Ruling => ({ ...base(row), kind: 'wait', until: '2026-11-24T10:00:00.001Z' });
export const ask = (row: RowId, asks: Extract<Ruling, { kind: 'ask' }>['asks'], of: 'agent' | 'member' = 'agent'): Ruling => ({
  ...base(row),
  kind: 'ask',
  asks,
  of,
});
export const escalate = (row: RowId, more: Partial<Extract<Ruling, { kind: 'escalate' }>> = {}) => ({
  ...base(row),
  kind: 'escalate' as const,
  team: 'ProdOps' as const,
  priority: 'Normal' as const,
  endsAtHandOver: false,
  ...more,
});
export const handoff = (more: Partial<Handoff> = {}): Handoff => ({
  team: 'ProdOps',
  row: 'vmp/ripe',
  priority: 'Normal',
  at: AT,
  issueKey: 'OPS-12',
  ...more,
});

type ByKind<T extends { say: string }> = { [S in T['say']]: Extract<T, { say: S }>[] };

const MAILS = ['sent', 'unknown', 'no-address'] as const;
const ABOUTS = ['promise', 'follow-up', 'new-time', 'acknowledgement'] as const;

export const NOTES: ByKind<Note> = {
  tier1: rowsOfKind('tier1').map((row) => ({ say: 'tier1', ruling: tier1(row, ['one', 'two']) })),
  answer: rowsOfKind('answer').flatMap((row) => [
    { say: 'answer' as const, ruling: answer(row) },
    { say: 'answer' as const, ruling: answer(row), gap: 'WITHINGS_SUPPORT_URL' },
  ]),
  ask: [
    { say: 'ask', ruling: ask('app-bug/untested', ['troubleshootingDone', 'bugConfirmed']), asks: ['troubleshootingDone', 'bugConfirmed'], of: 'agent', reminder: 0 },
    { say: 'ask', ruling: ask('vmp/ripe', ['memberId'], 'member'), asks: ['memberId'], of: 'member', reminder: 2 },
    { say: 'ask', ruling: { ...ask('vmp/ripe', ['memberId']), corrects: true, restsOn: [{ fact: 'memberId', value: 'M-NOBODY', source: 'agent', readAt: AT }] } as Ruling, asks: ['memberId'], of: 'agent', reminder: 0 },
  ],
  'member-replied': [{ say: 'member-replied', asks: ['memberId'] }],
  'ask-report': [{ say: 'ask-report', missing: [...REPORT_FIELDS], reminder: 1 }],
  hold: rowsOfKind('hold').flatMap((row) => MAILS.map((mail) => ({ say: 'hold' as const, ruling: hold(row), mail }))),
  wait: rowsOfKind('wait').map((row) => ({ say: 'wait', ruling: wait(row) })),
  'handed-over': [
    {
      say: 'handed-over',
      handoff: handoff({ team: 'Coach Support', row: 'positive-feedback', issueKey: null }),
      ruling: escalate('positive-feedback', { team: 'Coach Support', endsAtHandOver: true }),
      earlier: [],
    },
    {
      say: 'handed-over',
      handoff: handoff({ team: 'Tier 2', row: 'device/order-ready', issueKey: null, overriddenBy: 'lead-1', reason: 'two\nlines' }),
      ruling: tier1('device/order-not-ready'),
      earlier: [handoff({ at: '2026-11-01T08:30:00.000Z' })],
    },
  ],
  escalated: MAILS.flatMap((mail) => [
    { say: 'escalated' as const, handoff: handoff(), dueAt: DUE, mail },
    { say: 'escalated' as const, handoff: handoff({ team: 'Infra', row: 'technical-error', issueKey: null, problem: PROBLEM }), dueAt: DUE, mail },
    { say: 'escalated' as const, handoff: handoff({ overriddenBy: 'lead-1', reason: 'it is urgent' }), dueAt: null, mail },
  ]),
  'new-time': [
    ...MAILS.map((mail) => ({ say: 'new-time' as const, dueAt: DUE, progress: mail === 'sent', mail })),
    { say: 'new-time', dueAt: DUE, progress: false, moved: true, mail: 'sent' },
  ],
  'set-time': [{ say: 'set-time', team: 'ProdOps', issueKey: 'OPS-12', reminder: 0 }],
  'remind-team': [{ say: 'remind-team', team: 'Tier 2', dueAt: DUE }],
  choose: (['wont-do', 'cannot-reproduce', 'declined', 'recategorised', 'other'] as const).map((why) => ({
    say: 'choose',
    why,
    detail: why === 'other' ? '' : 'as they said',
    issueKey: why === 'declined' ? null : 'OPS-12',
    reminder: 0,
  })),
  'follow-up': (['resolved', 'unchanged', 'closed'] as const).flatMap((outcome) =>
    MAILS.map((mail) => ({ say: 'follow-up' as const, outcome, mail, issueKey: 'OPS-12' })),
  ),
  'ask-confirmation': (['member-replied', 'reopened', 'issue-reopened'] as const).map((why) => ({ say: 'ask-confirmation', why, reminder: 1 })),
  call: ABOUTS.map((about) => ({ say: 'call', about, reminder: 0 })),
  'mail-check': ABOUTS.map((about) => ({ say: 'mail-check', about, reminder: 0 })),
  parked: [{ say: 'parked', step: 'file', why: 'Jira refused to create the issue (400)', reminder: 0 }],
  inherited: [
    { say: 'inherited', fromTicket: '77', team: 'ProdOps', issueKey: 'OPS-9' },
    { say: 'inherited', fromTicket: '77', team: 'Tier 2', issueKey: null },
  ],
  ...GROUP_NOTES,
  linked: [
    { say: 'linked', problem: PROBLEM, reason: 'the same screenshot', own: 'INFRA-3' },
    { say: 'linked', problem: PROBLEM, reason: 'two\nlines', own: null },
  ],
  unlinked: [{ say: 'unlinked', problem: PROBLEM, reason: 'another page' }],
  'choose-problem': (['wont-do', 'cannot-reproduce', 'other'] as const).flatMap((why) =>
    [1, 2, 40].map((members) => ({ say: 'choose-problem' as const, problem: PROBLEM, why, detail: "INFRA-7: Won't Do", issueKey: members === 1 ? null : 'INFRA-7', members, reminder: members === 40 ? 1 : 0 })),
  ),
  record: [
    {
      say: 'record',
      summary: { cycle: 2, outcome: 'confirmed', row: 'vmp/ripe', reason: 'Because.', handoffs: [handoff()], followedUpAt: DUE, lines: ['a line', 'b line'] },
    },
    { say: 'record', summary: { cycle: 1, outcome: 'deleted', row: null, reason: null, handoffs: [], followedUpAt: null, lines: [] } },
  ],
};

export const LETTERS: ByKind<Letter> = {
  acknowledgement: [{ say: 'acknowledgement' }],
  thanks: [{ say: 'thanks' }],
  promise: [
    { say: 'promise', team: 'Infra', technical: true, hoursFrom: 2, hoursTo: 4 },
    { say: 'promise', team: 'Infra', technical: false, hoursFrom: 2, hoursTo: 4 },
    { say: 'promise', team: 'ProdOps', technical: false, hoursFrom: null, hoursTo: 24 },
    { say: 'promise', team: 'Coach Support', technical: false, hoursFrom: null, hoursTo: 1 },
    { say: 'promise', team: 'Tier 2', technical: false, hoursFrom: null, hoursTo: 0.002 },
  ],
  'new-time': [
    { say: 'new-time', dueAt: DUE, progress: true },
    { say: 'new-time', dueAt: DUE, progress: false },
    { say: 'new-time', dueAt: DUE, progress: false, moved: true },
  ],
  'follow-up': [
    { say: 'follow-up', outcome: 'resolved' },
    { say: 'follow-up', outcome: 'unchanged' },
    { say: 'follow-up', outcome: 'closed' },
  ],
};

export const REPLIES: ByKind<Reply> = {
  excluded: [{ say: 'excluded' }],
  withings: [{ say: 'withings' }],
  philips: [{ say: 'philips' }],
  'ask-member': [{ say: 'ask-member', asks: ['memberId'] }],
};

export const COMMENTS: ByKind<IssueComment> = {
  'made-twice': [{ say: 'made-twice', of: 'OPS-7' }],
  remind: [{ say: 'remind', dueAt: DUE, withoutProgressHours: 2.0004 }],
  report: [{ say: 'report', report: { errorText: 'Error 500', impact: 'one member' }, by: 'agent-1' }],
};

export const content = (row: RowId, more: Partial<IssueContent> = {}): IssueContent => {
  const { issueKey: _, ...rest } = handoff({ row });
  return { handoff: rest, ruling: escalate(row), cycle: 1, earlier: [], report: null, ...more };
};

export const all = <T extends { say: string }>(byKind: ByKind<T>): T[] => Object.values<T[]>(byKind).flat();
