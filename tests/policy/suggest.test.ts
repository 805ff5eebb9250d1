import { describe, expect, test } from 'vitest';
import { ERROR_KINDS, INQUIRIES, type ErrorKind, type Inquiry } from '../../src/domain/facts.js';
import { suggestErrorKind, suggestInquiry } from '../../src/policy/suggest.js';

/** The guide's own words first, then a member's. */
const ERRORS: Record<ErrorKind, string[]> = {
  'server-error': ['500 Internal Server Error messages', 'I get an "Error 500" page'],
  'database-timeout': ['Database connection timeouts', 'it says the connection timed out'],
  'service-unavailable': ['Service unavailable responses', 'HTTP 503 when I open it'],
  'authentication-failure': ['Authentication system failures', 'Login failed although my password is right'],
  'stuck-loading': ['Pages stuck on loading screens', 'the home page keeps loading'],
  'search-results-missing': ['Search results not appearing', 'Search results don’t show up'],
  'provider-data-missing': ['Provider data missing or incomplete', 'my provider’s address is missing'],
  'content-not-rendering': ['Images or content not rendering', 'the page is blank'],
  'form-not-submitting': ['Forms not submitting properly', 'I cannot submit the form'],
  'search-filter-wrong': ['Search filters not working correctly', 'the filter is ignored'],
  'price-wrong': ['Price calculations showing wrong amounts', 'the cost is incorrect'],
  'wrong-profile-data': ['Member profiles displaying incorrect data', 'wrong birthday in my profile'],
  'navigation-unresponsive': ['Navigation menus not responding', "the menu won't open: it does not open"],
  'feature-missing': ['Features missing for eligible members', 'the chat feature is gone'],
  'member-info-not-syncing': ['Member information not syncing', 'my steps are out of sync'],
  'insurance-data-wrong': ['Insurance data showing incorrectly', 'wrong insurance on my card'],
  'dependents-missing': ['Dependent relationships missing', 'my dependents are not listed'],
  'history-inaccessible': ['Historical data not accessible', 'I cannot see my history'],
  'profile-update-not-saving': ['Profile updates not saving', "my changes aren't saved"],
};

const ABOUT: Record<Inquiry, string> = {
  cancellation: 'Please cancel my membership',
  scheduling: 'I need a sooner appointment',
  'specific-employee': 'May I speak with my coach Dana again',
  'general-feedback': 'Some feedback on the newsletter',
  'positive-feedback': 'Thank you so much for everything',
  'app-bug': 'The app crashes when I open it',
  'vbid-incentives': 'When does my VBID incentive start?',
  'webinar-missing': 'I cannot find the webinar',
  'eligibility-no-programs': 'It says no programs are available to me',
  'vmp-scheduling-blocked': 'VMP scheduling is blocked',
  'device-standard-order': 'My device has not been ordered',
  'device-cgm-order': 'I would like a CGM',
  'device-withings': 'My Withings scale does not pair',
  'device-philips': 'The Philips device beeps',
  'technical-error': 'A technical problem on your site',
  'group-access': 'Employees of our group are locked out: access denied',
  'group-engagement': 'The engagement report looks too low',
  'group-configuration': 'The group branding setting is off',
  'group-rewards': 'MyMedicalRewards points were not awarded',
};

describe('words suggest', () => {
  test.each(ERROR_KINDS.flatMap((kind) => ERRORS[kind].map((text) => [kind, text] as const)))('the error kind %s: %s', (kind, text) => {
    expect(suggestErrorKind(text)).toBe(kind);
    expect(suggestErrorKind(text.toUpperCase())).toBe(kind);
  });

  test.each(INQUIRIES.map((inquiry) => [inquiry, ABOUT[inquiry]] as const))('the inquiry %s: %s', (inquiry, text) => {
    expect(suggestInquiry(text)).toBe(inquiry);
    expect(suggestInquiry(text.replaceAll(' ', '\n'))).toBe(inquiry);
  });

  test('a technical error where they suggest a kind of one', () => {
    expect(suggestInquiry('Internal server error when I look for a coach')).toBe('technical-error');
  });

  test('nothing where they say nothing', () => {
    for (const text of ['', 'Hello there', 'What are your opening hours?']) {
      expect(suggestInquiry(text)).toBeNull();
      expect(suggestErrorKind(text)).toBeNull();
    }
  });

  test('nothing from the depths of a long mail', () => {
    expect(suggestInquiry(`${'x '.repeat(3_000)}withings`)).toBe('device-withings');
    expect(suggestInquiry(`${'x '.repeat(30_000)}withings`)).toBeNull();
  });
});
