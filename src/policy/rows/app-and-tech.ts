/** "App & Tech Escalations" of the routing protocols. */
import { heldFor, heldMs, span } from '../clocks.js';
import { always, answer, askAgent, escalateTo, row, tier1, waitOut, type Known } from '../row.js';

const SECTION = 'Routing protocols, App & Tech Escalations';

/* App bugs */

const untested = (f: Known) => (f.troubleshootingDone === false ? 'the troubleshooting is not done yet' : null);

const appBugs = [
  row({
    id: 'app-bug/untested',
    source: `${SECTION}, App Bugs`,
    inquiry: 'app-bug',
    needs: ['troubleshootingDone'],
    when: (f) => !f.troubleshootingDone,
    whenSaid: 'the troubleshooting is not done',
    whyNot: (f) => (f.troubleshootingDone ? 'the troubleshooting is done' : null),
    then: askAgent('Tier 1 troubleshoots first, and the agent is asked for the outcome', [
      'troubleshootingDone',
      'bugConfirmed',
    ]),
  }),
  row({
    id: 'app-bug/confirmed',
    source: `${SECTION}, App Bugs`,
    inquiry: 'app-bug',
    needs: ['troubleshootingDone', 'bugConfirmed'],
    when: (f) => f.troubleshootingDone && f.bugConfirmed,
    whenSaid: 'the troubleshooting is done and confirmed a bug',
    whyNot: (f) => untested(f) ?? (f.bugConfirmed === false ? 'no bug was confirmed' : null),
    then: escalateTo('Infra', 'a Jira issue is filed to Infra'),
  }),
  row({
    id: 'app-bug/not-a-bug',
    source: `${SECTION}, App Bugs`,
    inquiry: 'app-bug',
    needs: ['troubleshootingDone', 'bugConfirmed'],
    when: (f) => f.troubleshootingDone && !f.bugConfirmed,
    whenSaid: 'the troubleshooting is done and no bug was confirmed',
    whyNot: (f) => untested(f) ?? (f.bugConfirmed ? 'a bug was confirmed' : null),
    then: tier1('Tier 1 solves it with the member'),
  }),
];

/* VBID / incentives. Compliance is looked at first, then the dates, then the clock. */

const notInCompliance = (f: Known) => (f.inComplianceSince === null ? 'the member is not in compliance' : null);
const datesOtherThan = (wanted: string, f: Known) =>
  f.incentiveDates === undefined || f.incentiveDates === wanted
    ? null
    : f.incentiveDates === 'missing'
      ? 'the dates are missing'
      : `the dates are there and ${f.incentiveDates}`;
const complianceHeld = (held: number, holdMs: number) => `in compliance for ${heldFor(held, holdMs)}`;

const vbid = [
  row({
    id: 'vbid/not-in-compliance',
    source: `${SECTION}, VBID / Incentives`,
    ourReading: 'The guide does not name this case; compliance is looked at before the dates.',
    inquiry: 'vbid-incentives',
    needs: ['inComplianceSince'],
    when: (f) => f.inComplianceSince === null,
    whenSaid: 'the member is not in compliance',
    whyNot: (f) => (f.inComplianceSince ? 'the member is in compliance' : null),
    then: tier1('Tier 1 explains what compliance needs'),
  }),
  row({
    id: 'vbid/settling',
    source: `${SECTION}, VBID / Incentives`,
    inquiry: 'vbid-incentives',
    needs: ['inComplianceSince', 'incentiveDates'],
    when: (f, now, holdMs) => {
      const held = heldMs(f.inComplianceSince, now);
      return f.incentiveDates === 'missing' && held !== null && held < holdMs;
    },
    whenSaid: 'the HGP "Incentive Program" dates are missing, and the member has been in compliance for less than 48 h',
    because: (f, now, holdMs) =>
      `the HGP "Incentive Program" dates are missing, ${complianceHeld(heldMs(f.inComplianceSince, now) ?? 0, holdMs)}, less than ${span(holdMs)}`,
    whyNot: (f, now, holdMs) => {
      const held = heldMs(f.inComplianceSince, now);
      const ripe = held !== null && held >= holdMs ? `${complianceHeld(held, holdMs)}, not less than ${span(holdMs)}` : null;
      return notInCompliance(f) ?? datesOtherThan('missing', f) ?? ripe;
    },
    then: waitOut(
      'it is not escalated; as soon as that is reached, HGP is read again and it is decided again',
      'inComplianceSince',
      0,
    ),
  }),
  row({
    id: 'vbid/dates-missing',
    source: `${SECTION}, VBID / Incentives`,
    inquiry: 'vbid-incentives',
    needs: ['inComplianceSince', 'incentiveDates'],
    when: (f, now, holdMs) => {
      const held = heldMs(f.inComplianceSince, now);
      return f.incentiveDates === 'missing' && held !== null && held >= holdMs;
    },
    whenSaid: 'the HGP "Incentive Program" dates are missing, and the member has been in compliance for 48 h or more',
    because: (f, now, holdMs) =>
      `the HGP "Incentive Program" dates are missing, ${complianceHeld(heldMs(f.inComplianceSince, now) ?? 0, holdMs)}, not less than ${span(holdMs)}`,
    whyNot: (f, now, holdMs) => {
      const held = heldMs(f.inComplianceSince, now);
      const young = held !== null && held < holdMs ? `${complianceHeld(held, holdMs)}, not yet ${span(holdMs)}` : null;
      return notInCompliance(f) ?? datesOtherThan('missing', f) ?? young;
    },
    then: escalateTo('Tier 2', 'the ticket is assigned to Tier 2'),
  }),
  row({
    id: 'vbid/unclear',
    source: `${SECTION}, VBID / Incentives`,
    inquiry: 'vbid-incentives',
    needs: ['inComplianceSince', 'incentiveDates'],
    when: (f) => f.inComplianceSince !== null && f.incentiveDates === 'unclear',
    whenSaid: 'the dates are there but unclear, at any time',
    whyNot: (f) => notInCompliance(f) ?? datesOtherThan('unclear', f),
    then: tier1('Tier 1 answers by the Dell knowledge-base article'),
  }),
  row({
    id: 'vbid/dates-present',
    source: `${SECTION}, VBID / Incentives`,
    ourReading: 'The guide does not name this case: there is nothing to escalate.',
    inquiry: 'vbid-incentives',
    needs: ['inComplianceSince', 'incentiveDates'],
    when: (f) => f.inComplianceSince !== null && f.incentiveDates === 'clear',
    whenSaid: 'the dates are there and clear, at any time',
    whyNot: (f) => notInCompliance(f) ?? datesOtherThan('clear', f),
    then: tier1('Tier 1 explains the dates'),
  }),
];

const webinar = [
  row({
    ...always,
    id: 'webinar-missing',
    source: `${SECTION}, Webinar Missing`,
    inquiry: 'webinar-missing',
    then: escalateTo('Coach Support', 'the ticket goes to Coach Support with an internal note, marked Urgent', {
      priority: 'Urgent',
    }),
  }),
];

/* Eligibility / "No Programs" */

const OOE_SAID = { excluded: 'a valid exclusion', error: 'an error', eligible: 'eligible' } as const;
const ooeOtherThan = (wanted: keyof typeof OOE_SAID) => (f: Known) =>
  f.ooeResult && f.ooeResult !== wanted ? `the OOE onboarding logic says ${OOE_SAID[f.ooeResult]}` : null;

const eligibility = [
  row({
    id: 'eligibility/excluded',
    source: `${SECTION}, Eligibility / "No Programs"`,
    inquiry: 'eligibility-no-programs',
    needs: ['ooeResult'],
    when: (f) => f.ooeResult === 'excluded',
    whenSaid: 'the OOE onboarding logic says a valid exclusion',
    whyNot: ooeOtherThan('excluded'),
    then: answer('the member is notified'),
  }),
  row({
    id: 'eligibility/error',
    source: `${SECTION}, Eligibility / "No Programs"`,
    inquiry: 'eligibility-no-programs',
    needs: ['ooeResult'],
    when: (f) => f.ooeResult === 'error',
    whenSaid: 'the OOE onboarding logic says an error',
    whyNot: ooeOtherThan('error'),
    then: escalateTo('ProdOps', 'a Jira issue is filed to ProdOps'),
  }),
  row({
    id: 'eligibility/eligible',
    source: `${SECTION}, Eligibility / "No Programs"`,
    ourReading: 'The guide does not name this case: the programs are there, so the member is shown them.',
    inquiry: 'eligibility-no-programs',
    needs: ['ooeResult'],
    when: (f) => f.ooeResult === 'eligible',
    whenSaid: 'the OOE onboarding logic says eligible',
    whyNot: ooeOtherThan('eligible'),
    then: tier1('Tier 1 shows the member the programs'),
  }),
];

/* VMP scheduling blocked */

const someFalse = (f: Known) => {
  const unmet = f.unmetRequirements?.length ?? 0;
  if (unmet) return `${unmet} of the "Requirements to Schedule" ${unmet === 1 ? 'is' : 'are'} FALSE`;
  return f.requirementsAllTrueSince === null ? 'one of the "Requirements to Schedule" is FALSE' : null;
};
const allTrueFor = (held: number, holdMs: number) => `TRUE for ${heldFor(held, holdMs)}`;

const vmp = [
  row({
    id: 'vmp/unmet',
    source: `${SECTION}, VMP Scheduling Blocked`,
    ourReading: 'The guide does not name this case: what is unmet is for the member to meet, so Tier 1 says which.',
    inquiry: 'vmp-scheduling-blocked',
    needs: ['unmetRequirements'],
    when: (f) => f.unmetRequirements.length > 0,
    whenSaid: 'an entry of HGP "Requirements to Schedule" is FALSE',
    because: (f) => someFalse(f) ?? '',
    whyNot: (f) =>
      f.requirementsAllTrueSince || f.unmetRequirements?.length === 0 ? 'all "Requirements to Schedule" are TRUE' : null,
    then: tier1('Tier 1 tells the member exactly which are unmet', (f) => f.unmetRequirements ?? []),
  }),
  row({
    id: 'vmp/settling',
    source: `${SECTION}, VMP Scheduling Blocked`,
    inquiry: 'vmp-scheduling-blocked',
    needs: ['requirementsAllTrueSince'],
    when: (f, now, holdMs) => {
      const held = heldMs(f.requirementsAllTrueSince, now);
      return held !== null && held <= holdMs;
    },
    whenSaid: 'all HGP "Requirements to Schedule" have been TRUE for 48 h or less',
    because: (f, now, holdMs) =>
      `all "Requirements to Schedule" have been ${allTrueFor(heldMs(f.requirementsAllTrueSince, now) ?? 0, holdMs)}, not yet more than ${span(holdMs)}`,
    whyNot: (f, now, holdMs) => {
      const held = heldMs(f.requirementsAllTrueSince, now);
      return someFalse(f) ?? (held !== null && held > holdMs ? `${allTrueFor(held, holdMs)}, more than ${span(holdMs)}` : null);
    },
    then: waitOut(
      'it is not escalated; as soon as it is more, HGP is read again and it is decided again',
      'requirementsAllTrueSince',
      1,
    ),
  }),
  row({
    id: 'vmp/ripe',
    source: `${SECTION}, VMP Scheduling Blocked`,
    inquiry: 'vmp-scheduling-blocked',
    needs: ['requirementsAllTrueSince'],
    when: (f, now, holdMs) => {
      const held = heldMs(f.requirementsAllTrueSince, now);
      return held !== null && held > holdMs;
    },
    whenSaid: 'all HGP "Requirements to Schedule" have been TRUE for more than 48 h',
    because: (f, now, holdMs) =>
      `all "Requirements to Schedule" have been ${allTrueFor(heldMs(f.requirementsAllTrueSince, now) ?? 0, holdMs)}, more than ${span(holdMs)}`,
    whyNot: (f, now, holdMs) => {
      const held = heldMs(f.requirementsAllTrueSince, now);
      return (
        someFalse(f) ?? (held !== null && held <= holdMs ? `${allTrueFor(held, holdMs)}, not yet more than ${span(holdMs)}` : null)
      );
    },
    then: escalateTo('ProdOps', 'a Jira issue is filed to ProdOps'),
  }),
];

export const appAndTech = [...appBugs, ...vbid, ...webinar, ...eligibility, ...vmp];
