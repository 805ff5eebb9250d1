/** Where a group troubleshooting stands: the guide's seven steps, and the end. */
export const GROUP_STAGES = ['gather', 'scope', 'group-status', 'recent-changes', 'test', 'fix', 'document', 'ended'] as const;
export type GroupStage = (typeof GROUP_STAGES)[number];
