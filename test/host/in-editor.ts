/** Runs inside the extension host: the `run` that VS Code calls with `extensionTestsPath`. */
import Mocha from 'mocha';
import ResultsReporter from '../run/results-reporter.ts';

/** `load` requires the test files; they find `describe` and `it` as globals. */
export async function runInEditor(load: () => void): Promise<void> {
  const output = process.env.HOLDFAST_TEST_RESULTS;
  if (output === undefined) throw new Error('HOLDFAST_TEST_RESULTS is not set');
  const grep = process.env.HOLDFAST_TEST_GREP;
  const mocha = new Mocha({
    ui: 'bdd',
    color: false,
    timeout: 60_000,
    forbidOnly: true,
    forbidPending: true,
    reporter: ResultsReporter,
    reporterOptions: { output },
    ...(grep === undefined ? {} : { grep }),
  });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  load();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
}
