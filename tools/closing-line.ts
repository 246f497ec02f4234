/**
 * A vitest reporter that ends a run with one plain line for programs to read: `12 passed, 0 failed`. A file that
 * could not be read and an error outside of any test count as failed, so that "0 failed" is never red.
 */
import type { Reporter } from 'vitest/node';

const closingLine: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    const failed = tests.filter((test) => test.result().state === 'failed').length;
    const broken = modules.filter((module) => !module.ok() && !hasFailedTest(module)).length;
    console.log(`${passed} passed, ${failed + broken + unhandledErrors.length} failed`);
  },
};

type Module = Parameters<NonNullable<Reporter['onTestRunEnd']>>[0][number];

function hasFailedTest(module: Module): boolean {
  return [...module.children.allTests('failed')].length > 0;
}

export default closingLine;
