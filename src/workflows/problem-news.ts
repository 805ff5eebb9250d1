/** What a problem says to its cases, as a case takes it up in every stage. */
import type { Stage } from '../domain/case.js';
import type { Desk } from './desk.js';
import { backToTeam, followUpWith } from './hearing.js';
import type { Message } from './state.js';

/** What the problem says. Returns the stage to go to; null to go on. */
export function heardProblem(desk: Desk, said: Extract<Message, { verb: 'problemSays' }>): Stage | null {
  const { state } = desk;
  const { handoff, done } = state;
  // An earlier cycle's, or a problem's that the case has left.
  if (!handoff || handoff.problem !== said.problem || said.cycle !== state.cycle) return null;
  switch (said.kind) {
    case 'filed':
      handoff.issueKey = said.key ?? null;
      done['problem-round'] = said.round;
      if (said.wantsReport) done['report-wanted'] = true;
      return null;
    case 'moved':
      handoff.problem = said.to!;
      handoff.issueKey = said.key ?? handoff.issueKey;
      delete done['problem-round'];
      desk.record('heard', `its problem was merged into ${said.to}`);
      return null;
    case 'rejoin':
      if (!state.followUp) done['rejoin'] = true;
      return null;
    case 'resolved':
      if (state.followUp) return null;
      done['released'] = true;
      if (said.key) handoff.issueKey = said.key;
      desk.record('heard', `${said.key ?? 'the problem'} is ${said.outcome === 'resolved' ? 'resolved' : 'not going to be changed'}`, { by: 'Jira' });
      return followUpWith(desk, said.outcome ?? 'resolved');
    case 'reopened':
      if (!state.followUp || !('released' in done)) return null;
      if ('follow-up' in done) {
        state.followUp.doubt ??= 'issue-reopened';
        return null;
      }
      delete done['released'];
      return backToTeam(desk, 'the Jira issue was reopened');
  }
}
