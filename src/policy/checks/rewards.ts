/** "Rewards Integration": from the switch to the last sync. */
import { readTime } from '../clocks.js';
import { allPassed, judged, listed, unknown, type Check, type Checks } from './check.js';

const STEPS = 'Group Troubleshooting, Rewards Integration, Troubleshooting Steps';

const checks: Check[] = [
  {
    id: 'rewards/configuration',
    source: `${STEPS}, Check reward configuration`,
    asks: 'whether rewards are enabled for the group',
    reads: ['rewards'],
    passes: 'Rewards are enabled.',
    fails: 'Rewards are disabled.',
    unknown: 'It is not known whether rewards are enabled.',
    fix: 'enable-rewards-and-sync',
    guidance: ["Look at the group's rewards in Admin."],
    judge: ({ rewards }) => (rewards ? judged(rewards.value.enabled, rewards.value.enabled ? 'enabled' : 'disabled') : unknown()),
  },
  {
    id: 'rewards/point-rules',
    source: `${STEPS}, Verify point rules`,
    ourReading: 'No quick fix is documented for a wrong rule: a person corrects it by the contract.',
    asks: 'whether the point rules are active, with the points of the contract',
    reads: ['rewards'],
    passes: 'The point rules are those of the contract.',
    fails: 'A point rule is not active, or not the one of the contract.',
    unknown: 'There is no point rule to look at.',
    guidance: ['Correct the point rule by the contract in Admin, and have a second person look at it.'],
    judge: ({ rewards }) => {
      if (!rewards) return unknown();
      const { pointRules } = rewards.value;
      if (pointRules.length === 0) return unknown('no point rules');
      const wrong = pointRules.filter((r) => !r.active || r.points !== r.contracted).map((r) => r.name);
      return judged(wrong.length === 0, wrong.length ? `not as contracted: ${listed(wrong)}` : 'as contracted');
    },
  },
  {
    id: 'rewards/scenarios',
    source: `${STEPS}, Test reward scenarios`,
    ourReading:
      'A scenario that awards the wrong points is a symptom: a failed sync behind it is mended first. Where everything else passed, a software defect is suspected.',
    asks: "whether Admin's own test of each scenario awards the points expected",
    reads: ['rewards'],
    passes: 'Every scenario awards the points expected.',
    fails: 'A scenario does not award the points expected.',
    unknown: 'It is not known what the scenarios award.',
    symptom: true,
    mayBeUnknown: true,
    guidance: ['Run the scenario again in Admin, and compare it with the integration log.'],
    asksFacts: ['suspectedDefect'],
    provesDefect: allPassed,
    judge: ({ rewards }) => {
      if (!rewards) return unknown();
      const { scenarios } = rewards.value;
      const wrong = scenarios.filter((s) => s.awarded !== null && s.awarded !== s.expected).map((s) => s.name);
      if (wrong.length) return judged(false, `wrong points: ${listed(wrong)}`);
      const untested = scenarios.filter((s) => s.awarded === null).map((s) => s.name);
      if (untested.length || scenarios.length === 0) return unknown(untested.length ? `not tested: ${listed(untested)}` : 'no scenarios');
      return judged(true, 'as expected');
    },
  },
  {
    id: 'rewards/integration-log',
    source: `${STEPS}, Review integration logs`,
    ourReading: 'Errors before the last completed sync are history. The codes are kept as evidence, the texts are not.',
    asks: 'whether the integration logged errors since the last completed sync',
    reads: ['rewards', 'integrationLog'],
    passes: 'The integration logged no error since the last completed sync.',
    fails: 'The integration logged errors.',
    unknown: 'The integration log is not known.',
    symptom: true,
    mayBeUnknown: true,
    guidance: ['Look up the error codes in the integration log, with whoever runs the integration.'],
    judge: ({ rewards, integrationLog }) => {
      if (!rewards || !integrationLog) return unknown();
      const { lastSync } = rewards.value;
      const since = lastSync?.outcome === 'completed' ? readTime(lastSync.at) : null;
      // A time that cannot be read is not history.
      const errors = integrationLog.value
        .filter((e) => e.level === 'error' && (since === null || (readTime(e.at) ?? Infinity) > since))
        .map((e) => e.code);
      return judged(errors.length === 0, errors.length ? `errors: ${listed([...new Set(errors)])}` : 'no errors');
    },
  },
  {
    id: 'rewards/sync',
    source: `${STEPS}, Sync reward data`,
    ourReading: 'A sync that never ran, or failed, is run; how old a completed one may be is not documented, and not judged.',
    asks: 'whether the last sync completed',
    reads: ['rewards'],
    passes: 'The last sync completed.',
    fails: 'The rewards were never synced, or the last sync failed.',
    unknown: 'It is not known whether the rewards were synced.',
    fix: 'enable-rewards-and-sync',
    guidance: ['Run the sync in Admin.'],
    judge: ({ rewards }) => {
      if (!rewards) return unknown();
      const { lastSync } = rewards.value;
      return judged(lastSync?.outcome === 'completed', lastSync ? `${lastSync.outcome} at ${lastSync.at}` : 'never');
    },
  },
];

export const rewards: Checks = {
  checks,
  commonCause: 'the integration is disabled',
  quickFix: 'enable rewards, then sync',
  nothingWrong: {
    cause: 'Every check passed: the problem could not be reproduced.',
    guidance: ['Ask which points are missing, for what and since when, and compare them with the point rules.'],
    asksFacts: ['suspectedDefect'],
  },
};
