/** Samples of employer groups' problems, one for each of the four and one that is a matter of security. */
import { filed, group, person, type Act, type Sample, type Step } from './sample.js';

/** Once it is asked for: said before, the note that asks would not be there. */
const SCOPED: Step = { when: { stage: 'troubleshooting', needs: 'facts' }, do: { agent: 'provide', says: { facts: { scope: 'whole-group' } } } };
const saying = (does: Act, needs: 'fix' | 'approval'): Step => ({ when: { stage: 'troubleshooting', needs }, do: does });
const ASKED_FOR = saying({ agent: 'fix', says: {} }, 'fix');
const APPROVED = saying({ ops: 'approves' }, 'approval');
const REPORT = { errorText: 'Access denied', impact: 'Everybody in our company', stepsToReproduce: 'Open the app and sign in.' };

const ASKED_WHAT_IS_MISSING = 'note 1:group-missing';
const DOCUMENTED = 'note 1:group-documented';
/** Looked at as a member before and after the scope was known; the agent was asked for it in between. */
const DIAGNOSED = [ASKED_WHAT_IS_MISSING, 'note 1:group-person-1', 'impersonation 1:test-0-1', 'impersonation 1:test-0-2'];
/** Looked at once more, and proposed to a second person. */
const PROPOSED = ['impersonation 1:test-0-3', 'note 1:group-approval-1'];
const FIXED = ['note 1:group-applying-1', 'admin-change 1:apply-1', 'impersonation 1:verify-1-0-1', DOCUMENTED];

export const groupSamples: Sample[] = [
  {
    name: 'group access, awaiting approval',
    ticket: { inquiry: 'group-access', subject: 'None of us can log in', description: 'Access denied, for the whole company.', employerGroup: 'G-201', report: REPORT },
    member: person('M-1032', 'Fiona Walsh'),
    group: group('G-201', 'Harbor Foods', { enabled: false }),
    steps: [SCOPED, ASKED_FOR],
    expects: {
      stage: 'troubleshooting',
      row: 'group/access',
      needs: 'approval',
      effects: [...DIAGNOSED, 'note 1:group-fix-enable-group', ...PROPOSED],
    },
  },
  {
    name: 'group engagement, explained',
    ticket: { inquiry: 'group-engagement', subject: 'The engagement report looks wrong', description: 'It shows half of what it did in spring.', employerGroup: 'G-202' },
    member: person('M-1033', 'Goran Ilic'),
    group: group('G-202', 'Lakeside Schools', { definition: { platform: ['logins', 'actions'], client: ['logins', 'searches', 'actions'], text: 'A member who signs in and does something.' } }),
    expects: { stage: 'troubleshooting', row: 'group/engagement', effects: [ASKED_WHAT_IS_MISSING, DOCUMENTED] },
  },
  {
    name: 'group configuration, fixed',
    ticket: { inquiry: 'group-configuration', subject: 'A feature of ours is gone', description: 'The chat that we ordered is not there.', employerGroup: 'G-203' },
    member: person('M-1034', 'Hana Kim'),
    group: group('G-203', 'Alpine Tools', { featureToggles: [{ name: 'chat', on: false, contracted: true }] }),
    steps: [SCOPED, ASKED_FOR, APPROVED],
    expects: { stage: 'troubleshooting', row: 'group/configuration', effects: [...DIAGNOSED, 'note 1:group-fix-enable-feature', ...PROPOSED, ...FIXED] },
  },
  {
    name: 'group rewards, integration down',
    ticket: { inquiry: 'group-rewards', subject: 'No points for our employees', description: 'Nobody got points since the first of the month.', employerGroup: 'G-204' },
    member: person('M-1035', 'Ivan Marek'),
    group: group('G-204', 'Delta Freight', { rewards: { integration: { status: 'down' } } }),
    expects: { stage: 'awaiting-resolution', row: 'group/rewards', team: 'Infra', issuePriority: 'High', effects: [ASKED_WHAT_IS_MISSING, DOCUMENTED, ...filed('INFRA')] },
  },
  {
    name: 'group access, a security concern',
    ticket: { inquiry: 'group-access', subject: 'Strange logins in our group', description: 'Several of us were signed out by somebody else.', employerGroup: 'G-205', report: REPORT },
    member: person('M-1044', 'Nadia Rahal'),
    group: group('G-205', 'Orchard Care', { securityIncident: 'SEC-12' }),
    expects: { stage: 'awaiting-resolution', row: 'group/access', team: 'Infra', issuePriority: 'Highest', effects: [ASKED_WHAT_IS_MISSING, DOCUMENTED, 'note 1:tell-lead', ...filed('INFRA')] },
  },
];
