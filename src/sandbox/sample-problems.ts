/** Samples of one problem behind many tickets: the first starts it, the others join, and one problem is resolved. */
import type { ErrorReport } from '../domain/facts.js';
import { answersFollowUp, IN_PROBLEM, mailed, person, RECORD, resolvedAs, type Sample } from './sample.js';

const CLAIMS: ErrorReport = { errorText: 'HTTP 503', pageOrFeature: 'https://app.example/claims?from=mail' };
const claims = (name: string, member: Sample['member'], employerGroup: string, subject: string): Sample => ({
  name,
  ticket: { inquiry: 'technical-error', errorKind: 'service-unavailable', subject, description: 'The claims page says that the service is not available.', report: CLAIMS, employerGroup },
  member,
  expects: { stage: 'awaiting-resolution', row: 'technical-error', team: 'Infra', problem: 'system-wide', issuePriority: 'Highest', effects: IN_PROBLEM },
});

export const problemSamples: Sample[] = [
  {
    name: 'technical error, fixed',
    ticket: {
      inquiry: 'scheduling',
      errorKind: 'server-error',
      subject: 'Error 500 when I book',
      description: 'I get an error page when I confirm the appointment.',
      report: { errorText: 'HTTP 500', pageOrFeature: 'Booking' },
    },
    member: person('M-1029', 'Chen Wei'),
    // Whoever resolves it has read who reports it.
    steps: [resolvedAs('Fixed', 'comment 1:problem-report'), ...answersFollowUp('It works now.', 'works')],
    expects: {
      stage: 'ended',
      outcome: 'confirmed',
      row: 'technical-error',
      team: 'Infra',
      issuePriority: 'High',
      effects: [...IN_PROBLEM, ...mailed('follow-up'), 'note 1:confirm-member-replied', RECORD],
    },
  },
  claims('problem, first of its group', person('M-1041', 'Kofi Mensah'), 'Northwind', 'Claims do not open'),
  claims('problem, second of its group', person('M-1042', 'Lena Vogel'), 'Northwind', 'I cannot see my claims'),
  claims('problem, another group: system-wide', person('M-1043', 'Mateo Cruz'), 'Contoso', 'The claims page is down'),
];
