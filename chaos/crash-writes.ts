/**
 * What the product can write outside, by the ports' own types: a method that is new there has no line here, and does not
 * compile. Every write that an activity makes has its crash points, or says why it needs none of its own.
 */
import type { Activities, Ports } from '../src/activities/index.js';
import type { GrantActivities } from '../src/activities/grants.js';
import type { ProblemActivities } from '../src/activities/problems.js';
import type { SweepActivities } from '../src/activities/sweep.js';
import type { TroubleshootingActivities } from '../src/activities/troubleshooting.js';

type MethodOf<P extends keyof Ports> = keyof Ports[P] & string;
/** e.g. `jira.createIssue`. */
export type Method = { [P in keyof Ports]: `${P}.${MethodOf<P>}` }[keyof Ports];

/** Every method of every port. */
export const METHODS: Readonly<Record<Method, 'reads' | 'writes'>> = {
  'helpdesk.readTicket': 'reads',
  'helpdesk.changed': 'reads',
  'helpdesk.updateTicket': 'writes',
  'jira.findByLabel': 'reads',
  'jira.readIssue': 'reads',
  'jira.ownComments': 'reads',
  'jira.filedByUs': 'reads',
  'jira.changed': 'reads',
  'jira.createIssue': 'writes',
  'jira.comment': 'writes',
  'jira.deleteComment': 'writes',
  'jira.addLabel': 'writes',
  'jira.updateIssue': 'writes',
  'jira.relate': 'writes',
  'jira.unrelate': 'writes',
  'jira.remoteLink': 'writes',
  'jira.linkDuplicate': 'writes',
  'jira.resolveAsDuplicate': 'writes',
  'admin.findMember': 'reads',
  'admin.incentiveProgram': 'reads',
  'admin.eligibility': 'reads',
  'admin.requirementsToSchedule': 'reads',
  'admin.deviceOrder': 'reads',
  'admin.noteAccount': 'writes',
  'groups.findGroup': 'reads',
  'groups.employer': 'reads',
  'groups.recentChanges': 'reads',
  'groups.members': 'reads',
  'groups.memberAccess': 'reads',
  'groups.imports': 'reads',
  'groups.engagementReport': 'reads',
  'groups.engagementDefinition': 'reads',
  'groups.activity': 'reads',
  'groups.rewards': 'reads',
  'groups.integrationLog': 'reads',
  'groups.memberView': 'writes',
  'groups.apply': 'writes',
  'groups.regenerateReport': 'writes',
  'groups.startRecovery': 'writes',
  'groups.syncRewards': 'writes',
  'mail.send': 'writes',
};

type Every = Activities & ProblemActivities & TroubleshootingActivities & SweepActivities & GrantActivities;
/** Every activity, with what it writes. */
export const ACTIVITIES: Readonly<Record<keyof Every, readonly Method[]>> = {
  consult: [],
  readTicket: [],
  readIssue: [],
  note: ['helpdesk.updateTicket'],
  reply: ['helpdesk.updateTicket'],
  fileIssue: ['jira.createIssue', 'jira.remoteLink', 'jira.relate'],
  followIssue: ['jira.addLabel', 'jira.remoteLink'],
  commentIssue: ['jira.comment'],
  write: ['mail.send', 'helpdesk.updateTicket'],
  handToSurvivor: [],
  groupResult: [],
  findIssue: [],
  findMark: [],
  noteAccount: ['admin.noteAccount'],

  findProblem: [],
  fileProblem: ['jira.createIssue', 'jira.relate'],
  showProblem: ['jira.updateIssue'],
  raiseProblem: ['jira.updateIssue', 'jira.comment'],
  commentProblem: ['jira.comment'],
  mailOps: ['mail.send'],
  stopGroupFixes: [],
  tellCases: [],
  recallMembers: [],
  handMembers: [],
  closeOver: ['jira.relate', 'jira.comment'],
  followForProblem: ['jira.addLabel', 'jira.comment'],
  tellProblems: [],
  askToChoose: ['helpdesk.updateTicket'],
  joinProblem: [],
  leaveProblem: [],
  askProblem: [],
  closeOwnIssue: ['jira.relate', 'jira.comment'],
  takeBackIssue: ['jira.unrelate', 'jira.comment'],

  gatherGroup: [],
  lookForTriggers: [],
  recentChanges: [],
  diagnoseGroup: ['groups.memberView'],
  applyChange: ['groups.apply'],
  regenerateReport: ['groups.regenerateReport'],
  startRecovery: ['groups.startRecovery'],
  syncRewards: ['groups.syncRewards'],
  verifyFix: ['groups.memberView'],

  sweepTickets: [],
  sweepIssues: ['jira.linkDuplicate', 'jira.comment', 'jira.resolveAsDuplicate', 'jira.deleteComment'],
  reviveCases: [],

  verifyGrant: [],
};

/** What the sweep heals has its crash points in `tests/e2e/crash-heal.test.ts`, which goes through all of these. */
export const HEALING = [
  { activity: 'sweepIssues', writes: 'jira.linkDuplicate' },
  { activity: 'sweepIssues', writes: 'jira.comment' },
  { activity: 'sweepIssues', writes: 'jira.resolveAsDuplicate' },
  { activity: 'sweepIssues', writes: 'jira.deleteComment' },
] as const satisfies readonly { activity: keyof Every; writes: Method }[];

/** What has no crash points of its own, and why. */
export const WITHOUT: Readonly<Record<string, string>> = {
  'commentProblem jira.comment': 'made as raiseProblem and closeOver make theirs, by its name',
  'fileProblem jira.relate': 'made as fileIssue makes its own, looked for first',
  'verifyFix groups.memberView': 'the look that diagnoseGroup takes, under another key',
};
