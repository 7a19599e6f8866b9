import { stateFiles } from '../../shared/state-files.ts';
import { within } from '../host/deadline.ts';
import type { Agent, Way } from './agents/agent.ts';
import type { Scene, SessionCounters } from './scene.ts';

/** The calls, in their order; before each named one something happens to the bridge or the window. */
export const callSteps = ['call', 'restart', 'replaced', 'replaced again', 'reload'] as const;
export type CallStep = (typeof callSteps)[number];

export interface CallOutcome {
  readonly step: CallStep;
  readonly outcome: 'ok' | 'failed' | 'hung' | 'not reached';
  /** How often the call took effect in the window. */
  readonly effects: number;
  readonly ms: number;
  /** What the bridge counted for it. */
  readonly counted: SessionCounters;
  /** What the model was shown, or why there was nothing. */
  readonly text: string;
}

export interface ScenarioResult {
  readonly tools: readonly string[];
  readonly calls: readonly CallOutcome[];
}

/** As long as clients themselves wait for a tool. */
const callMs = 60_000;
const connectMs = 60_000;

/** What an agent's configuration holds has to be there again; the shim's holds nothing (docs/decisions/0017). */
const keptFor: Readonly<Record<Way, readonly string[]>> = { HTTP: [stateFiles.token, stateFiles.port], shim: [] };

export async function runScenario(agent: Agent, scene: Scene, way: Way): Promise<ScenarioResult> {
  const tools = await within('the client lists our tools', connectMs, agent.list());
  const before: Readonly<Record<CallStep, () => Promise<void>>> = {
    call: async () => {},
    restart: () => scene.restartBridge(),
    replaced: () => scene.replaceStateDir(keptFor[way]),
    'replaced again': async () => {},
    reload: () => scene.reloadWindow(),
  };
  const calls: CallOutcome[] = [];
  for (const step of callSteps) {
    if (calls.at(-1)?.outcome === 'hung') break;
    await before[step]();
    calls.push(await callOnce(step, agent, scene));
  }
  return { tools, calls };
}

async function callOnce(step: CallStep, agent: Agent, scene: Scene): Promise<CallOutcome> {
  const text = step.replaceAll(' ', '-');
  const counters = await scene.counters();
  const startedMs = performance.now();
  const answered = await within(
    'an answer',
    callMs,
    agent.call({ create: [{ path: `${scene.folder}/${text}.txt`, text }] }),
  ).then(
    (answer) => ({
      outcome: /Edited \d+ files?|"on_disk"/.test(answer) ? ('ok' as const) : ('failed' as const),
      text: answer,
    }),
    (error: unknown) => ({ outcome: 'hung' as const, text: String(error) }),
  );
  const ms = Math.round(performance.now() - startedMs);
  const after = await scene.counters();
  return {
    step,
    ...answered,
    effects: scene.effectsOf(text),
    ms,
    counted: {
      stale: after.stale - counters.stale,
      healed: after.healed - counters.healed,
      rehydrated: after.rehydrated - counters.rehydrated,
    },
  };
}
