/** Inquiries that the system does not settle: "Group Troubleshooting" for now, and what no document names. */
import type { Inquiry } from '../../domain/facts.js';
import type { RowId } from '../../domain/ruling.js';
import { always, hold, row } from '../row.js';

const group = (id: RowId, inquiry: Inquiry, section: string) =>
  row({
    ...always,
    id,
    source: `Group Troubleshooting, ${section}`,
    inquiry,
    then: hold('a person goes through the group troubleshooting; the system changes nothing'),
  });

export const heldForAPerson = [
  group('group/access', 'group-access', 'Member Access Issues'),
  group('group/engagement', 'group-engagement', 'Engagement Discrepancies'),
  group('group/configuration', 'group-configuration', 'Configuration Conflicts'),
  group('group/rewards', 'group-rewards', 'Rewards Integration'),
  row({
    ...always,
    id: 'unknown',
    source: 'No document',
    ourReading: 'What the protocol does not know is never guessed, not even from the words of the ticket.',
    inquiry: 'unknown',
    whenSaid: "the ticket's inquiry is empty, or names nothing the protocol knows",
    then: hold('a person looks at it: no Jira issue, no change in Admin, no message beyond the acknowledgement'),
  }),
];
