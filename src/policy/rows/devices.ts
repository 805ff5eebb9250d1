/** "Device Support" of the routing protocols. */
import { always, answer, escalateTo, row, tier1, type Known } from '../row.js';

const SECTION = 'Routing protocols, Device Support';

const ORDER_FACTS = ['ordered', 'orderTemplateCompleted', 'firstSessionCompleted', 'clinicalRequirementsMet'] as const;
/** The four criteria in the guide's words; `metBy` is the fact's value that meets one. */
const CRITERIA: readonly { fact: (typeof ORDER_FACTS)[number]; metBy: boolean; said: string }[] = [
  { fact: 'ordered', metBy: false, said: 'not ordered yet' },
  { fact: 'orderTemplateCompleted', metBy: true, said: 'order template completed' },
  { fact: 'firstSessionCompleted', metBy: true, said: 'first session completed' },
  { fact: 'clinicalRequirementsMet', metBy: true, said: 'all clinical requirements met' },
];
const failing = (f: Known) => CRITERIA.filter((c) => f[c.fact] === !c.metBy).map((c) => c.said);
const quoted = (names: string[]) => names.map((n) => `"${n}"`).join(', ');
const allMet = (f: Known) => CRITERIA.every((c) => f[c.fact] === c.metBy);

export const devices = [
  row({
    id: 'device/order-ready',
    source: `${SECTION}, Standard Orders`,
    inquiry: 'device-standard-order',
    needs: ORDER_FACTS,
    when: (f) => allMet(f),
    whenSaid: 'not ordered yet, order template completed, first session completed and all clinical requirements met',
    whyNot: (f) => (failing(f).length ? `it fails ${quoted(failing(f))}` : null),
    then: escalateTo('Tier 2', 'the ticket is assigned to Tier 2'),
  }),
  row({
    id: 'device/order-not-ready',
    source: `${SECTION}, Standard Orders`,
    inquiry: 'device-standard-order',
    needs: ORDER_FACTS,
    when: (f) => !allMet(f),
    whenSaid: 'any of the four criteria fails',
    because: (f) => `the order fails ${quoted(failing(f))}`,
    whyNot: (f) => (allMet(f) ? 'all four criteria are met' : null),
    then: tier1('Tier 1 works on exactly the criteria that fail', failing),
  }),
  row({
    ...always,
    id: 'device/cgm',
    source: `${SECTION}, CGM Orders`,
    inquiry: 'device-cgm-order',
    then: tier1('Tier 1 goes by the CGM section of the Device Guide, never by the logic of standard orders'),
  }),
  row({
    ...always,
    id: 'device/withings',
    source: `${SECTION}, Withings Issues`,
    inquiry: 'device-withings',
    then: answer(
      'it is never escalated; the member is told how to open a ticket at the Withings Program Support Center (the black icon at the bottom right), with the follow-on instructions for a member who is sent back to Vida',
    ),
  }),
  row({
    ...always,
    id: 'device/philips',
    source: `${SECTION}, Philips Issues`,
    inquiry: 'device-philips',
    then: answer('the member is given the number of Philips support, 888-666-4530'),
  }),
];
