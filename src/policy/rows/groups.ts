/** "Group Troubleshooting": a group's problem is diagnosed by the checks in ../checks. */
import type { Inquiry } from '../../domain/facts.js';
import type { GroupProblem, RowId } from '../../domain/ruling.js';
import { always, row, troubleshoot } from '../row.js';

const group = (id: RowId, inquiry: Inquiry, problem: GroupProblem, section: string) =>
  row({
    ...always,
    id,
    source: `Group Troubleshooting, ${section}`,
    inquiry,
    then: troubleshoot(
      problem,
      'it is diagnosed check by check, and then fixed, explained, escalated or left to a person by what that shows',
    ),
  });

export const groups = [
  group('group/access', 'group-access', 'access', 'Member Access Issues'),
  group('group/engagement', 'group-engagement', 'engagement', 'Engagement Discrepancies'),
  group('group/configuration', 'group-configuration', 'configuration', 'Configuration Conflicts'),
  group('group/rewards', 'group-rewards', 'rewards', 'Rewards Integration'),
];
