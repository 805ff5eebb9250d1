/** Hostile strings in everything that people write, at every place where onetouch repeats it: none of them acts. */
import { generateKeyPairSync } from 'node:crypto';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectMail, type Mailer } from '../../src/adapters/mail.js';
import { exportAudit, showAudit } from '../../src/client/commands/audit.js';
import { showGroup } from '../../src/client/commands/group.js';
import { showCase, explainCase, listCases } from '../../src/client/commands/look.js';
import { listProblems, showProblem } from '../../src/client/commands/problems.js';
import { auditKey, chained } from '../../src/audit/chain.js';
import type { AuditEntry } from '../../src/domain/audit.js';
import { REPORT_FIELDS } from '../../src/domain/facts.js';
import { mark, readMarks, reference } from '../../src/domain/marks.js';
import type { Ruling } from '../../src/domain/ruling.js';
import type { AdfNode } from '../../src/domain/ticket.js';
import { startCompany, type Company } from '../../src/sandbox/company.js';
import { issue, issueComment } from '../../src/wording/issues.js';
import { letter } from '../../src/wording/letters.js';
import type { Reply } from '../../src/wording/contents.js';
import { note } from '../../src/wording/notes.js';
import { reply } from '../../src/wording/replies.js';
import { ALL_ARTICLES, ask, AT, DUE, escalate, handoff, tier1 } from '../wording/samples.js';
import { GROUP } from '../web/fake-cases.js';
import { PROBLEM, PROBLEM_ROW, PROBLEM_VIEW } from '../web/fake-problems.js';
import { ACTIVE, HOSTILE } from './corpus.js';
import { adf, inert, inertComment, none } from './inert.js';

test('there are at least 200 of them', () => expect(HOSTILE.length).toBeGreaterThanOrEqual(200));

const rulingWith = (text: string): Ruling => ({
  ...escalate('technical-error', { team: 'Infra' }),
  reason: text,
  restsOn: [{ fact: 'memberId', value: text, source: 'ticket', readAt: AT }, { fact: 'unmetRequirements', value: [text, text], source: 'HGP', readAt: AT }],
});

describe('Jira', () => {
  const TICKET_URL = 'https://company.zendesk.com/agent/tickets/5158';

  test('summary, description and report are text of known kinds, one link, within what Jira takes', () => {
    none((text) => {
      const report = Object.fromEntries(REPORT_FIELDS.map((f) => [f, text]));
      const h = handoff({ row: 'technical-error', team: 'Infra', reason: text, overriddenBy: text });
      for (const more of [{}, { reason: undefined, overriddenBy: undefined }]) {
        const { summary, description } = issue(
          { handoff: { ...h, ...more }, ruling: rulingWith(text), cycle: 2, earlier: [h, h], report },
          { ticketId: '5158', ticketUrl: TICKET_URL, subject: text, description: text, employerGroup: text },
        );
        inert(summary);
        expect(summary).not.toContain('\n');
        expect(summary.length).toBeLessThanOrEqual(255);
        adf(description as AdfNode, TICKET_URL);
        expect(JSON.stringify(description).length).toBeLessThanOrEqual(32_767);
      }
    });
  });

  test('comments too', () => {
    none((text) => adf(issueComment({ say: 'report', report: { errorText: text, impact: text }, by: text }, { ticketId: '5158' }) as AdfNode, TICKET_URL));
  });
});

describe('the ticket', () => {
  const ours = (body: string) => readMarks({ id: '5158', comments: [{ id: '1', author: 'us', public: false, at: AT, body }] });

  test('internal notes hold no control codes, no markup, no placeholder, and no mark but ours', () => {
    none((text) => {
      // As long as the shapes of what people say let it be.
      const h = handoff({ reason: text.slice(0, 4_000), overriddenBy: text.slice(0, 64) });
      const ruling = rulingWith(text);
      const said = [
        { say: 'tier1', ruling: { ...tier1('vmp/unmet', [text]), reason: text } },
        { say: 'answer', ruling, gap: text },
        { say: 'ask', ruling: { ...ask('vbid/unclear', ['memberId']), reason: text, restsOn: ruling.restsOn, corrects: true }, asks: ['memberId'], of: 'agent', reminder: 1 },
        { say: 'follow-up', outcome: 'resolved', mail: 'sent', issueKey: text.slice(0, 4_000) },
        { say: 'inherited', fromTicket: text.slice(0, 4_000), team: 'Infra', issueKey: text.slice(0, 4_000) },
        { say: 'hold', ruling, mail: 'sent' },
        { say: 'wait', ruling },
        { say: 'handed-over', handoff: h, ruling, earlier: [h] },
        { say: 'escalated', handoff: h, dueAt: DUE, mail: 'sent' },
        { say: 'choose', why: 'other', detail: text, issueKey: text, reminder: 0 },
        { say: 'parked', step: text, why: text, reminder: 0 },
        { say: 'record', summary: { cycle: 1, outcome: 'closed', row: 'vmp/ripe', reason: text, handoffs: [h], followedUpAt: DUE, lines: [text, text] } },
      ] as const;
      for (const n of said) {
        const body = `${note(n as never, { ticketId: '5158', articles: ALL_ARTICLES, suggestion: text })}\n\n${mark('5158:1:real', { handoff: h })}`;
        inertComment(body);
        expect(body.length).toBeLessThanOrEqual(65_535);
        // And a restart reads what was kept, to the letter.
        expect(ours(body)).toMatchObject([{ effect: 'real', data: { handoff: JSON.parse(JSON.stringify(h)) as object } }]);
      }
    });
  });

  test('public replies greet by a name or not at all', () => {
    none((text) => {
      for (const answer of [{ say: 'excluded' }, { say: 'withings' }, { say: 'philips' }, { say: 'ask-member', asks: ['memberId'] }] as const) {
        const said = reply(answer as Reply, { name: text, ticketId: '5158', articles: ALL_ARTICLES });
        const body = `${'body' in said ? said.body : ''}\n\n${reference('5158:1:real')}`;
        inertComment(body);
        expect(body).not.toMatch(/evil\.example|alert|<|onetouch \d/);
        expect(ours(body).map((m) => m.effect)).toEqual(['real']);
      }
    });
  });
});

describe('mail, through a real SMTP server', () => {
  interface Kept { to: string[]; raw: Buffer }
  const kept: Kept[] = [];
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        kept.push({ to: session.envelope.rcptTo.map((r) => r.address), raw: Buffer.concat(chunks) });
        done();
      });
    },
  });
  let mailer: Mailer;
  beforeAll(async () => {
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
    const { port } = smtp.server.address() as AddressInfo;
    mailer = connectMail({ url: `smtp://127.0.0.1:${port}`, from: 'Member Services <help@example.com>', replyTo: 'support+id{ticket}@example.com' });
  });
  afterAll(async () => {
    mailer.close();
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
  });

  async function mailed(name: string, address: string): Promise<Kept | null> {
    const before = kept.length;
    const words = letter({ say: 'promise', team: 'Infra', technical: true, hoursFrom: 2, hoursTo: 4 }, { name, ticketId: '5158' });
    const failure = await mailer.send({ to: { name, address }, ...words, ticketId: '5158', messageId: '5158.1.promise@company.example' }).then(
      () => null,
      (error: unknown) => error,
    );
    if (failure) {
      expect(failure).toMatchObject({ type: 'MailRefused' });
      expect(kept.length).toBe(before);
      return null;
    }
    expect(kept.length).toBe(before + 1);
    return kept.at(-1)!;
  }
  const tags = (html: string) => html.match(/<[^>]*>/g);

  test('a hostile name makes no recipient, no header, and no markup', async () => {
    const plain = await PostalMime.parse((await mailed('', 'robin@example.com'))!.raw);
    const failed: string[] = [];
    for (const text of HOSTILE) {
      try {
        const mail = await mailed(text, 'robin@example.com');
        expect(mail!.to).toEqual(['robin@example.com']);
        const parsed = await PostalMime.parse(mail!.raw);
        expect(parsed.to?.map((a) => a.address)).toEqual(['robin@example.com']);
        expect([parsed.cc, parsed.bcc, parsed.attachments]).toEqual([undefined, undefined, []]);
        expect(parsed.headers.map((h) => h.key).sort()).toEqual(plain.headers.map((h) => h.key).sort());
        expect([parsed.subject, parsed.messageId, parsed.replyTo, parsed.from]).toEqual([plain.subject, plain.messageId, plain.replyTo, plain.from]);
        inert(parsed.to![0]!.name);
        inert(parsed.text!);
        expect(tags(parsed.html!)).toEqual(tags(plain.html!));
        expect(parsed.text).not.toMatch(/evil\.example/);
        expect(mail!.raw.toString('latin1')).not.toMatch(/[^\x20-\x7e\r\n\t]/);
      } catch (error) {
        failed.push(`${JSON.stringify(text.slice(0, 80))}: ${String(error).slice(0, 400)}`);
      }
    }
    expect(failed).toEqual([]);
  }, 180_000);

  test('a hostile address is refused, or is the one recipient', async () => {
    let refusals = 0;
    for (const text of HOSTILE) {
      for (const address of [text, `${text}@example.com`, `robin@${text}`]) {
        const mail = await mailed('Robin', address);
        // A domain has no upper case.
        if (mail) expect(mail.to.map((to) => to.toLowerCase())).toEqual([address.toLowerCase()]);
        else refusals += 1;
      }
    }
    expect(refusals).toBeGreaterThan(HOSTILE.length * 2.5);
  }, 180_000);
});

describe('the sandbox page', () => {
  let company: Company;
  beforeAll(async () => {
    company = await startCompany();
  });
  afterAll(() => company.close());

  test('shows every one as text: no tag, no attribute and no script of theirs', async () => {
    const page = async () => (await fetch(company.page.url)).text();
    const open = (text: string) =>
      company.helpdesk.openTicket({ subject: text, description: text, inquiry: text, employerGroup: text, member: { name: text, email: 'robin@example.com' }, report: { errorText: text } });
    const shapes = (html: string) =>
      new Set([...html.matchAll(/<(\/?[a-zA-Z!][^\s>/]*)([^>]*)>/g)].map(([, tag, attributes]) => `${tag} ${[...attributes!.matchAll(/([^\s=]+)="[^"]*"/g)].map((a) => a[1]).join(' ')}`));
    await open('a benign ticket');
    const [first] = company.helpdesk.tickets();
    await company.helpdesk.agentNotes(first!.id, 'a benign note');
    const benign = shapes(`${await page()}${await (await fetch(`${company.page.url}/?ticket=${first!.id}`)).text()}`);
    const failed: string[] = [];
    for (const text of HOSTILE.filter((t) => t.length < 2_000 && t.trim())) {
      const id = await open(text);
      await company.helpdesk.agentNotes(id, text);
      const html = await (await fetch(`${company.page.url}/?ticket=${id}`)).text();
      const strange = [...shapes(html)].filter((shape) => !benign.has(shape));
      if (strange.length > 0) failed.push(`${JSON.stringify(text.slice(0, 80))}: ${strange.join(' | ')}`);
      await company.helpdesk.delete(id);
    }
    expect(failed).toEqual([]);
  }, 180_000);
});

const KEY = auditKey(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
const LINE: AuditEntry = { ticket: '5158', workflow: 'case-5158', run: 'a-run', at: AT, what: 'heard', text: 'x', by: 'x', cycle: 1 };

describe('the terminal', () => {
  test('every answer of the gateway is printed as inert text, as a table and as JSON', async () => {
    const failed: string[] = [];
    for (const whole of HOSTILE) {
      const text = whole.slice(0, 4_000); // Nothing longer is taken by a case.
      const ruling = rulingWith(text);
      const answers: Record<string, unknown> = {
        '/cases/5158': {
          ticketId: '5158', cycle: 1, stage: text, waitsFor: text, needs: text, flagged: text, parked: true, ruling, overrides: 1, owed: [text], outcome: text, nextWake: text,
          handoff: handoff({ issueKey: text, at: text }), promise: { dueAt: text, remindAt: null, renewals: 0 }, ticket: null, execution: { status: 'running', startedAt: text, endedAt: text },
        },
        '/cases/5158/timeline': { timeline: [{ at: text, cycle: 1, what: text, by: text, text }] },
        '/cases/5158/explain': { ruling: { ...ruling, row: text, policy: text, ruledOut: [{ row: text, why: text }] } },
        '/cases': { cases: [{ ticketId: '5158', status: 'running', stage: text, needs: text, row: text, team: text, jiraKey: text, promiseDue: text, cycle: 1, outcome: text }] },
        '/cases/5158/audit': { audit: [{ ...LINE, at: text, what: text, by: text, text, row: text, subject: text }] },
        '/cases/5158/group': {
          ...GROUP, stage: text, waitsFor: text, needs: text, flagged: text, requestedBy: text, approval: { ...GROUP.approval, groupId: text, field: text, version: text, decision: text, decidedBy: text, reason: text },
          resolution: {
            ...GROUP.resolution, groupId: text, cause: text, steps: [{ at: text, by: text, text }], evidence: [{ check: text, verdict: text, value: text, source: text, at: text, means: text }],
            verification: { verdict: text, at: text, text }, trigger: { id: text, team: text },
          },
        },
        '/problems': { problems: [{ ...PROBLEM_ROW, stage: text, needs: text, jiraKey: text, priority: text, startedAt: text }] },
        [`/problems/${PROBLEM}`]: {
          ...PROBLEM_VIEW, signature: { kind: text, page: text, code: text }, waitsFor: text, needs: text, choice: text, flagged: text, groups: [text], mergedInto: text, timeline: [{ at: text, cycle: 1, what: text, by: text, text }],
          execution: { status: 'running', endedAt: text },
        },
        [`/problems/${PROBLEM}/members`]: { members: [{ ticketId: text, cycle: 1, joinedAt: text, group: text }] },
        '/audit': chained([{ ...LINE, text, by: text }], { exportedAt: AT, by: text, from: null, to: null }, KEY),
      };
      for (const json of [true, false]) {
        const lines: string[] = [];
        const answer = (path: string) => Promise.resolve(answers[path.split('?')[0]!]);
        const session = { json, io: { out: (line: string) => void lines.push(line), width: 120 }, get: answer, text: answer } as never;
        await showCase(session, '5158');
        await explainCase(session, '5158');
        await listCases(session, {});
        await showAudit(session, '5158');
        await showGroup(session, '5158');
        await listProblems(session, {});
        await showProblem(session, PROBLEM);
        const printed = lines.join('\n');
        if (ACTIVE.test(printed)) failed.push(`${json ? 'JSON' : 'table'} ${JSON.stringify(text.slice(0, 80))}`);
        if (json) for (const line of lines) JSON.parse(line);
        await exportAudit(session, {});
        if (ACTIVE.test(lines.at(-1)!)) failed.push(`export ${JSON.stringify(text.slice(0, 80))}`);
      }
    }
    expect(failed).toEqual([]);
  }, 120_000);
});
