import type { Results } from '../run/results.ts';
import type { Check, SuiteResults } from './suite.ts';

/** What is known not to pass, each with the reason: a whole scenario, or `scenario:check`. */
export type LeftOut = Readonly<Record<string, string>>;

export interface Expectation {
  readonly name: string;
  /** These have to run and to check something. */
  readonly scenarios: readonly string[];
  readonly leftOut: LeftOut;
}

/**
 * Turns the suite's checks into test results. A failure or a warning that is not left out, a scenario that did not run
 * or checked nothing, and an entry of `leftOut` that nothing needs any more each count as a failure.
 */
export function judge({ name, scenarios, leftOut }: Expectation, results: SuiteResults): Results {
  const used = new Set<string>();
  const failures: { title: string; error: string }[] = [];
  const fail = (title: string, error: string) => failures.push({ title: `conformance ${name}: ${title}`, error });
  let passed = 0;
  for (const [scenario, checks] of results) {
    for (const check of checks) {
      // What passes in a scenario that fails as a whole may have passed on the error for an unknown tool.
      if (check.status === 'SUCCESS' && !Object.hasOwn(leftOut, scenario)) passed++;
      if (check.status !== 'FAILURE' && check.status !== 'WARNING') continue;
      const excuse = [`${scenario}:${check.id}`, scenario].find((key) => Object.hasOwn(leftOut, key));
      if (excuse === undefined) fail(`${scenario}: ${check.id}`, describe(check));
      else used.add(excuse);
    }
  }
  for (const scenario of scenarios) {
    const checks = results.get(scenario) ?? [];
    if (!checks.some(({ status }) => status === 'SUCCESS') && !Object.hasOwn(leftOut, scenario)) {
      fail(scenario, checks.length === 0 ? 'the scenario did not run' : 'the scenario passed no check');
    }
  }
  for (const [key, reason] of Object.entries(leftOut)) {
    if (!used.has(key)) fail(key, `it is left out ("${reason}") but nothing of it failed: take it off the list`);
  }
  return { passed, failed: failures.length, failures };
}

/** One line for each scenario: its name and how its checks came out. */
export function summary(results: SuiteResults, leftOut: LeftOut): readonly string[] {
  return [...results].map(([scenario, checks]) => {
    const counts = new Map<string, number>();
    for (const { status } of checks) counts.set(status, (counts.get(status) ?? 0) + 1);
    const shown = [...counts].map(([status, count]) => `${count} ${status.toLowerCase()}`).join(', ');
    const reasons = Object.entries(leftOut).filter(([key]) => key === scenario || key.startsWith(`${scenario}:`));
    return [`  ${scenario}: ${shown}`, ...reasons.map(([key, reason]) => `    left out ${key}: ${reason}`)].join('\n');
  });
}

function describe({ status, description = '', errorMessage = '' }: Check): string {
  return `${status.toLowerCase()}: ${description}${errorMessage === '' ? '' : `\n${errorMessage}`}`;
}
