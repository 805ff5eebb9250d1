/** How samples are held against the state of their cases and the sandbox company's books. No Temporal here. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CaseRow } from '../../src/client/cases.js';
import type { CaseView } from '../../src/domain/case.js';
import type { Progress } from '../../src/dev/data.js';
import { effectsOn } from '../../src/dev/effects.js';
import { preparePlay } from '../../src/dev/play.js';
import { startCompany, type Company } from '../../src/sandbox/company.js';
import type { Sample } from '../../src/sandbox/sample.js';
import { SAMPLES } from '../../src/sandbox/samples.js';

const SAMPLE: Sample = {
  ...SAMPLES.find((s) => s.name === 'scheduling')!,
  expects: { stage: 'tier-1', row: 'scheduling', effects: ['note 1:tier1-scheduling'] },
};
let company: Company;
let view: Partial<CaseView>;
let progress: Progress;
beforeEach(async () => {
  company = await startCompany();
  view = { stage: 'tier-1', cycle: 1, needs: null, outcome: null, handoff: null, ruling: { row: 'scheduling' } as CaseView['ruling'] };
  progress = {};
});
afterEach(() => company.close());

const play = (samples = [SAMPLE]) =>
  preparePlay({
    samples,
    company,
    cases: { state: () => Promise.resolve(view as CaseView), group: () => Promise.resolve(null) },
    data: { progress, save: async () => {} },
    gatewayUrl: 'http://gateway.invalid',
    holdMs: 48 * 3_600_000,
    say: () => {},
  });
const row = (more: Partial<CaseRow> = {}) => {
  const { ticket } = progress[SAMPLE.name]!;
  return new Map([[ticket, { ticketId: ticket, stage: 'tier-1', cycle: 1, needs: null, ...more } as CaseRow]]);
};

/** What onetouch would have written, by its own user and mark. */
async function noted(ticket: string, effect: string): Promise<void> {
  await company.helpdesk.agentNotes(ticket, `words\n\n[onetouch ${ticket}:${effect}]`, 'onetouch');
}

test('a case with the expected state and effects has reached its end; each ticket is opened once', async () => {
  const first = play();
  await first.send();
  await first.send();
  expect(company.helpdesk.tickets()).toHaveLength(1);
  await noted('5001', '1:tier1-scheduling');
  await first.look(row());
  expect(first.through()).toBe(true);
  expect(await first.results('2020-01-01')).toEqual([{ name: 'scheduling', ticket: '5001', expected: 'tier-1', reached: true, now: '' }]);
});

test.each([
  ['another stage', { stage: 'waiting' as const }, 'stage waiting'],
  ['another row', { ruling: { row: 'unknown' } as CaseView['ruling'] }, 'row unknown'],
  ['a person who is needed', { needs: 'call' as const }, 'needs call'],
  ['another cycle', { cycle: 2 }, 'cycle 2'],
])('%s is not the expected end', async (_, is, said) => {
  const other = play();
  await other.send();
  await noted('5001', '1:tier1-scheduling');
  Object.assign(view, is);
  await other.look(row());
  expect(other.through()).toBe(false);
  expect((await other.results('2020-01-01'))[0]).toMatchObject({ reached: false, now: expect.stringContaining(said) });
});

test('an effect that is missing, and one that came twice, are named', async () => {
  const other = play();
  await other.send();
  await other.look(row());
  expect((await other.results('2020-01-01'))[0]).toMatchObject({ reached: false, now: expect.stringContaining('no "note 1:tier1-scheduling"') });
  await noted('5001', '1:tier1-scheduling');
  await noted('5001', '1:tier1-scheduling');
  expect((await other.results('2020-01-01'))[0]).toMatchObject({ reached: false, now: expect.stringContaining('also "note 1:tier1-scheduling"') });
});

test('an act that fails stops its sample and says why', async () => {
  const other = play([{ ...SAMPLE, steps: [{ when: { stage: 'tier-1' }, do: { engineer: 'resolves', as: 'Fixed' } }] }]);
  await other.send();
  await other.look(row({ jiraKey: 'PRODOPS-77' }));
  expect(other.through()).toBe(true);
  expect((await other.results('2020-01-01'))[0]).toMatchObject({ reached: false, now: expect.stringContaining('PRODOPS-77') });
});

test('an engineer waits until the issue is filed: a case in a problem is there before it', async () => {
  const other = play([{ ...SAMPLE, steps: [{ when: { stage: 'tier-1' }, do: { engineer: 'resolves', as: 'Fixed' } }] }]);
  await other.send();
  await other.look(row({ jiraKey: null }));
  expect(progress[SAMPLE.name]).toMatchObject({ stepsDone: 0 });
  expect(other.through()).toBe(false);
  const key = await company.jira.file('INFRA', 'It fails', []);
  await other.look(row({ jiraKey: key }));
  expect(progress[SAMPLE.name]).toMatchObject({ stepsDone: 1 });
  expect(company.jira.issue(key).resolution).toBe('Fixed');
});

test('people act once their moment has come, each act once', async () => {
  const other = play([{ ...SAMPLE, steps: [{ when: { stage: 'tier-1', needs: 'call', after: 'note 1:asked' }, do: { agent: 'solves', of: 'Tier 1' } }] }]);
  await other.send();
  await other.look(row());
  await other.look(row({ needs: 'call' }));
  expect(company.helpdesk.ticket('5001').status).toBe('new');
  await noted('5001', '1:asked');
  await other.look(row({ needs: 'call' }));
  expect(company.helpdesk.ticket('5001').status).toBe('solved');
  await company.helpdesk.reopen('5001');
  await other.look(row({ needs: 'call' }));
  expect(company.helpdesk.ticket('5001').status).toBe('open');
});

test('effects are read from the books of every system, ours alone, without what differs from run to run', async () => {
  await company.admin.setMember('M-1', { name: 'Robin' });
  const id = await company.helpdesk.openTicket({ subject: 's', description: 'd', member: { name: 'Robin', email: 'robin@member.example' } });
  await company.helpdesk.agentNotes(id, `[onetouch ${id}:1:wait-vmp-settling-2026-07-01T09:00:00.001Z]`, 'onetouch');
  await company.helpdesk.agentNotes(id, `[onetouch ${id}:1:choose-wont-do-prodops-2-won-t-do]`, 'onetouch');
  await company.helpdesk.agentComments(id, `Hello\n\nRef. ${id}:1:answer-device-philips`, 'onetouch');
  await company.helpdesk.agentNotes(id, `[onetouch ${id}:1:forged]`);
  await company.helpdesk.assignGroup(id, 'Tier 2', 'onetouch');
  await company.jira.file('PRODOPS', 'an issue', [`onetouch-${id}-2`]);
  expect(effectsOn(company, id).sort()).toEqual(['group Tier 2', 'issue 2:PRODOPS', 'note 1:choose-wont-do', 'note 1:wait-vmp-settling', 'reply 1:answer-device-philips']);
  expect(effectsOn(company, '1')).toEqual([]);
});
