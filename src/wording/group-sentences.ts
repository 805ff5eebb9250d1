/** Group troubleshooting in one sentence, for the Temporal UI and the CLI. Imported by workflows. */
import type { Need } from '../domain/case.js';
import type { GroupProblem } from '../domain/ruling.js';
import type { Approval } from '../domain/troubleshooting.js';
import type { GroupStage } from '../domain/group-stage.js';
import { oneLine, sentence, utc } from './clean.js';

export interface GroupSentenceInput {
  problem: GroupProblem;
  stage: GroupStage;
  /** When it wakes by itself, ISO 8601. */
  until: string | null;
  needs: Need | null;
  flagged: string | null;
  approval: Approval | null;
}

const STEPS: Record<GroupStage, string> = {
  gather: 'gathering what people told',
  scope: 'finding out whom it affects',
  'group-status': "reading the group's status",
  'recent-changes': 'reading the recent changes',
  test: 'going through the checks',
  fix: 'fixing',
  document: 'documenting the resolution',
  ended: 'ended',
};

function waits({ needs, until, approval }: GroupSentenceInput): string | null {
  const again = until ? `; asked again at ${utc(until)}` : '';
  switch (needs) {
    case 'fix':
      return `Waiting for somebody to ask for the fix${again}.`;
    case 'approval':
      return `Waiting for a second person to approve ${approval?.field ?? 'the change'}${until ? ` until ${utc(until)}` : ''}.`;
    case 'observed-login':
      return `Waiting for an agent to watch a login${again}.`;
    case 'facts':
      return `Waiting for an agent to provide what is missing${again}.`;
    case 'person':
      return `Waiting for a person to work it${again}.`;
    default:
      return null;
  }
}

/** Its step, what it waits for, and why it is flagged. */
export function groupSentence(input: GroupSentenceInput): string {
  const step = `Group troubleshooting of ${input.problem}: ${STEPS[input.stage]}.`;
  if (input.stage === 'ended') return step;
  return oneLine([step, waits(input), input.flagged ? `Flagged: ${sentence(input.flagged)}` : null].filter(Boolean).join(' '));
}
