import { describe, expect, test } from 'vitest';
import type { Company } from '../../src/sandbox/company.js';
import { clock, company, MEMBER, ticketOf } from './support.js';

const HOUR = 3_600_000;

/** Sends a form as a browser does, and returns the page it leads to. */
async function submit(town: Company, path: string, form: Record<string, string>, origin = town.page.url) {
  const sent = await fetch(town.page.url + path, { method: 'POST', body: new URLSearchParams(form), headers: { origin }, redirect: 'manual' });
  const to = sent.headers.get('location') ?? '';
  return { status: sent.status, to, page: sent.status === 303 ? await (await fetch(town.page.url + to)).text() : '' };
}
const look = async (town: Company, path = '/') => (await fetch(town.page.url + path)).text();

/** The values a browser would send back for a form of the page, untouched. */
function formOf(page: string, action: string): Record<string, string> {
  const html = page.split(`action="${action}"`)[1]!.split('</form>')[0]!;
  const form: Record<string, string> = {};
  const attribute = (tag: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  for (const [tag] of html.matchAll(/<input[^>]*>/g)) form[attribute(tag, 'name')] = attribute(tag, 'value');
  for (const [, name, options] of html.matchAll(/<select name="([^"]*)">(.*?)<\/select>/gs))
    form[name!] = /value="([^"]*)" selected/.exec(options!)?.[1] ?? attribute(options!, 'value');
  return form;
}

describe('a newcomer', () => {
  test('opens a ticket for a member of the company', async () => {
    const town = await company();
    await town.admin.setMember('M-1', { name: MEMBER.name, email: MEMBER.email, employerGroup: 'Example Ltd' });
    const { to, page } = await submit(town, '/tickets', { inquiry: 'app-bug', errorKind: '', subject: 'Grey button', description: 'I cannot press it.', memberId: 'M-1' });
    const [ticket] = town.helpdesk.tickets();
    expect(ticket).toMatchObject({ subject: 'Grey button', requester: { name: MEMBER.name, email: MEMBER.email } });
    expect(ticket!.fields).toMatchObject({ inquiry: 'app-bug', errorKind: null, memberId: 'M-1', employerGroup: 'Example Ltd' });
    expect(to).toBe(`/?ticket=${ticket!.id}#ticket-${ticket!.id}`);
    expect(page).toContain('I cannot press it.');
  });

  test('opens a ticket as somebody new', async () => {
    const town = await company();
    await submit(town, '/tickets', { inquiry: '', errorKind: '', subject: 'Hi', description: 'Hello', memberId: '', name: 'Bo', email: 'bo@example.com' });
    expect(town.helpdesk.tickets()[0]).toMatchObject({ requester: { name: 'Bo', email: 'bo@example.com' }, fields: { memberId: null, inquiry: null } });
  });

  test('answers as the member and works as an agent', async () => {
    const town = await company();
    const id = await ticketOf(town);
    const act = (act: string, more: Record<string, string> = {}) => submit(town, `/tickets/${id}`, { act, by: 'Tier 2', text: '', ...more });
    await act('member-replies', { text: 'It still fails' });
    await act('note', { text: 'Seen' });
    await act('comment', { text: 'We look at it' });
    await act('group', { group: 'Tier 2' });
    await act('field', { field: 'inquiry', value: 'app-bug' });
    expect(town.helpdesk.ticket(id).comments.slice(1).map((c) => [c.by, c.public, c.body])).toEqual([
      [MEMBER.name, true, 'It still fails'],
      ['Tier 2 agent', false, 'Seen'],
      ['Tier 2 agent', true, 'We look at it'],
    ]);
    await act('solve');
    expect(town.helpdesk.ticket(id)).toMatchObject({ status: 'solved', group: 'Tier 2', assignee: 'Tier 2 agent', fields: { inquiry: 'app-bug' } });
    await act('reopen');
    expect(town.helpdesk.ticket(id).status).toBe('open');
    const other = await ticketOf(town);
    await act('merge', { other: `#${other}` });
    expect(town.helpdesk.ticket(id)).toMatchObject({ status: 'closed', mergedInto: other });
    await submit(town, `/tickets/${other}`, { act: 'delete', by: 'Tier 1' });
    expect(town.helpdesk.ticket(other).status).toBe('deleted');
  });

  test('resolves a Jira issue in every way, and reopens it', async () => {
    const town = await company();
    const [key, other] = [await town.jira.file('INFRA', 'It fails'), await town.jira.file('INFRA', 'The same')];
    const act = (act: string, more: Record<string, string> = {}) => submit(town, `/issues/${key}`, { act, duplicateOf: '', text: '', ...more });
    for (const resolution of ['Fixed', 'Done', "Won't Do", 'Cannot Reproduce']) {
      await act('resolve', { resolution });
      expect(town.jira.issue(key)).toMatchObject({ status: 'Done', resolution });
      await act('reopen');
      expect(town.jira.issue(key)).toMatchObject({ status: 'To Do', resolution: null });
    }
    await act('start');
    expect(town.jira.issue(key).status).toBe('In Progress');
    await act('comment', { text: 'Found it' });
    const { page } = await act('resolve', { resolution: 'Duplicate', duplicateOf: other });
    expect(town.jira.issue(key)).toMatchObject({ resolution: 'Duplicate', duplicateOf: other });
    expect(page).toContain('Found it');
  });

  test("changes a member's facts, and what was not touched stays to the millisecond", async () => {
    const time = clock('2026-03-02T09:00:00.000Z');
    const town = await company({ now: time.now });
    await submit(town, '/members', { id: 'M/1', name: 'Ada', email: 'ada@example.com', employerGroup: '' });
    await town.admin.setMember('M/1', {
      requirements: [
        { name: 'Intake', met: true, since: '2026-02-28T08:59:59.123Z' },
        { name: 'Labs', met: false },
      ],
      incentiveProgram: { inCompliance: true, inComplianceSince: '2026-02-27T01:02:03.456Z' },
      deviceOrder: { clinicalRequirements: [{ name: 'BP', met: false }] },
    });
    time.advance(HOUR);
    const action = '/members/M%2F1';
    const shown = formOf(await look(town), action);
    const before = town.admin.member('M/1');
    await submit(town, action, shown);
    expect(town.admin.member('M/1')).toEqual(before);

    const labs = Object.keys(shown).find((k) => shown[k] === 'Labs')!.split('-')[1];
    await submit(town, action, { ...shown, [`met-${labs}`]: 'true', 'clinical-met-0': 'true', ooeResult: 'error', ordered: 'false', complianceHours: '47.5', startDate: '2026-01-01' });
    expect(town.admin.member('M/1')).toMatchObject({
      allTrueSince: '2026-03-02T10:00:00.000Z',
      incentiveProgram: { inCompliance: true, inComplianceSince: '2026-02-28T10:30:00.000Z', startDate: '2026-01-01', endDate: null },
      ooeResult: 'error',
      deviceOrder: { ordered: false, firstSessionCompleted: null, clinicalRequirements: [{ name: 'BP', met: true }] },
    });
    expect(town.admin.member('M/1').requirements[0]).toEqual(before.requirements[0]);
  });

  test('sees an employer group, what is wrong with it and what was done to it, and changes it by hand', async () => {
    const town = await company();
    await town.admin.setGroup('G/1', {
      name: 'Acme',
      enabled: false,
      featureToggles: [{ name: 'telehealth', on: false, contracted: true }],
      access: { 'M-1': { account: { locked: true } } },
    });
    const page = await look(town);
    for (const text of ['Acme', 'disabled', 'telehealth off, not as contracted', 'M-1: locked']) expect(page).toContain(text);
    const before = town.admin.group('G/1').employer.version;
    const { to, page: after } = await submit(town, '/groups/G%2F1', { act: 'enabled' });
    expect(to).toBe('/?group=G%2F1#group-G%2F1');
    expect(after).toContain('Sam, admin-change of G/1');
    expect(town.admin.group('G/1').employer).toMatchObject({ enabled: true });
    await submit(town, '/groups/G%2F1', { act: 'rewards' });
    expect(town.admin.group('G/1').rewards.enabled).toBe(false);
    const changed = town.admin.group('G/1').employer.version;
    await submit(town, '/groups/G%2F1', { act: 'touch' });
    expect(new Set([before, changed, town.admin.group('G/1').employer.version]).size).toBe(3);
    expect((await submit(town, '/groups/G-9', { act: 'touch' })).page).toContain('no employer group G-9');
  });

  test('is told what a form lacks, once', async () => {
    const town = await company();
    const id = await ticketOf(town);
    const { page } = await submit(town, `/tickets/${id}`, { act: 'note', by: 'Tier 1', text: ' ' });
    expect(page).toContain('The form needs a text.');
    expect(await look(town)).not.toContain('The form needs a text.');
    expect((await submit(town, `/issues/INFRA-9`, { act: 'reopen' })).page).toContain('no issue INFRA-9');
    expect((await submit(town, `/tickets/${id}`, {})).page).toContain('did not say what to do');
  });
});

describe('the page', () => {
  test('escapes what people wrote', async () => {
    const town = await company();
    const evil = '<script>alert("x")</script>';
    const id = await ticketOf(town, { subject: evil, description: evil, member: { name: evil, email: null } });
    await town.helpdesk.agentNotes(id, evil);
    await town.jira.file('INFRA', evil);
    await town.admin.setGroup('G-1', { name: evil, securityIncident: evil, featureToggles: [{ name: evil, on: true, contracted: true }] });
    await town.admin.setMember('M-1', { name: evil, requirements: [{ name: `" onfocus="${evil}`, met: true }] });
    const page = await look(town, `/?ticket=${id}`);
    expect(page).not.toContain('<script');
    expect(page).not.toContain('" onfocus="');
    expect(page).toContain('&lt;script&gt;');
  });

  test('shows the mail that went out, ours and the helpdesk\'s, and links to the Temporal UI', async () => {
    const town = await company({ temporalUi: 'http://127.0.0.1:8233' });
    const id = await ticketOf(town);
    await town.helpdesk.agentComments(id, 'We look at it');
    const page = await look(town);
    expect(page).toContain(MEMBER.email);
    expect(page).toContain('href="http://127.0.0.1:8233"');
  });

  test('reloads by itself only when asked to, and needs no script', async () => {
    const town = await company();
    expect(await look(town)).not.toContain('http-equiv="refresh"');
    expect(await look(town, '/?refresh=on')).toContain('http-equiv="refresh"');
    const answer = await fetch(town.page.url);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('takes no form from another site', async () => {
    const town = await company();
    const { status } = await submit(town, '/tickets', { subject: 'S', description: 'D', memberId: '' }, 'https://evil.example');
    expect(status).toBe(403);
    expect(town.helpdesk.tickets()).toEqual([]);
  });
});
