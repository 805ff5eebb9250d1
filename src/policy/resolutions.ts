/** What a Jira issue's resolution means for whoever waits for it. Pure. */

const MEANING: Record<string, 'resolved' | 'duplicate' | 'wont-do' | 'cannot-reproduce'> = {
  fixed: 'resolved',
  done: 'resolved',
  resolved: 'resolved',
  completed: 'resolved',
  duplicate: 'duplicate',
  "won't do": 'wont-do',
  "won't fix": 'wont-do',
  declined: 'wont-do',
  'cannot reproduce': 'cannot-reproduce',
};

/** By the resolution's name; one that has none counts as Done, one that we do not know as `other`. */
export const meaningOf = (resolution: string | null): 'resolved' | 'duplicate' | 'wont-do' | 'cannot-reproduce' | 'other' =>
  MEANING[(resolution ?? 'Done').toLowerCase()] ?? 'other';
