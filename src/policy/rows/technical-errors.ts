/** "Technical Errors & Bugs": an error of the platform is escalated at once. */
import { always, escalateTo, row } from '../row.js';

export const technicalErrors = [
  row({
    ...always,
    id: 'technical-error',
    source: 'Technical Errors & Bugs, Immediate Response Steps',
    ourReading:
      'A set error kind makes a ticket a technical error whatever its inquiry field says. Safe browser steps are suggested and never waited for.',
    inquiry: 'technical-error',
    because: ({ errorKind, inquiry }) => {
      if (!errorKind) return "the ticket's inquiry is a technical error";
      const instead = inquiry && inquiry !== 'technical-error' ? `, whatever the inquiry ${inquiry} says` : '';
      return `the error kind ${errorKind} is set, which makes it a technical error${instead}`;
    },
    then: escalateTo('Infra', 'it is escalated to Infra at once with the error report, and no fix is tried', {
      priority: 'High',
    }),
  }),
];
