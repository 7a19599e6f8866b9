/** The part `conformance` of `npm test`: the official suite, once against the product and once against a full fixture. */
import { setUpHost } from '../host/setup.ts';
import { type Results, sum } from '../run/results.ts';
import { inputRequiredTools } from './fixture-input-required.ts';
import { startFixtureServer } from './fixture-server.ts';
import { productLeftOut, productScenarios, type Revision, runProduct } from './product.ts';
import { requiredScenarios, runSuite, type Suite, setUpSuite } from './suite.ts';
import { judge, type LeftOut, summary } from './verdict.ts';

type Print = (line: string) => void;

const revisions: readonly Revision[] = ['2025-11-25', '2026-07-28'];

const tasks = 'not scored: tasks, an extension that is not declared';
const paramHeaders = 'not scored: no tool names a header for one of its arguments, so there is nothing to validate';

const fixtureLeftOut: Readonly<Record<Revision, LeftOut>> = {
  '2025-11-25': {},
  '2026-07-28': {
    'http-custom-header-server-validation': paramHeaders,
    'tasks-capability-negotiation': tasks,
    'tasks-dispatch-and-envelope': tasks,
    'tasks-lifecycle': tasks,
    'tasks-mrtr-composition': tasks,
    'tasks-mrtr-input': tasks,
    'tasks-request-headers': tasks,
    'tasks-request-state-removal': tasks,
    'tasks-required-task-error': tasks,
    'tasks-wire-fields': tasks,
  },
};

const both = [
  'test_simple_text',
  'test_image_content',
  'test_audio_content',
  'test_embedded_resource',
  'test_multiple_content_types',
  'test_error_handling',
  'test_tool_with_progress',
  'test_simple_prompt',
  'test_prompt_with_arguments',
  'test_prompt_with_embedded_resource',
  'test_prompt_with_image',
];
/** Tools and prompts of the fixture that the suite calls: a scenario that passed without them has shown nothing. */
const toBeReached: Readonly<Record<Revision, readonly string[]>> = {
  '2025-11-25': [
    ...both,
    'test_tool_with_logging',
    'test_sampling',
    'test_elicitation',
    'test_elicitation_sep1034_defaults',
    'test_elicitation_sep1330_enums',
  ],
  '2026-07-28': [
    ...both,
    'test_logging_tool',
    'test_missing_capability',
    'test_streaming_elicitation',
    'test_trigger_tool_change',
    'test_trigger_prompt_change',
    ...Object.keys(inputRequiredTools),
    'test_input_required_result_prompt',
  ],
};

export async function runConformance(print: Print): Promise<Results> {
  const { node } = await setUpHost(print);
  const suite = await setUpSuite(node, print);
  const parts: Results[] = [];
  for (const revision of revisions) {
    parts.push(await product(suite, revision, print));
    parts.push(await fixture(suite, revision, print));
  }
  return sum(parts);
}

async function product(suite: Suite, revision: Revision, print: Print): Promise<Results> {
  const name = `of the bridge, ${revision}`;
  const leftOut = productLeftOut[revision];
  const results = await runProduct(suite, revision);
  for (const line of [name, ...summary(results, leftOut)]) print(line);
  return judge({ name, scenarios: productScenarios[revision], leftOut }, results);
}

async function fixture(suite: Suite, revision: Revision, print: Print): Promise<Results> {
  const name = `of the fixture, ${revision}`;
  const leftOut = fixtureLeftOut[revision];
  const server = await startFixtureServer();
  try {
    const results = await runSuite(suite, server, `fixture-${revision}`, ['--requirements', revision]);
    for (const line of [name, ...summary(results, leftOut)]) print(line);
    const verdict = judge({ name, scenarios: requiredScenarios(suite, revision), leftOut }, results);
    const unreached = toBeReached[revision].filter((each) => !server.reached.has(each));
    const failures = [
      ...unreached.map((each) => ({
        title: `conformance ${name}: ${each}`,
        error: 'the suite passed without reaching it',
      })),
      ...server.errors.map((error) => ({ title: `conformance ${name}: the log has an error`, error })),
    ];
    return sum([
      verdict,
      { passed: toBeReached[revision].length - unreached.length, failed: failures.length, failures },
    ]);
  } finally {
    await server.close();
  }
}
