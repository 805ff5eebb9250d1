/**
 * What a problem may do, and what a case may ask of one. Every effect looks before it acts, by its label, its
 * comment's mark or the state it sets, so that a repeat does nothing twice.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import pMap from 'p-map';
import type { WorkerConfig } from '../config.js';
import { problemLabel, problemOfLabel, type ProblemView } from '../domain/problem.js';
import { issueSnapshot, type IssueSnapshot } from '../domain/snapshot.js';
import type { AdfDocument, Issue } from '../domain/ticket.js';
import { meaningOf } from '../policy/resolutions.js';
import { adfText } from '../wording/adf.js';
import { note as noteWords } from '../wording/notes.js';
import { opsLetter, problemComment, problemIssue, type ProblemComment, type ProblemFigures } from '../wording/problems.js';
import type { Note } from '../wording/contents.js';
import { effectName, mark, readMarks } from '../domain/marks.js';
import type { Absorb, Join, Leave, Membership, ProblemSays } from '../workflows/problem-messages.js';
import type { ProblemSettings } from '../workflows/problem-state.js';
import { FAILURE, unavailable } from './failures.js';
import { stillOurs } from './lease.js';
import type { HelpdeskPort, JiraPort, MailPort } from './ports.js';

/** How problems and cases reach each other. */
export interface ProblemsPort {
  /** Starts the problem where it does not run. */
  join(problem: string, join: Join): Promise<void>;
  /** False when no such problem runs. */
  leave(problem: string, leave: Leave): Promise<boolean>;
  absorb(problem: string, absorb: Absorb): Promise<void>;
  survivorEnded(problem: string, ended: string): Promise<void>;
  /** False when no case of the ticket runs. */
  say(says: ProblemSays): Promise<boolean>;
  /** Null when it does not run. */
  view(problem: string): Promise<ProblemView | null>;
  /** What the running problem knows of a case; null when it does not run. */
  membership(problem: string, of: { ticketId: string; cycle: number }): Promise<Membership | null>;
  /** Running cases that say they are in the problem. None where the server cannot list. */
  casesOf(problem: string): Promise<{ ticketId: string; cycle: number }[]>;
  /** Tells the running group troubleshooting of these employer groups that several are affected; answers how many there are. */
  stopFixes(groups: readonly string[]): Promise<number>;
  /** Is an open problem system-wide that one of these names of a group belongs to? False where the server cannot list. */
  systemWide(group: readonly string[]): Promise<boolean>;
}
export interface ProblemDependencies {
  helpdesk: HelpdeskPort;
  jira: JiraPort;
  mail: MailPort;
  problems: ProblemsPort;
  config: Pick<WorkerConfig, 'jira' | 'helpdesk' | 'articles' | 'clocks' | 'problem' | 'mode'>;
}

interface Named {
  id: string;
  round: number;
}
export interface FoundRound {
  key: string;
  round: number;
  issue: IssueSnapshot;
  /** When it last changed, ISO 8601. */
  updatedAt: string;
  /** False for the survivor that the round's own issue is a duplicate of. */
  own: boolean;
  /** Ops were told that it is system-wide. */
  told: boolean;
}

/** Signals at a time: paced, so that neither Temporal nor the outside is flooded. */
const AT_A_TIME = 5;

export function createProblemActivities({ helpdesk, jira, mail, problems, config }: ProblemDependencies) {
  return {
    /** The newest issue of the problem, by its label or as a case remembers it, and the keys of those before. */
    async findProblem(input: { id: string; known: { round: number; key: string } | null }): Promise<{ settings: ProblemSettings; found: FoundRound | null; earlierKeys: string[] }> {
      const { promiseRemindMs, promiseDueMs, askRemindMs } = config.clocks;
      const { groups, windowMs, quietMs } = config.problem;
      const settings = { groups, windowMs, quietMs, promiseRemindMs, promiseDueMs, askRemindMs };
      const rounds = (await jira.findByLabel(familyLabel(input.id))).flatMap((issue) => issue.labels.flatMap((label) => {
        const named = problemOfLabel(label);
        return named?.id === input.id ? [{ issue, round: named.round }] : [];
      }));
      // The search may not know it yet; a case that was told of it does.
      if (input.known && !rounds.some((r) => r.issue.key === input.known!.key)) rounds.push({ issue: await jira.readIssue(input.known.key), round: input.known.round });
      rounds.sort((a, b) => a.round - b.round || Number(a.issue.category !== 'done') - Number(b.issue.category !== 'done'));
      const last = rounds.at(-1);
      if (!last) return { settings, found: null, earlierKeys: [] };
      const { round } = last;
      let { issue } = last;
      for (let hops = 0; hops < 5 && issue.category === 'done' && issue.duplicateOf && meaningOf(issue.resolution) === 'duplicate'; hops++) issue = await jira.readIssue(issue.duplicateOf);
      const said = await jira.ownComments(issue.key);
      const wrote = (effect: string) => said.some(({ text }) => text.includes(mark(`${input.id}:${round}:${effect}`)));
      const earlierKeys = [...new Set(rounds.map((r) => r.issue.key))].filter((key) => key !== issue.key);
      return { settings, found: { key: issue.key, round, issue: issueSnapshot(issue), updatedAt: issue.updatedAt, own: issue.key === last.issue.key && !wrote('moved'), told: wrote('system-wide') }, earlierKeys };
    },

    /** Files the round's issue, once by its label, and links it to the one before. */
    async fileProblem(input: Named & { figures: ProblemFigures; earlierKey: string | null; /** Tried before: it may be there already. */ again: boolean }): Promise<{ key: string | null; issue: IssueSnapshot | null }> {
      const label = problemLabel(input.id, input.round);
      const key = (await findFiled(label, input.again)) ?? (await file());
      if (!key) return { key, issue: null };
      if (input.earlierKey) await jira.relate(key, input.earlierKey, 'Relates');
      return { key, issue: issueSnapshot(await jira.readIssue(key)) };

      async function file(): Promise<string | null> {
        await stillOurs();
        const created = await jira.createIssue({
          project: config.jira.projects.Infra,
          issueType: config.jira.issueTypes['technical-error'],
          ...problemIssue(input.figures, ticketUrl),
          labels: ['onetouch', familyLabel(input.id), label],
          priority: input.figures.priority,
        });
        return created.key || null;
      }
    },

    /** Writes the figures into the issue's description. */
    async showProblem(input: { key: string; figures: ProblemFigures }): Promise<void> {
      await stillOurs(); // Newer figures may stand there by now.
      await jira.updateIssue(input.key, { description: problemIssue(input.figures, ticketUrl).description });
    },

    /** The highest priority, with a comment; an issue that is not ours keeps its own. */
    async raiseProblem(input: Named & { key: string; own: boolean; figures: ProblemFigures }): Promise<void> {
      if (input.own) {
        await stillOurs(); // Engineers may have set another one by now.
        await jira.updateIssue(input.key, { priority: input.figures.priority });
      }
      await commentOnce(input.key, `${input.id}:${input.round}:system-wide`, problemComment({ say: 'system-wide', figures: input.figures }));
    },

    async commentProblem(input: Named & { key: string; effect: string; comment: ProblemComment }): Promise<void> {
      await commentOnce(input.key, `${input.id}:${input.round}:${input.effect}`, problemComment(input.comment));
    },

    /** One mail to ops. What became of it is answered, never repeated where it may have arrived. */
    async mailOps(input: Named & { key: string | null; figures: ProblemFigures }): Promise<'sent' | 'unset' | 'unknown' | 'no-address'> {
      const address = config.problem.opsEmail;
      if (!address) return 'unset';
      try {
        const issue = input.key ? { key: input.key, url: new URL(`/browse/${input.key}`, config.jira.url).href } : null;
        await stillOurs();
        await mail.send({
          to: { name: 'Operations', address },
          ...opsLetter(input.figures, issue),
          ticketId: null,
          messageId: `${input.id}.${input.round}.system-wide@${new URL(config.helpdesk.url).hostname}`,
        });
        return 'sent';
      } catch (error) {
        const type = error instanceof ApplicationFailure ? error.type : null;
        if (type === FAILURE.mailRefused) return 'no-address';
        if (type === FAILURE.mailUnknown) return 'unknown';
        throw error;
      }
    },

    async stopGroupFixes(input: { id: string; groups: string[] }): Promise<number> {
      return problems.stopFixes(input.groups);
    },

    /** Tells cases; answers the tickets whose case does not run any more. Telling one twice changes nothing for it. */
    async tellCases(input: { says: ProblemSays[] }): Promise<string[]> {
      const gone: string[] = [];
      await pMap(input.says, async (says) => {
        if (!(await problems.say(says))) gone.push(says.ticketId);
      }, { concurrency: AT_A_TIME });
      return gone;
    },

    /** Asks every running case that says it is in the problem to join again; answers how many there are. */
    async recallMembers(input: Named): Promise<number> {
      const cases = await problems.casesOf(input.id);
      await pMap(cases, async (of) => void (await problems.say({ kind: 'rejoin', problem: input.id, round: input.round, ...of })), { concurrency: AT_A_TIME });
      return cases.length;
    },

    async handMembers(input: { to: string; absorb: Absorb }): Promise<void> {
      await problems.absorb(input.to, input.absorb);
    },

    /** Links the issue of a merged problem to the surviving one's, and says so on it. */
    async closeOver(input: Named & { key: string; into: string; reason: string }): Promise<void> {
      const survivor = (await problems.view(input.into))?.issueKey;
      if (!survivor) throw unavailable('Jira', 'name the surviving issue', 'it is not filed yet');
      if (survivor === input.key) return;
      await jira.relate(input.key, survivor, 'Duplicate');
      await commentOnce(input.key, `${input.id}:${input.round}:merged`, problemComment({ say: 'merged-into', key: survivor, problem: input.into, reason: input.reason }));
    },

    /** The surviving issue of a duplicate is the problem's from now on: it says so, and its changes reach the problem. */
    async followForProblem(input: Named & { key: string; fromKey: string | null; figures: ProblemFigures }): Promise<void> {
      for (const label of ['onetouch', familyLabel(input.id), problemLabel(input.id, input.round)]) await jira.addLabel(input.key, label);
      await commentOnce(input.key, `${input.id}:${input.round}:moved`, problemComment({ say: 'moved-here', figures: input.figures, fromKey: input.fromKey }));
    },

    async tellProblems(input: { ids: string[]; ended: string }): Promise<void> {
      for (const id of input.ids) await problems.survivorEnded(id, input.ended);
    },

    /** One choice for all cases, asked of an agent on the first ticket that takes a note. Answers which; null for none. */
    async askToChoose(input: Named & { tickets: { ticketId: string; cycle: number }[]; why: 'wont-do' | 'cannot-reproduce' | 'other'; detail: string; issueKey: string | null; members: number; asked: number }): Promise<string | null> {
      const { id, round, tickets, why, detail, issueKey, members, asked } = input;
      const effect = `choose-problem-${round}-${issueKey ?? 'none'}-${asked}`;
      for (const { ticketId, cycle } of tickets) {
        const ticket = await helpdesk.readTicket(ticketId);
        if (readMarks(ticket).some((m) => m.cycle === cycle && m.effect === effect)) return ticketId;
        if (ticket.status === 'closed' || ticket.status === 'deleted') continue;
        const content: Note = { say: 'choose-problem', problem: id, why, detail, issueKey, members, reminder: asked };
        const body = `${noteWords(content, { ticketId, articles: config.articles })}\n\n${mark(effectName(ticketId, cycle, effect))}`;
        await stillOurs();
        // One that another worker has asked on meanwhile is not as it was read.
        await helpdesk.updateTicket(ticketId, { comment: { body, public: false }, asReadAt: ticket.updatedAt });
        return ticketId;
      }
      return null;
    },

    /* For cases. */

    async joinProblem(input: { problem: string; join: Join }): Promise<void> {
      await problems.join(input.problem, input.join);
    },
    async leaveProblem(input: { problem: string; leave: Leave }): Promise<void> {
      await problems.leave(input.problem, input.leave);
    },
    /** What the problem knows of a case; null when it does not run. */
    async askProblem(input: { problem: string; ticketId: string; cycle: number }): Promise<Membership | null> {
      return problems.membership(input.problem, input);
    },
    /** The issue a case had of its own, before an agent put the case into a problem. */
    async closeOwnIssue(input: { ticketId: string; cycle: number; own: string; key: string; /** How often it was taken back before. */ again?: number }): Promise<void> {
      if (input.own === input.key) return;
      await jira.relate(input.own, input.key, 'Duplicate');
      const effect = effectName(input.ticketId, input.cycle, `linked${input.again ? `-${input.again + 1}` : ''}`);
      await commentOnce(input.own, effect, problemComment({ say: 'linked', ticketId: input.ticketId, key: input.key }));
    },
    /** The case waits for it again: it is no duplicate of a problem's issue any more, and says so. False where it never was one. */
    async takeBackIssue(input: { ticketId: string; cycle: number; own: string; again: number }): Promise<boolean> {
      const { ticketId, cycle, own, again } = input;
      const linked = `[onetouch ${effectName(ticketId, cycle, 'linked')}`;
      if (!(await jira.ownComments(own)).some(({ text }) => text.includes(linked))) return false;
      const { duplicateOf } = await jira.readIssue(own);
      // What an engineer found it to be a duplicate of besides is theirs.
      if (duplicateOf && (await jira.readIssue(duplicateOf)).labels.some(problemOfLabel)) await jira.unrelate(own, duplicateOf, 'Duplicate');
      await commentOnce(own, effectName(ticketId, cycle, `unlinked-${again}`), problemComment({ say: 'unlinked', ticketId }));
      return true;
    },
  };

  async function findFiled(label: string, again: boolean): Promise<string | null> {
    const isRepeat = again || Context.current().info.attempt > 1;
    const deadline = Date.now() + (isRepeat ? config.jira.searchLagMs : 0);
    for (;;) {
      // An issue that this one moved to carries the label too; the oldest is the round's own.
      const found: Issue | undefined = (await jira.findByLabel(label))[0];
      if (found || Date.now() >= deadline) return found?.key ?? null;
      await Context.current().sleep(Math.min(2_000, config.jira.searchLagMs));
    }
  }

  async function commentOnce(key: string, name: string, body: AdfDocument): Promise<void> {
    const line = mark(name);
    if ((await jira.ownComments(key)).some(({ text }) => text.includes(line))) return;
    body.content.push({ type: 'paragraph', content: [{ type: 'text', text: line }] });
    if (!adfText(body).includes(line)) throw ApplicationFailure.nonRetryable('the comment lost its mark', FAILURE.refused);
    await stillOurs();
    await jira.comment(key, body);
  }

  function ticketUrl(ticketId: string): string {
    return new URL(`/agent/tickets/${ticketId}`, config.helpdesk.url).href;
  }
}
export type ProblemActivities = ReturnType<typeof createProblemActivities>;

/** Of all rounds. */
const familyLabel = (id: string): string => `onetouch-${id}`;
