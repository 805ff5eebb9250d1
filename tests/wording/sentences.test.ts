import { describe, expect, test } from 'vitest';
import { STAGES } from '../../src/domain/case.js';
import { handoffSentence, rulingSentence, stageSentence, type StageInput } from '../../src/wording/sentences.js';
import { DUE, answer, ask, escalate, handoff, hold, tier1, troubleshoot, wait } from './samples.js';

const UNTIL = '2026-11-24T10:00:00.001Z';
const at = (more: Partial<StageInput>): string =>
  stageSentence({ stage: 'deciding', until: null, ruling: null, handoff: null, promise: null, needs: null, flagged: null, parked: false, group: null, ...more });

describe('where a case stands', () => {
  test.each([
    [{ stage: 'waiting', until: UNTIL, ruling: wait('vmp/settling') }, 'Waiting until 2026-11-24 10:00 UTC for all requirements to have been TRUE for more than 48 h (vmp/settling).'],
    [{ stage: 'waiting', until: UNTIL, ruling: wait('vbid/settling') }, 'Waiting until 2026-11-24 10:00 UTC for the member to have been in compliance for 48 h (vbid/settling).'],
    [{ stage: 'awaiting-resolution', handoff: handoff(), promise: { dueAt: DUE, remindAt: null, renewals: 0 } }, 'Waiting for ProdOps to resolve OPS-12; the member was promised an answer by 2026-11-22 14:00 UTC.'],
    [{ stage: 'awaiting-resolution', handoff: handoff({ team: 'Tier 2', issueKey: null }) }, 'Waiting for Tier 2 to solve the ticket.'],
    [{ stage: 'asking', ruling: ask('app-bug/untested', ['troubleshootingDone', 'bugConfirmed']), until: UNTIL, needs: 'facts' }, 'Waiting for an agent to provide troubleshootingDone and bugConfirmed (app-bug/untested); asked again at 2026-11-24 10:00 UTC.'],
    [{ stage: 'asking', ruling: ask('vmp/ripe', ['memberId'], 'member') }, 'Waiting for the member to provide memberId (vmp/ripe).'],
    [{ stage: 'holding', ruling: hold('group/access'), needs: 'person' }, 'Held for a person, who works the ticket by hand (group/access).'],
    [{ stage: 'holding', ruling: hold('unknown'), needs: 'inquiry' }, 'Held for a person, who names the inquiry or works the ticket by hand (unknown).'],
    [{ stage: 'tier-1', ruling: tier1('cancellation') }, 'With Tier 1 (cancellation); the case ends when the ticket is solved.'],
    [{ stage: 'troubleshooting', ruling: troubleshoot('group/access'), needs: 'approval' }, 'With the group troubleshooting (group/access); the case ends when the ticket is solved. A second person has to approve the change of the group, or refuse it.'],
    [{ stage: 'troubleshooting', ruling: troubleshoot('group/access'), group: { outcome: 'fixed', verified: true } }, 'With Tier 1, since the group troubleshooting has fixed it (group/access): an agent tells the member and solves the ticket, and the case ends then.'],
    [{ stage: 'troubleshooting', ruling: troubleshoot('group/access'), group: { outcome: 'fixed', verified: false } }, 'With Tier 1, since the group troubleshooting has done what it can (group/access): an agent guides the member through the rest and solves the ticket, and the case ends then.'],
    [{ stage: 'troubleshooting', ruling: troubleshoot('group/engagement'), group: { outcome: 'explained', verified: false } }, 'With Tier 1, since the figures are right (group/engagement): an agent explains them to the client and solves the ticket, and the case ends then.'],
    [{ stage: 'troubleshooting', ruling: troubleshoot('group/access'), group: { outcome: 'person', verified: false }, needs: 'person' }, 'Left to a person by the group troubleshooting (group/access); the case ends when the ticket is solved. An agent has to work the ticket by hand.'],
    [{ stage: 'escalating', ruling: escalate('vmp/ripe') }, 'Escalating to ProdOps (vmp/ripe).'],
    [{ stage: 'choosing', handoff: handoff(), needs: 'choice' }, 'Waiting for an agent to choose what the member hears about OPS-12.'],
    [{ stage: 'confirming', until: UNTIL }, 'Waiting until 2026-11-24 10:00 UTC for the member to say whether it works; silence closes the case as unconfirmed.'],
    [{ stage: 'following-up', needs: 'mail-check', flagged: 'no one\nknows' }, 'Following up with the member. An agent has to check whether the last mail went out. Flagged: no one knows.'],
    [{ stage: 'escalating', parked: true, needs: 'resume', flagged: 'parked at file: Jira refused (400)' }, 'Stands still: parked at file: Jira refused (400). Someone has to look at the refused step and resume the case.'],
    [{ stage: 'ended', needs: 'call', flagged: 'x' }, 'Ended.'],
  ] as [Partial<StageInput>, string][])('%#', (input, sentence) => {
    expect(at(input)).toBe(sentence);
  });

  test.each(STAGES)('%s can be said when nothing else is known', (stage) => {
    const said = at({ stage });
    expect(said).toMatch(/^[A-Z][^\n]*\.$/);
    expect(said).not.toMatch(/undefined|null|\(\)/);
  });
});

test('a ruling in a sentence', () => {
  expect(rulingSentence(tier1('scheduling'))).toBe('Tier 1 resolves it (scheduling): Because scheduling applies.');
  expect(rulingSentence(answer('device/philips'))).toMatch(/public reply \(device\/philips\): /);
  expect(rulingSentence(ask('app-bug/untested', ['bugConfirmed']))).toMatch(/^The agent is asked for bugConfirmed /);
  expect(rulingSentence(wait('vmp/settling'))).toMatch(/^Held back until 2026-11-24 10:00 UTC \(vmp\/settling\)/);
  expect(rulingSentence(escalate('vmp/ripe'))).toMatch(/^Goes to ProdOps, priority Normal \(vmp\/ripe\)/);
  expect(rulingSentence(hold('unknown'))).toMatch(/^Held for a person \(unknown\)/);
});

test('an escalation in a sentence', () => {
  expect(handoffSentence(handoff())).toBe('2026-11-22 10:00 UTC: to ProdOps as OPS-12 (vmp/ripe, Normal).');
  expect(handoffSentence(handoff({ team: 'Tier 2', issueKey: null, overriddenBy: 'lead-1', reason: 'it\nburns' }))).toBe(
    '2026-11-22 10:00 UTC: to Tier 2 (vmp/ripe, Normal), overridden by lead-1: it burns.',
  );
});
