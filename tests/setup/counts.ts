/**
 * Prints why each skipped test was skipped, and fails the run where one says nothing. Where `TEST_COUNTS` names
 * a file, it gets `passed failed` for `.ci/run`.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

export default class Counts implements Reporter {
  private byName = false;

  onInit(vitest: Vitest): void {
    // With -t, what was not asked for is skipped by wish.
    this.byName = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    // An error outside any test, or in a file that could not be read, counts as a failed test.
    let failed = unhandled.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const t of module.children.allTests()) {
        const result = t.result();
        if (result.state === 'passed') passed += 1;
        else if (result.state === 'skipped' && result.note) console.log(`skipped: ${t.fullName} (${result.note})`);
        else if (result.state === 'failed' || !this.byName) {
          failed += 1;
          if (result.state !== 'failed') console.log(`not run, without a reason: ${t.fullName}`);
        }
      }
    }
    if (failed > 0) process.exitCode = 1;
    if (process.env.TEST_COUNTS) writeFileSync(process.env.TEST_COUNTS, `${passed} ${failed}\n`);
  }
}
