/** "Member Access Troubleshooting": from the group down to one login. */
import { allPassed, judged, listed, unknown, type Check, type Checks } from './check.js';

const LIST = 'Group Troubleshooting, Access Issue Checklist';
const STEPS = 'Group Troubleshooting, Step-by-Step Access Diagnosis';
const SAMPLE = ['Provide the id of an affected member, or of a sample account of the group.'];

const checks: Check[] = [
  {
    id: 'access/group-enabled',
    source: `${LIST}, Group Status`,
    asks: 'whether the group is enabled in Admin, Employers',
    reads: ['employer'],
    passes: 'The group is enabled.',
    fails: 'The group is disabled, so none of its members can get in.',
    unknown: 'It is not known whether the group is enabled.',
    fix: 'enable-group',
    guidance: ['Look at the group in Admin, Employers.'],
    judge: ({ employer }) => (employer ? judged(employer.value.enabled, employer.value.enabled ? 'enabled' : 'disabled') : unknown()),
  },
  {
    id: 'access/eligibility',
    source: `${LIST}, Member Eligibility`,
    ourReading:
      'Only an eligibility that Admin holds as "not eligible" is corrected, and a second person approves it, since the data may be right. A member of another group, or of whom Admin holds no eligibility, is left to a person.',
    asks: "whether the sample member is in the group's eligibility data, and eligible",
    reads: ['employer', 'access'],
    passes: 'The sample member is in the eligibility data, and eligible.',
    fails: "The sample member is not eligible by the group's eligibility data.",
    unknown: "It is not known whether the sample member is eligible.",
    fix: 'correct-eligibility',
    guidance: [
      "Compare the member with the group's newest eligibility file.",
      'A member who is missing there has to be named by the employer; one of another group needs that group on the ticket.',
    ],
    asksFacts: ['memberId'],
    judge: ({ employer, access }) => {
      if (!employer || !access) return unknown();
      const { groupId, eligibility } = access.value;
      if (groupId !== null && groupId !== employer.value.id) return judged(false, 'a member of another group');
      if (!eligibility.listed) return judged(false, 'not in the eligibility data');
      if (groupId === null || eligibility.eligible === null) return unknown('in the eligibility data, which does not say for what');
      return judged(eligibility.eligible, eligibility.eligible ? 'in the eligibility data, eligible' : 'in the eligibility data, not eligible');
    },
  },
  {
    id: 'access/permissions',
    source: 'Group Troubleshooting, Member Access Issues, Diagnosis Steps',
    ourReading:
      'No quick fix is documented for missing permissions, and they say nothing of a defect: a person restores them, with the recent changes of permissions at hand.',
    asks: 'whether the sample member has the access permissions',
    reads: ['access'],
    passes: 'The access permissions are granted.',
    fails: 'Access permissions are missing.',
    unknown: 'It is not known whether the access permissions are granted.',
    guidance: ['Compare with the recent changes of permissions, and have whoever may do it grant those that are missing.'],
    asksFacts: ['memberId'],
    judge: ({ access }) => {
      if (!access) return unknown();
      const { granted, missing } = access.value.permissions;
      return judged(granted && missing.length === 0, missing.length ? `missing: ${listed(missing)}` : granted ? 'granted' : 'not granted');
    },
  },
  {
    id: 'access/account-created',
    source: `${LIST}, Account Creation`,
    ourReading: 'There is nothing to recover without an account: an agent guides the member through creating one.',
    asks: 'whether the sample member has created an account',
    reads: ['access'],
    passes: 'The account was created.',
    fails: 'The sample member has not created an account yet.',
    unknown: 'It is not known whether the account was created.',
    guidance: ['Guide the member through creating the account.'],
    asksFacts: ['memberId'],
    judge: ({ access }) => (access ? judged(access.value.account.created, access.value.account.created ? 'created' : 'not created') : unknown()),
  },
  {
    id: 'access/password-or-lock',
    source: `${LIST}, Password Issues`,
    asks: 'whether the account is locked, or its password expired',
    reads: ['access'],
    passes: 'The account is neither locked, nor is its password expired.',
    fails: 'The account is locked, or its password expired.',
    unknown: 'It is not known whether the account is locked.',
    fix: 'account-recovery',
    guidance: ['Guide the member through account recovery.'],
    asksFacts: ['memberId'],
    judge: ({ access }) => {
      if (!access) return unknown();
      const { locked, passwordExpired } = access.value.account;
      const wrong = [...(locked ? ['locked'] : []), ...(passwordExpired ? ['password expired'] : [])];
      return judged(wrong.length === 0, wrong.length ? wrong.join(', ') : 'not locked, password valid');
    },
  },
  {
    id: 'access/browser',
    source: `${LIST}, Browser/Technical`,
    ourReading: 'Not known as long as there was no attempt; the login after it is looked at all the same.',
    asks: 'whether the platform supports the browser of the last attempt',
    reads: ['access'],
    passes: 'The browser is supported.',
    fails: 'The browser of the last attempt is not supported.',
    unknown: 'It is not known which browser was used.',
    mayBeUnknown: true,
    guidance: ['Have the member clear the cache, and try a browser that the platform supports.'],
    judge: ({ access }) => {
      const browser = access?.value.browser;
      if (!browser) return unknown(access ? 'no attempt yet' : null);
      return judged(browser.supported, browser.supported ? 'supported' : 'not supported');
    },
  },
  {
    id: 'access/sample-login',
    source: `${STEPS}, Test Access`,
    ourReading:
      'By impersonation where that is available, else by a login that an agent watched. Where it fails though everything before it passed, a software defect is suspected.',
    asks: 'whether the sample member can sign in',
    reads: ['view'],
    passes: 'The sample member can sign in.',
    fails: 'The sample member cannot sign in.',
    unknown: 'Nobody has seen yet whether the sample member can sign in.',
    guidance: ['Watch the member, or use a sample account of the group, and say what you saw.'],
    asksFacts: ['observedLogin'],
    // A watched login runs in the member's own browser, which must be ruled out first; an impersonated one does not.
    provesDefect: (others, { view }) =>
      allPassed(view?.value ? others.filter((e) => e.check !== 'access/browser' || e.verdict === 'failed') : others),
    judge: ({ view }, { observedLogin }) => {
      if (view?.value) return judged(view.value.signIn === 'works', `impersonated: ${view.value.signIn}`);
      if (!observedLogin) return unknown(view ? 'impersonation is not available' : null);
      return { ...judged(observedLogin.value === 'works', `watched by an agent: ${observedLogin.value}`), toldAt: observedLogin.readAt };
    },
  },
];

export const access: Checks = {
  checks,
  commonCause: 'the group is disabled',
  quickFix: 'enable the group; or correct the eligibility, or start account recovery',
  nothingWrong: {
    cause: 'Every check passed, and the sample member can sign in: the problem could not be reproduced.',
    guidance: [...SAMPLE, 'Have an affected member sign in while you watch, and write down the exact error message.'],
    asksFacts: ['memberId', 'suspectedDefect'],
  },
};
