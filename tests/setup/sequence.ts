/** The files that take longest begin first, so that none of them is waited for alone at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that wait most of their time (for a lost worker to be missed, for an outage to end), by turns with those that work. */
const LONGEST = ['e2e/crash.', 'stories/longlife', 'e2e/crash-heal', 'stories/days-away', 'dev/start', 'hostile/arbitrary', 'stories/group-ends', 'e2e/killed', 'stories/problem-edges', 'histories/replay', 'e2e/zombie', 'hostile/hostile', 'stories/beside', 'e2e/overslept', 'stories/review'];
const place = ({ moduleId }: TestSpecification): number => {
  const at = LONGEST.findIndex((name) => moduleId.includes(`/tests/${name}`));
  return at < 0 ? LONGEST.length : at;
};

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
