/** The search attributes of a case: few, planned, and without member data. Registered by the bootstrap. */
import { defineSearchAttributeKey, SearchAttributeType as Type } from '@temporalio/common';

export const SEARCH = {
  stage: defineSearchAttributeKey('Stage', Type.KEYWORD),
  inquiry: defineSearchAttributeKey('Inquiry', Type.KEYWORD),
  row: defineSearchAttributeKey('Row', Type.KEYWORD),
  team: defineSearchAttributeKey('Team', Type.KEYWORD),
  jiraKey: defineSearchAttributeKey('JiraKey', Type.KEYWORD),
  priority: defineSearchAttributeKey('Priority', Type.KEYWORD),
  group: defineSearchAttributeKey('Group', Type.KEYWORD),
  problem: defineSearchAttributeKey('Problem', Type.KEYWORD),
  needs: defineSearchAttributeKey('Needs', Type.KEYWORD),
  outcome: defineSearchAttributeKey('Outcome', Type.KEYWORD),
  promiseDue: defineSearchAttributeKey('PromiseDue', Type.DATETIME),
  nextWake: defineSearchAttributeKey('NextWake', Type.DATETIME),
  flagged: defineSearchAttributeKey('Flagged', Type.BOOL),
  cycle: defineSearchAttributeKey('Cycle', Type.INT),
} as const;
