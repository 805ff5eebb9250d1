/**
 * Sample tickets: at least one for every inquiry of the protocol, with what Admin and HGP know of the member,
 * what members, agents and engineers then do, and the end that is expected, which may be a waiting stage.
 * People and stories are made up.
 */
import { groupSamples } from './sample-groups.js';
import { problemSamples } from './sample-problems.js';
import { answered, answersFollowUp, assigned, filed, held, INFRA_ERROR, mailed, order, person, program, provided, RECORD, resolvedAs, tier1, TRUE_SINCE, type Sample } from './sample.js';

const commonInquiries: Sample[] = [
  {
    name: 'cancellation',
    ticket: { inquiry: 'cancellation', subject: 'Please cancel my membership', description: 'I would like to cancel as of the end of the month.' },
    member: person('M-1001', 'Alma Reyes'),
    steps: [{ when: { stage: 'tier-1' }, do: { agent: 'solves', of: 'Tier 1' } }],
    expects: { stage: 'ended', outcome: 'solved-in-tier-1', row: 'cancellation', effects: ['note 1:tier1-cancellation', RECORD] },
  },
  {
    name: 'scheduling',
    ticket: { inquiry: 'scheduling', subject: 'No appointment before next month', description: 'My coach has nothing free for four weeks. Is there anything sooner?' },
    member: person('M-1002', 'Ben Okafor'),
    expects: tier1('scheduling'),
  },
  {
    name: 'specific employee',
    ticket: { inquiry: 'specific-employee', subject: 'I want to talk to Dana', description: 'Dana helped me last time, please have her call me.' },
    member: person('M-1003', 'Carla Novak'),
    expects: tier1('specific-employee'),
  },
  {
    name: 'general feedback',
    ticket: { inquiry: 'general-feedback', subject: 'A dark mode would be nice', description: 'I use the app at night and it is very bright.' },
    member: person('M-1004', 'Dev Patel'),
    expects: {
      stage: 'ended',
      outcome: 'handed-over',
      row: 'general-feedback',
      team: 'ProdOps',
      effects: ['issue 1:PRODOPS', ...mailed('thanks'), RECORD],
    },
  },
  {
    name: 'positive feedback',
    ticket: { inquiry: 'positive-feedback', subject: 'My coach is wonderful', description: 'I just wanted to say thank you.' },
    member: person('M-1005', 'Elena Rossi'),
    expects: {
      stage: 'ended',
      outcome: 'handed-over',
      row: 'positive-feedback',
      team: 'Coach Support',
      effects: [...assigned('Coach Support'), ...mailed('thanks'), RECORD],
    },
  },
];

const appBugs: Sample[] = [
  {
    name: 'app bug, not tested yet',
    ticket: { inquiry: 'app-bug', subject: 'The app closes by itself', description: 'It closes whenever I open my messages.' },
    member: person('M-1006', 'Farid Haddad'),
    expects: { stage: 'asking', row: 'app-bug/untested', needs: 'facts', effects: ['note 1:ask-troubleshootingDone+bugConfirmed'] },
  },
  {
    name: 'app bug, none after all',
    ticket: { inquiry: 'app-bug', subject: 'My steps are gone', description: 'Since yesterday the app shows no steps.' },
    member: person('M-1007', 'Grace Lim'),
    steps: [provided({ troubleshootingDone: true, bugConfirmed: false })],
    expects: {
      stage: 'tier-1',
      row: 'app-bug/not-a-bug',
      effects: ['note 1:ask-troubleshootingDone+bugConfirmed', 'note 1:tier1-app-bug-not-a-bug'],
    },
  },
  {
    name: 'app bug, confirmed and fixed',
    ticket: { inquiry: 'app-bug', subject: 'The plan button does nothing', description: 'I tap on "My plan" and nothing happens.' },
    member: person('M-1008', 'Hugo Martin'),
    steps: [
      provided({ troubleshootingDone: true, bugConfirmed: true }),
      resolvedAs('Fixed'),
      ...answersFollowUp('Yes, it opens again. Thank you!', 'works'),
    ],
    expects: {
      stage: 'ended',
      outcome: 'confirmed',
      row: 'app-bug/confirmed',
      team: 'Infra',
      effects: [
        'note 1:ask-troubleshootingDone+bugConfirmed',
        ...filed('INFRA'),
        ...mailed('follow-up'),
        'note 1:confirm-member-replied',
        RECORD,
      ],
    },
  },
];

const incentives: Sample[] = [
  {
    name: 'VBID, not in compliance',
    ticket: { inquiry: 'vbid-incentives', subject: 'Where is my incentive?', description: 'I see no incentive in my account.' },
    member: person('M-1009', 'Ines Costa'),
    knows: () => program(null),
    expects: tier1('vbid/not-in-compliance'),
  },
  {
    name: 'VBID, 24 of 48 hours',
    ticket: { inquiry: 'vbid-incentives', subject: 'No dates for my incentive', description: 'I did everything yesterday and see no dates.' },
    member: person('M-1010', 'Jonas Weber'),
    knows: (since) => program(since.half),
    expects: { stage: 'waiting', row: 'vbid/settling', effects: ['note 1:wait-vbid-settling'] },
  },
  {
    name: 'VBID, 48 hours nearly over',
    ticket: { inquiry: 'vbid-incentives', subject: 'Still no incentive dates', description: 'It has been almost two days.' },
    member: person('M-1011', 'Keiko Sato'),
    knows: (since) => program(since.nearly),
    steps: [{ when: { stage: 'awaiting-resolution' }, do: { agent: 'solves', of: 'Tier 2' } }],
    expects: {
      stage: 'confirming',
      row: 'vbid/dates-missing',
      team: 'Tier 2',
      effects: ['note 1:wait-vbid-settling', ...assigned('Tier 2'), ...mailed('promise'), ...mailed('follow-up')],
    },
  },
  {
    name: 'VBID, dates missing',
    ticket: { inquiry: 'vbid-incentives', subject: 'Incentive dates are missing', description: 'For a week now there are no dates.' },
    member: person('M-1012', 'Liam Byrne'),
    knows: (since) => program(since.long),
    expects: {
      stage: 'awaiting-resolution',
      row: 'vbid/dates-missing',
      team: 'Tier 2',
      effects: [...assigned('Tier 2'), ...mailed('promise')],
    },
  },
  {
    name: 'VBID, dates unclear',
    ticket: { inquiry: 'vbid-incentives', subject: 'My incentive has no end date', description: 'It says when it starts and not when it ends.' },
    member: person('M-1013', 'Maya Cohen'),
    knows: (since) => program(since.long, '2026-01-01', null),
    expects: tier1('vbid/unclear'),
  },
  {
    name: 'VBID, dates there',
    ticket: { inquiry: 'vbid-incentives', subject: 'What do the dates mean?', description: 'I see two dates with my incentive.' },
    member: person('M-1014', 'Nils Berg'),
    knows: (since) => program(since.long, '2026-01-01', '2026-12-31'),
    expects: tier1('vbid/dates-present'),
  },
];

const webinarAndEligibility: Sample[] = [
  {
    name: 'webinar missing',
    ticket: { inquiry: 'webinar-missing', subject: 'My webinar is not there', description: 'It starts today and I have no link.' },
    member: person('M-1015', 'Olga Petrova'),
    expects: {
      stage: 'awaiting-resolution',
      row: 'webinar-missing',
      team: 'Coach Support',
      effects: [...assigned('Coach Support', 'urgent'), ...mailed('promise')],
    },
  },
  {
    name: 'no programs, excluded',
    ticket: { inquiry: 'eligibility-no-programs', subject: 'I see no programs', description: 'My colleague has three, I have none.' },
    member: person('M-1016', 'Pablo Ruiz'),
    knows: () => ({ ooeResult: 'excluded' }),
    expects: answered('eligibility/excluded'),
  },
  {
    name: "no programs, and ProdOps won't",
    ticket: { inquiry: 'eligibility-no-programs', subject: 'The programs page is empty', description: 'Nothing but a blank page.' },
    member: person('M-1017', 'Quinn Taylor'),
    knows: () => ({ ooeResult: 'error' }),
    steps: [resolvedAs("Won't Do")],
    expects: {
      stage: 'choosing',
      row: 'eligibility/error',
      team: 'ProdOps',
      needs: 'choice',
      effects: [...filed('PRODOPS'), 'note 1:choose-wont-do'],
    },
  },
  {
    name: 'no programs, member not found',
    ticket: { inquiry: 'eligibility-no-programs', subject: 'Where are my programs?', description: 'I signed up with my work address, I think.' },
    member: person('M-1018', 'Rosa Silva'),
    writesFrom: 'rosa@private.example',
    knows: () => ({ ooeResult: 'eligible' }),
    steps: [
      { when: { stage: 'asking' }, do: { member: 'writes', text: 'It must be rosa.silva@member.example.' } },
      {
        when: { stage: 'asking', after: 'note 1:ask-memberId-reply' },
        do: { agent: 'provide', says: { facts: { memberId: 'M-1018' } } },
      },
    ],
    expects: {
      stage: 'tier-1',
      row: 'eligibility/eligible',
      effects: [
        'reply 1:ask-memberId-member',
        'note 1:ask-memberId',
        'note 1:ask-memberId-reply',
        'note 1:tier1-eligibility-eligible',
      ],
    },
  },
  {
    name: 'no programs, yet eligible',
    ticket: { inquiry: 'eligibility-no-programs', subject: 'How do I find programs?', description: 'I cannot find any.' },
    member: person('M-1019', 'Sven Olsen'),
    knows: () => ({ ooeResult: 'eligible' }),
    expects: tier1('eligibility/eligible'),
  },
];

const vmp: Sample[] = [
  {
    name: 'VMP, a requirement unmet',
    ticket: { inquiry: 'vmp-scheduling-blocked', subject: 'I cannot book a visit', description: 'The button is grey.' },
    member: person('M-1020', 'Tara Singh'),
    knows: (since) => ({
      requirements: [
        { name: 'Consent signed', met: true, since: since.long },
        { name: 'Intake form completed', met: false, since: since.long },
      ],
    }),
    expects: tier1('vmp/unmet'),
  },
  {
    name: 'VMP, 24 of 48 hours',
    ticket: { inquiry: 'vmp-scheduling-blocked', subject: 'Booking is still blocked', description: 'I finished the forms yesterday.' },
    member: person('M-1021', 'Umar Khan'),
    knows: (since) => TRUE_SINCE(since.half),
    expects: { stage: 'waiting', row: 'vmp/settling', effects: ['note 1:wait-vmp-settling'] },
  },
  {
    name: 'VMP, 48 hours nearly over',
    ticket: { inquiry: 'vmp-scheduling-blocked', subject: 'I cannot schedule my first visit', description: 'Everything is filled in since Monday.' },
    member: person('M-1022', 'Vera Lang'),
    knows: (since) => TRUE_SINCE(since.nearly),
    steps: [resolvedAs('Fixed')],
    expects: {
      stage: 'confirming',
      row: 'vmp/ripe',
      team: 'ProdOps',
      effects: ['note 1:wait-vmp-settling', ...filed('PRODOPS'), ...mailed('follow-up')],
    },
  },
  {
    name: 'VMP, blocked for long',
    ticket: { inquiry: 'vmp-scheduling-blocked', subject: 'Blocked for a week', description: 'I have been trying to book for a week.' },
    member: person('M-1023', 'Wanda Kowalska'),
    knows: (since) => TRUE_SINCE(since.long),
    expects: { stage: 'awaiting-resolution', row: 'vmp/ripe', team: 'ProdOps', effects: filed('PRODOPS') },
  },
];

const devices: Sample[] = [
  {
    name: 'device order, ready',
    ticket: { inquiry: 'device-standard-order', subject: 'When do I get my device?', description: 'I had my first session last week.' },
    member: person('M-1024', 'Xavier Dubois'),
    knows: () => order({}),
    steps: [
      { when: { stage: 'awaiting-resolution' }, do: { agent: 'solves', of: 'Tier 2' } },
      { when: { stage: 'confirming' }, do: { agent: 'confirm', says: { verdict: 'works', how: 'call' } } },
    ],
    expects: {
      stage: 'ended',
      outcome: 'confirmed',
      row: 'device/order-ready',
      team: 'Tier 2',
      effects: [...assigned('Tier 2'), ...mailed('promise'), ...mailed('follow-up'), RECORD],
    },
  },
  {
    name: 'device order, not ready',
    ticket: { inquiry: 'device-standard-order', subject: 'My device has not come', description: 'Others got theirs already.' },
    member: person('M-1025', 'Yara Aziz'),
    knows: () => order({ firstSessionCompleted: false }),
    expects: tier1('device/order-not-ready'),
  },
  {
    name: 'device, CGM',
    ticket: { inquiry: 'device-cgm-order', subject: 'I need a new sensor', description: 'The last one fell off.' },
    member: person('M-1026', 'Zoe Brandt'),
    expects: tier1('device/cgm'),
  },
  {
    name: 'device, Withings',
    ticket: { inquiry: 'device-withings', subject: 'The scale does not sync', description: 'My weight is not in the app.' },
    member: person('M-1027', 'Adam Fischer'),
    expects: answered('device/withings'),
  },
  {
    name: 'device, Philips',
    ticket: { inquiry: 'device-philips', subject: 'The toothbrush is broken', description: 'It does not charge any more.' },
    member: person('M-1028', 'Bella Greco'),
    expects: answered('device/philips'),
  },
];

const technicalErrors: Sample[] = [
  {
    name: 'technical error, still broken',
    ticket: { inquiry: 'technical-error', errorKind: 'stuck-loading', subject: 'It loads for ever', description: 'The start page never finishes loading.' },
    member: person('M-1030', 'Dora Nagy'),
    steps: [resolvedAs('Done'), ...answersFollowUp('No, it is the same as before.', 'still-broken')],
    expects: {
      stage: 'awaiting-resolution',
      row: 'technical-error',
      team: 'Infra',
      issuePriority: 'High',
      cycle: 2,
      effects: [
        ...INFRA_ERROR,
        ...mailed('follow-up'),
        'note 1:confirm-member-replied',
        ...filed('INFRA', 2),
        'account-note 2:account-note',
        'note 2:ask-report',
      ],
    },
  },
  {
    name: 'technical error, mail bounces',
    ticket: { inquiry: 'technical-error', subject: 'I cannot sign in', description: 'It says that my password is wrong, and it is not.' },
    member: person('M-1031', 'Emil Horvat', 'bounce.invalid'),
    expects: {
      stage: 'awaiting-resolution',
      row: 'technical-error',
      team: 'Infra',
      issuePriority: 'High',
      needs: 'call',
      effects: INFRA_ERROR.filter((effect) => effect !== 'mail 1:promise'),
    },
  },
];

const heldForAPerson: Sample[] = [
  {
    name: 'unknown',
    ticket: { subject: 'A question', description: 'Could somebody call me back?' },
    member: person('M-1036', 'Julia Santos'),
    expects: held('unknown'),
  },
];

export const SAMPLES: readonly Sample[] = [
  ...commonInquiries,
  ...appBugs,
  ...incentives,
  ...webinarAndEligibility,
  ...vmp,
  ...devices,
  ...technicalErrors,
  ...problemSamples,
  ...groupSamples,
  ...heldForAPerson,
];
