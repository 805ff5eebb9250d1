/** "Configuration Troubleshooting": what the client was promised, against what is set and what members see. */
import type { Employer, MemberView } from '../../activities/groups-port.js';
import { allPassed, judged, listed, unknown, type Check, type Checks } from './check.js';

const STEPS = 'Group Troubleshooting, Configuration Conflicts, Resolution Steps';
const PROBLEMS = 'Group Troubleshooting, Common Configuration Problems';

const checks: Check[] = [
  {
    id: 'configuration/group-configuration',
    source: STEPS,
    ourReading:
      'Only what the contract names can be wrong. A disabled group is enabled; another setting is left to a person, since the only quick fix that is documented is a feature toggle.',
    asks: 'whether the group is enabled, and its settings are those of the contract',
    reads: ['employer'],
    passes: 'The group is enabled, and its settings are those of the contract.',
    fails: 'The group is disabled, or a setting is not the one of the contract.',
    unknown: "It is not known how the group is configured.",
    fix: 'enable-group',
    guidance: ['Correct the setting in Admin, Employers, and have a second person look at it.'],
    judge: ({ employer }) => {
      if (!employer) return unknown();
      const off = employer.value.configuration.filter((s) => s.contracted !== null && s.contracted !== s.value).map((s) => s.name);
      const wrong = [...(employer.value.enabled ? [] : ['the group is disabled']), ...off];
      return judged(wrong.length === 0, wrong.length ? `not as contracted: ${listed(wrong)}` : 'as contracted');
    },
  },
  {
    id: 'configuration/feature-toggles',
    source: `${PROBLEMS}, Missing Features`,
    ourReading:
      'One toggle is one change: of several that are off, the first is enabled, and then it is diagnosed again. A feature that is on without being contracted is left to a person.',
    asks: 'whether the features of the contract are on, and only those',
    reads: ['employer'],
    passes: 'The features of the contract are on, and no others.',
    fails: 'A feature of the contract is off, or one is on that is not of the contract.',
    unknown: 'It is not known which features are on.',
    fix: 'enable-feature',
    guidance: ['Ask the account owner whether the feature is wanted, before anybody switches it off.'],
    judge: ({ employer }) => {
      if (!employer) return unknown();
      const off = missingFeatures(employer.value);
      const extra = employer.value.featureToggles.filter((t) => t.on && !t.contracted).map((t) => t.name);
      const value = [...(off.length ? [`off: ${listed(off)}`] : []), ...(extra.length ? [`on without contract: ${listed(extra)}`] : [])];
      return judged(value.length === 0, value.join('; ') || 'as contracted');
    },
  },
  {
    id: 'configuration/customizations',
    source: `${PROBLEMS}, Incorrect Branding`,
    ourReading: 'Admin cannot always tell whether a customization is displayed; then the member view does.',
    asks: "whether the group's customizations and branding are displayed",
    reads: ['employer'],
    passes: 'The customizations are displayed.',
    fails: 'A customization is not displayed as it should be.',
    unknown: 'It is not known whether all customizations are displayed.',
    mayBeUnknown: true,
    guidance: ['Upload the branding again in Admin, Employers, and look at it in the member view.'],
    judge: ({ employer }) => {
      if (!employer) return unknown();
      const { customizations } = employer.value;
      const wrong = customizations.filter((c) => c.displayed === false || c.problem !== null).map((c) => c.name);
      const doubtful = customizations.filter((c) => c.displayed === null).map((c) => c.name);
      if (wrong.length) return judged(false, `not displayed: ${listed(wrong)}`);
      return doubtful.length ? unknown(`not known: ${listed(doubtful)}`) : judged(true, 'displayed');
    },
  },
  {
    id: 'configuration/network-data',
    source: `${PROBLEMS}, Wrong Network Data`,
    asks: "whether the group's network is the right one, by the latest mapping",
    reads: ['employer'],
    passes: 'The network is assigned by the latest mapping.',
    fails: 'The network mapping needs an update.',
    escalates: 'network-mapping',
    unknown: 'It is not known by which mapping the network is assigned.',
    guidance: ["Look up the group's network and its mapping in Admin, Employers."],
    judge: ({ employer }) => {
      if (!employer) return unknown();
      const { network } = employer.value;
      if (networkNeedsUpdate(network)) return judged(false, network.problem === null ? 'an older mapping' : 'wrong network data');
      const known = network.name !== null && network.mappingVersion !== null && network.latestMapping !== null;
      return known ? judged(true, 'the latest mapping') : unknown();
    },
  },
  {
    id: 'configuration/member-view',
    source: `${STEPS}, Test in member view`,
    ourReading:
      'A member who cannot sign in shows nothing of the configuration. Where the view differs though everything before it passed, a software defect is suspected.',
    asks: 'whether the sample member sees what is configured',
    reads: ['employer', 'view'],
    passes: 'The sample member sees what is configured.',
    fails: 'The sample member does not see what is configured.',
    unknown: 'Nobody has seen yet what a member sees.',
    guidance: ['Look at the platform with a test account of the group, and say whether it looks like a defect.'],
    asksFacts: ['suspectedDefect'],
    provesDefect: (others) => allPassed(others.filter((e) => e.check !== 'configuration/customizations' || e.verdict === 'failed')),
    judge: ({ employer, view }) => {
      if (!employer || !view) return unknown();
      if (!view.value) return unknown('impersonation is not available');
      if (view.value.signIn !== 'works') return unknown('the sample member cannot sign in');
      const unseen = notSeen(employer.value, view.value);
      return judged(unseen.length === 0, unseen.length ? `not seen: ${listed(unseen)}` : 'as configured');
    },
  },
];

export const configuration: Checks = {
  checks,
  commonCause: 'a feature is not enabled',
  quickFix: "enable the feature's toggle",
  nothingWrong: {
    cause: 'Every check passed, and the sample member sees what is configured: the problem could not be reproduced.',
    guidance: ['Ask the employer for a picture of what they see, and compare it with the member view.'],
    asksFacts: ['suspectedDefect'],
  },
};

/** Features of the contract that are off, in a stable order. */
export const missingFeatures = ({ featureToggles }: Employer): string[] =>
  featureToggles.filter((t) => t.contracted && !t.on).map((t) => t.name).toSorted();

export const networkNeedsUpdate = ({ problem, mappingVersion, latestMapping }: Employer['network']): boolean =>
  problem !== null || (mappingVersion !== null && latestMapping !== null && mappingVersion !== latestMapping);

function notSeen({ featureToggles, customizations, network }: Employer, view: MemberView): string[] {
  return [
    ...featureToggles.filter((t) => t.on && !view.features.includes(t.name)).map((t) => t.name),
    ...customizations.filter((c) => c.displayed === true && !view.customizations.includes(c.name)).map((c) => c.name),
    ...(network.name !== null && view.network !== network.name ? ['the network'] : []),
  ];
}
