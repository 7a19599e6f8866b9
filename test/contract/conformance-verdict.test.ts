import assert from 'node:assert/strict';
import type { Check } from '../conformance/suite.ts';
import { judge } from '../conformance/verdict.ts';

const check = (id: string, status: Check['status']): Check => ({ id, status });

/** Titles of what `judge` found wrong, without the run's name, and the number of passed checks. */
function verdict(
  results: Readonly<Record<string, readonly Check[]>>,
  leftOut: Readonly<Record<string, string>> = {},
  scenarios: readonly string[] = Object.keys(results),
): readonly [passed: number, ...failures: string[]] {
  const { passed, failed, failures } = judge({ name: 'x', scenarios, leftOut }, new Map(Object.entries(results)));
  assert.equal(failed, failures.length);
  return [passed, ...failures.map(({ title }) => title.replace('conformance x: ', ''))];
}

describe('The verdict on the conformance suite', () => {
  it('counts each check that passed', () => {
    assert.deepEqual(verdict({ a: [check('1', 'SUCCESS'), check('2', 'SUCCESS'), check('3', 'INFO')] }), [2]);
  });

  it('fails on each failure and warning', () => {
    const results = { a: [check('1', 'SUCCESS'), check('2', 'FAILURE'), check('3', 'WARNING')] };
    assert.deepEqual(verdict(results), [1, 'a: 2', 'a: 3']);
  });

  it('fails on a scenario that did not run or that checked nothing', () => {
    assert.deepEqual(verdict({ b: [check('1', 'SKIPPED')] }, {}, ['a', 'b']), [0, 'a', 'b']);
  });

  it('excuses a check that is left out, and no other of its scenario', () => {
    const results = { a: [check('1', 'SUCCESS'), check('2', 'FAILURE'), check('3', 'FAILURE')] };
    assert.deepEqual(verdict(results, { 'a:2': 'why' }), [1, 'a: 3']);
  });

  it('counts nothing of a scenario that is left out', () => {
    assert.deepEqual(verdict({ a: [check('1', 'SUCCESS'), check('2', 'FAILURE')] }, { a: 'why' }), [0]);
  });

  it('fails on an excuse that nothing needs any more', () => {
    assert.deepEqual(verdict({ a: [check('1', 'SUCCESS')] }, { 'a:1': 'why' }), [1, 'a:1']);
  });
});
