/** MODE=observe: everything is read, nothing is done. What would have been done is logged, without member data. */
import { observingGroups } from './observe-groups.js';
import type { GroupsPort } from '../activities/groups-port.js';
import type { AdminPort, HelpdeskPort, JiraPort, MailPort } from '../activities/ports.js';

interface Ports {
  helpdesk: HelpdeskPort;
  jira: JiraPort;
  admin: AdminPort;
  groups: GroupsPort;
  mail: MailPort;
}
/** A pino logger will do. */
export interface ObserveLog {
  info(fields: Record<string, unknown>, message: string): void;
}

/** The same ports, where reads pass through and writes only say what they would have done. */
export function observing({ helpdesk, jira, admin, groups }: Ports, log: ObserveLog): Ports {
  const would = (what: string, fields: Record<string, unknown> = {}) => log.info({ observing: true, ...fields }, `would ${what}`);
  return {
    helpdesk: {
      readTicket: (id) => helpdesk.readTicket(id),
      changed: (from) => helpdesk.changed(from),
      async updateTicket(ticketId, { comment, group, priority, status }) {
        const says = comment ? (comment.public ? 'public reply' : 'internal note') : undefined;
        would('update the ticket', { ticketId, comment: says, group, priority, status });
      },
    },
    jira: {
      findByLabel: (label) => jira.findByLabel(label),
      readIssue: (key) => jira.readIssue(key),
      ownComments: (key) => jira.ownComments(key),
      changed: (since) => jira.changed(since),
      filedByUs: (labels) => jira.filedByUs(labels),
      async linkDuplicate(key, of) {
        would('link the duplicate', { key, of });
      },
      async resolveAsDuplicate(key) {
        would('close the duplicate', { key });
      },
      async createIssue({ project, issueType, labels, priority }) {
        would('create an issue', { project, issueType, labels, priority });
        // No key: there is no issue to wait for.
        return { key: '', url: '' };
      },
      async comment(key) {
        would('comment on the issue', { key });
      },
      async deleteComment(key, id) {
        would('take the comment away', { key, id });
      },
      async addLabel(key, label) {
        would('label the issue', { key, label });
      },
      async updateIssue(key, { description, priority }) {
        would('update the issue', { key, ...(description && { description: 'a new one' }), priority });
      },
      async relate(key, other, how) {
        would('relate the issues', { key, other, how });
      },
      async unrelate(key, other, how) {
        would('take the link away', { key, other, how });
      },
      async remoteLink(key, { globalId }) {
        would('link the issue', { key, globalId });
      },
    },
    admin: {
      findMember: (by) => admin.findMember(by),
      incentiveProgram: (id) => admin.incentiveProgram(id),
      eligibility: (id) => admin.eligibility(id),
      requirementsToSchedule: (id) => admin.requirementsToSchedule(id),
      deviceOrder: (id) => admin.deviceOrder(id),
      async noteAccount(_memberId, { key }) {
        would("note the member's account", { key });
      },
    },
    groups: observingGroups(groups, would),
    mail: {
      async send({ messageId }) {
        would('send a mail', { messageId });
      },
    },
  };
}
