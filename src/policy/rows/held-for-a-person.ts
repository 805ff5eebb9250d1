/** What no document names: the system does not settle it. */
import { always, hold, row } from '../row.js';

export const heldForAPerson = [
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
