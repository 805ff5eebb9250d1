/** "Common Inquiries (DO NOT ESCALATE)" of the routing protocols. */
import { always, escalateTo, row, tier1 } from '../row.js';

const SECTION = 'Routing protocols, Common Inquiries';

export const commonInquiries = [
  row({
    ...always,
    id: 'cancellation',
    source: `${SECTION}, Cancellations`,
    inquiry: 'cancellation',
    then: tier1('Tier 1 processes the cancellation directly in Admin, now; it is never transferred'),
  }),
  row({
    ...always,
    id: 'scheduling',
    source: `${SECTION}, Scheduling Issues`,
    inquiry: 'scheduling',
    then: tier1(
      'Tier 1 walks the member through the App or HGP to schedule, and offers "Switch Provider" for a sooner appointment',
    ),
  }),
  row({
    ...always,
    id: 'specific-employee',
    source: `${SECTION}, Specific Employee Request`,
    inquiry: 'specific-employee',
    then: tier1('Tier 1 answers by the knowledge-base article on requests to speak with specific employees'),
  }),
  row({
    ...always,
    id: 'general-feedback',
    source: `${SECTION}, General Feedback`,
    ourReading:
      'It stands under "do not escalate" and is filed to ProdOps all the same: the ticket is finished in Tier 1, the Jira issue carries the feedback, and nobody waits for it.',
    inquiry: 'general-feedback',
    then: escalateTo('ProdOps', 'the feedback is filed to ProdOps as "[System] Service Request" with the assignee blank', {
      endsAtHandOver: true,
    }),
  }),
  row({
    ...always,
    id: 'positive-feedback',
    source: `${SECTION}, Positive Feedback`,
    ourReading: 'It ends at the hand-over: nobody waits for Coach Support to answer.',
    inquiry: 'positive-feedback',
    then: escalateTo(
      'Coach Support',
      'the ticket goes to the Coach Support group with the internal note "Pass to provider leads", submitted as Open',
      { endsAtHandOver: true },
    ),
  }),
];
