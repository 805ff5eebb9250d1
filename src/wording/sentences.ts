/**
 * A case in one sentence, for the Temporal UI, the CLI and the notes. Imported by workflows: no Node built-ins,
 * no Intl, no member data. Times as `YYYY-MM-DD HH:MM UTC`.
 */
import type { Handoff, MemberPromise, Need, Stage } from '../domain/case.js';
import type { FactName } from '../domain/facts.js';
import type { Ruling, RowId, Team } from '../domain/ruling.js';
import { listed, oneLine, sentence, truncate, utc } from './clean.js';

export interface StageInput {
  stage: Stage;
  /** When the case wakes by itself, ISO 8601; null when it only waits for somebody. */
  until: string | null;
  ruling: Ruling | null;
  handoff: Handoff | null;
  promise: MemberPromise | null;
  needs: Need | null;
  flagged: string | null;
  parked: boolean;
  /** How the group troubleshooting ended, and whether it was seen to help; null while there is none, or it goes on. */
  group: { outcome: 'fixed' | 'explained' | 'escalate' | 'person' | 'stopped'; verified: boolean } | null;
}

const NEEDS: Record<Need, string> = {
  facts: 'An agent has to provide the missing facts.',
  person: 'An agent has to work the ticket by hand.',
  inquiry: 'An agent has to name the inquiry.',
  choice: 'An agent has to choose what the member hears.',
  confirmation: 'An agent has to say whether it works for the member or is still broken.',
  call: 'An agent has to call the member.',
  'mail-check': 'An agent has to check whether the last mail went out.',
  'promise-time': 'An agent has to set the time by which the member hears next.',
  resume: 'Someone has to look at the refused step and resume the case.',
  'surviving-ticket': 'An agent has to find the ticket that this one was merged into.',
  fix: "Somebody has to ask for the fix of the group's problem.",
  approval: 'A second person has to approve the change of the group, or refuse it.',
  'observed-login': 'An agent has to watch a login and say whether it works.',
};

/** What a stage's own sentence already asks for. */
const SAID: Partial<Record<Stage, readonly Need[]>> = { asking: ['facts'], holding: ['inquiry', 'person'], choosing: ['choice'] };

/** What a row that holds back waits for; the protocol's words. */
const CONDITION: Partial<Record<RowId, string>> = {
  'vbid/settling': 'the member to have been in compliance for 48 h',
  'vmp/settling': 'all requirements to have been TRUE for more than 48 h',
};

const inBrackets = (ruling: Ruling | null) => (ruling ? ` (${ruling.row})` : '');
const who = (team: Team | undefined) => team ?? 'the team';
const facts = (names: readonly FactName[]) => listed(names) || 'the missing facts';

function stage({ stage, until, ruling, handoff, promise, needs, group }: StageInput): string {
  switch (stage) {
    case 'deciding':
      return 'Reading what is known and deciding by the protocol.';
    case 'asking': {
      const asked = ruling?.kind === 'ask' ? ruling : null;
      const whom = asked?.of === 'member' ? 'the member' : 'an agent';
      const again = until ? `; asked again at ${utc(until)}` : '';
      return `Waiting for ${whom} to provide ${facts(asked?.asks ?? [])}${inBrackets(ruling)}${again}.`;
    }
    case 'holding':
      return needs === 'person'
        ? `Held for a person, who works the ticket by hand${inBrackets(ruling)}.`
        : `Held for a person, who names the inquiry or works the ticket by hand${inBrackets(ruling)}.`;
    case 'waiting': {
      const condition = (ruling && CONDITION[ruling.row]) ?? 'the condition to have held long enough';
      return `Waiting ${until ? `until ${utc(until)} ` : ''}for ${condition}${inBrackets(ruling)}.`;
    }
    case 'tier-1':
      return `With Tier 1${inBrackets(ruling)}; the case ends when the ticket is solved.`;
    case 'troubleshooting':
      return troubleshooting(group, inBrackets(ruling));
    case 'escalating':
      return `Escalating to ${who(handoff?.team ?? (ruling?.kind === 'escalate' ? ruling.team : undefined))}${inBrackets(ruling)}.`;
    case 'awaiting-resolution': {
      const what = handoff?.issueKey ? `resolve ${handoff.issueKey}` : handoff?.problem ? `resolve ${handoff.problem}` : 'solve the ticket';
      const promised = promise ? `; the member was promised an answer by ${utc(promise.dueAt)}` : '';
      return `Waiting for ${who(handoff?.team)} to ${what}${promised}.`;
    }
    case 'choosing':
      return `Waiting for an agent to choose what the member hears${handoff?.issueKey ? ` about ${handoff.issueKey}` : ''}.`;
    case 'following-up':
      return 'Following up with the member.';
    case 'confirming':
      if (needs === 'confirmation') return 'The member was followed up and something came back.';
      return `Waiting ${until ? `until ${utc(until)} ` : ''}for the member to say whether it works; silence closes the case as unconfirmed.`;
    case 'closing':
      return 'Putting the record on the ticket.';
    case 'ended':
      return 'Ended.';
  }
}

function troubleshooting(ended: StageInput['group'], row: string): string {
  switch (ended?.outcome) {
    case 'fixed':
      return ended.verified
        ? `With Tier 1, since the group troubleshooting has fixed it${row}: an agent tells the member and solves the ticket, and the case ends then.`
        : `With Tier 1, since the group troubleshooting has done what it can${row}: an agent guides the member through the rest and solves the ticket, and the case ends then.`;
    case 'explained':
      return `With Tier 1, since the figures are right${row}: an agent explains them to the client and solves the ticket, and the case ends then.`;
    case 'person':
    case 'stopped':
      return `Left to a person by the group troubleshooting${row}; the case ends when the ticket is solved.`;
    default:
      return `With the group troubleshooting${row}; the case ends when the ticket is solved.`;
  }
}

/** What the case waits for and until when; a parked or flagged case says so, and so does one that needs a person. */
export function stageSentence(input: StageInput): string {
  const { needs, flagged, parked } = input;
  if (parked) return `Stands still: ${sentence(flagged ?? 'a step was refused for good')} ${NEEDS[needs ?? 'resume']}`;
  if (input.stage === 'ended') return stage(input);
  const parts = [stage(input)];
  if (needs && !SAID[input.stage]?.includes(needs)) parts.push(NEEDS[needs]);
  if (flagged) parts.push(`Flagged: ${sentence(flagged)}`);
  return oneLine(parts.join(' '));
}

function rules(r: Ruling): string {
  switch (r.kind) {
    case 'tier1':
      return 'Tier 1 resolves it';
    case 'answer':
      return 'The member gets the answer by a public reply';
    case 'ask':
      return `The ${r.of} is asked for ${facts(r.asks)}`;
    case 'wait':
      return `Held back until ${utc(r.until)}`;
    case 'escalate':
      return `Goes to ${r.team}, priority ${r.priority}`;
    case 'troubleshoot':
      return `Group troubleshooting of ${r.problem}`;
    case 'hold':
      return 'Held for a person';
  }
}

/** What the protocol says to do, by which row, and why. */
export function rulingSentence(r: Ruling): string {
  return `${rules(r)} (${r.row}): ${sentence(r.reason)}`;
}

/** One escalation: when, to whom, as what, by which row, and who overrode the protocol. */
export function handoffSentence(h: Handoff): string {
  const as = h.issueKey ? ` as ${h.issueKey}` : '';
  const why = h.reason ? `: ${truncate(oneLine(h.reason), 300)}` : '';
  const by = h.overriddenBy ? `, overridden by ${oneLine(h.overriddenBy)}` : '';
  const of = h.problem ? `, with others as ${h.problem}` : '';
  return sentence(`${utc(h.at)}: to ${h.team}${as} (${h.row}, ${h.priority})${of}${by}${why}`);
}
