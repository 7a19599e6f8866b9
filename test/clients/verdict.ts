import { type CallOutcome, type CallStep, type ClientRun, callSteps } from './outcome.ts';

/** What a run has to show, and does not: one sentence each. */
export function shortcomings(run: ClientRun): readonly string[] {
  const { client, way, tools, calls, problem } = run;
  const wrong: string[] = problem === undefined ? [] : [problem];
  for (const tool of ['edit_buffer', 'read_buffer', 'behind__echo']) {
    if (!tools.some((name) => name.endsWith(tool))) wrong.push(`${tool} is not listed`);
  }
  for (const step of callSteps) {
    const call = calls[step];
    if (call === undefined) wrong.push(`the call "${step}" was not made`);
    else wrong.push(...wrongWith(run, step, call));
  }
  return wrong.map((each) => `${client} by ${way}: ${each}`);
}

function wrongWith({ way, calls }: ClientRun, step: CallStep, { outcome, effects, text }: CallOutcome): string[] {
  const told = `the call "${step}" is told as ${outcome}`;
  if (effects > 1) return [`the call "${step}" ran ${effects} times`];
  if (outcome === 'ok') return effects === 1 ? [] : [`${told}, but never ran`];
  // By HTTP nothing names the call, so a client that lost its answer can only be told so.
  if (way === 'HTTP' && step === 'interrupted' && outcome === 'failed') return [];
  // The first one may be what tells the client that its session has gone.
  if (way === 'HTTP' && step === 'replaced' && outcome === 'failed' && effects === 0) {
    return calls['replaced again']?.outcome === 'ok' ? [] : [`${told}, and so is the next`];
  }
  return [`${told}: ${text.slice(0, 300)}`];
}
