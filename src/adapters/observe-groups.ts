/** MODE=observe for employer groups: everything is read; nothing is changed, and nobody is impersonated. */
import type { GroupsPort } from '../activities/groups-port.js';

/**
 * The same port without its effects. What it answers for one says that nothing came of it: the version that was
 * read, no view, empty times and ids.
 * @param would logs what would have been done, without member data
 */
export function observingGroups(groups: GroupsPort, would: (what: string, fields: Record<string, unknown>) => void): GroupsPort {
  return {
    findGroup: (idOrName) => groups.findGroup(idOrName),
    employer: (id) => groups.employer(id),
    recentChanges: (id, since) => groups.recentChanges(id, since),
    members: (id, page) => groups.members(id, page),
    memberAccess: (id) => groups.memberAccess(id),
    imports: (id) => groups.imports(id),
    engagementReport: (id) => groups.engagementReport(id),
    engagementDefinition: (id) => groups.engagementDefinition(id),
    activity: (id, from, to) => groups.activity(id, from, to),
    rewards: (id) => groups.rewards(id),
    integrationLog: (id) => groups.integrationLog(id),

    async memberView(_memberId, key) {
      would('look as the member', { key });
      return null;
    },
    async apply({ on, field, to, version }, key) {
      would('change the record', { key, on, field, to, version });
      return { outcome: 'applied', version };
    },
    async regenerateReport(groupId, parameters, key) {
      would('make the engagement report anew', { key, groupId });
      return { id: '', generatedAt: '', parameters, requested: parameters, figures: {} };
    },
    async startRecovery(_memberId, key) {
      would("start the member's account recovery", { key });
      return { startedAt: '' };
    },
    async syncRewards(groupId, key) {
      would('sync the rewards', { key, groupId });
      return { outcome: 'failed', at: '', detail: 'it was not run, since we only observe' };
    },
  };
}
