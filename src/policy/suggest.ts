/**
 * What a ticket's words suggest. Only ever shown to an agent, who sets the field: nothing is decided by it.
 * The first pattern that fits counts, so the narrow ones stand first.
 */
import type { ErrorKind, Inquiry } from '../domain/facts.js';

const NOT = "(?:not|n't|never|cannot|unable to|fail(?:s|ed|ing)? to|stopped|without)";
const WRONG = '(?:wrong|incorrect|inaccurate|mixed up|outdated)';
const GONE = '(?:missing|gone|empty|disappeared|incomplete|vanished)';
const GAP = '[^.!?\\n]{0,40}';

/** Fits where one of the alternatives occurs, whatever the case. */
const says = (...alternatives: string[]) => new RegExp(alternatives.map((a) => `(?:${a})`).join('|'), 'i');
/** "search results … missing" and "missing … search results". */
const both = (a: string, b: string) => `\\b(?:${a})\\b${GAP}${b}|${b}${GAP}\\b(?:${a})\\b`;

const ERROR_WORDS: readonly [ErrorKind, RegExp][] = [
  ['server-error', says('\\berror 500\\b', '\\b500\\b\\D{0,10}\\berror', '(?:internal )?server error', '\\bhttp 500\\b')],
  ['database-timeout', says(both('database|db', 'time[ds]?[ -]?out'), 'connection timed?[ -]?out')],
  ['service-unavailable', says('service (?:is )?(?:temporarily )?unavailable', '\\b503\\b', 'service is down')],
  ['authentication-failure', says('authentication\\b[^.!?\\n]{0,20}(?:fail|error|down)', 'login (?:system )?(?:fails|failed|failure|error)', '\\bsso\\b[^.!?\\n]{0,20}fail')],
  ['stuck-loading', says('stuck (?:on |at |while )?(?:the |a )?load', 'keeps? (?:on )?loading', 'loading (?:screen|forever|spinner)', 'spins forever', `${NOT} (?:finish )?load(?:s|ing)?\\b`)],
  ['search-filter-wrong', says(both('filters?', `(?:${WRONG}|ignored|broken|${NOT} (?:work|apply|filter))`))],
  ['search-results-missing', says(both('search results?', `(?:${GONE}|${NOT} (?:appear|show|come up|load))`), 'no search results', 'search (?:returns|shows|finds) (?:nothing|no )')],
  ['dependents-missing', says(both('dependents?', `(?:${GONE}|${NOT} (?:show|appear|listed|linked|there))`))],
  ['insurance-data-wrong', says(both('insurance', WRONG))],
  ['provider-data-missing', says(both('providers?', GONE))],
  ['history-inaccessible', says(both('histor(?:y|ical)', `(?:inaccessible|${GONE}|${NOT} (?:accessible|access|open|see|view|available))`))],
  ['profile-update-not-saving', says(both('profile|updates?|changes?', `${NOT} (?:be )?sav(?:e|es|ed|ing)`))],
  ['wrong-profile-data', says(both('profiles?', WRONG))],
  ['price-wrong', says(both('prices?|pricing|costs?|amounts?', WRONG))],
  ['form-not-submitting', says(both('forms?', `${NOT} (?:be )?(?:submit|send|go through)`), '\\b(?:submit|send) (?:the |a |my )?form\\b')],
  ['navigation-unresponsive', says(both('navigation|menus?', `(?:unresponsive|nothing happens|frozen|${NOT} (?:respond|work|open))`))],
  ['member-info-not-syncing', says(`${NOT} (?:be )?sync`, 'out of sync', 'sync(?:ing|hronization)? (?:fail|error|issue|problem)')],
  ['feature-missing', says(both('features?', `(?:${GONE}|${NOT} (?:there|visible|available|show))`))],
  ['content-not-rendering', says(both('images?|pictures?|content|videos?|pages?', `(?:blank|broken|${NOT} (?:render|display|show|appear))`))],
];

const INQUIRY_WORDS: readonly [Inquiry, RegExp][] = [
  ['device-withings', says('withings')],
  ['device-philips', says('philips')],
  ['device-cgm-order', says('\\bcgm\\b', 'continuous glucose')],
  ['device-standard-order', says(both('devices?|scale|cuff|blood pressure monitor|glucometer', '(?:order|ship|deliver|arriv)'))],
  ['group-rewards', says('mymedicalrewards', '\\brewards?\\b')],
  ['group-engagement', says('engagement', 'participation (?:rate|figure|number)')],
  ['group-configuration', says(both('groups?|employer|client', '(?:config|setting|toggle|branding|customi[sz]ation)'), 'feature toggle')],
  ['group-access', says('access denied', both('groups?|employer|employees', `(?:locked out|${NOT} (?:access|log ?in|sign ?in|get in))`))],
  ['webinar-missing', says('webinar')],
  ['vbid-incentives', says('\\bvbid\\b', '\\bincentives?\\b')],
  ['vmp-scheduling-blocked', says('\\bvmp\\b', 'requirements to schedule', both('schedul(?:e|ing)', 'blocked'))],
  ['eligibility-no-programs', says('\\bno programs?\\b', '\\beligib', 'programs? (?:are |is )?(?:missing|not (?:showing|there|listed))')],
  ['technical-error', says(...ERROR_WORDS.map(([, words]) => words.source), 'technical (?:error|issue|problem)', 'error (?:message|code)', 'system (?:error|is down)')],
  ['app-bug', says('\\bbugs?\\b', both('app', `(?:crash|freez|froze|glitch|broken|${NOT} work)`))],
  ['cancellation', says('\\bcancel')],
  ['specific-employee', says('specific (?:employee|person|agent|coach)', '\\b(?:speak|talk)(?:ing)? (?:to|with) (?:my|the same|him|her)\\b')],
  ['scheduling', says('\\b(?:re)?schedul', 'appointment', '\\bbook(?:ing)?\\b')],
  ['positive-feedback', says('positive feedback', 'compliment', 'kudos', '\\bthank(?:s|ful| you)\\b', '\\b(?:great|wonderful|amazing|fantastic|excellent) (?:coach|provider|help|service|experience|job|work)')],
  ['general-feedback', says('feedback', 'suggestion', 'complain', 'would be (?:nice|great|good) if', 'i wish')],
];

/** More of a long mail than this suggests nothing new. */
const READ_CHARS = 8_000;

function firstFit<T>(text: string, words: readonly [T, RegExp][]): T | null {
  const plain = text.slice(0, READ_CHARS).replace(/[’‘]/g, "'").replace(/\s+/g, ' ');
  return words.find(([, pattern]) => pattern.test(plain))?.[0] ?? null;
}

/** The inquiry that the words suggest; null when they suggest none. */
export const suggestInquiry = (text: string): Inquiry | null => firstFit(text, INQUIRY_WORDS);

/** The kind of technical error that the words suggest; null when they suggest none. */
export const suggestErrorKind = (text: string): ErrorKind | null => firstFit(text, ERROR_WORDS);
