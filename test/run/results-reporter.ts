/** Mocha's spec reporter, which also writes `Results` to the file of the option `output`. Serves the plain Node parts and
 * the extension host alike. */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS } = Mocha.Runner.constants;

// oxlint-disable-next-line import/no-default-export -- mocha takes a reporter that it loads by file name from there
export default class ResultsReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const output: unknown = options.reporterOptions?.output;
    if (typeof output !== 'string') throw new TypeError('the reporter needs the option `output`');
    let passed = 0;
    const failures: { title: string; error: string }[] = [];
    runner.on(EVENT_TEST_PASS, () => {
      passed += 1;
    });
    runner.on(EVENT_TEST_FAIL, (test: Mocha.Runnable, error: unknown) => {
      failures.push({ title: test.fullTitle(), error: textOf(error) });
    });
    runner.once(EVENT_RUN_END, () => {
      writeFileSync(output, JSON.stringify({ passed, failed: failures.length, failures }));
    });
  }
}

/** What was thrown; where files run in processes of their own, errors arrive as plain objects. */
function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('stack' in error && typeof error.stack === 'string') return error.stack;
  return 'message' in error ? String(error.message) : JSON.stringify(error);
}
