import { stateFiles } from '../../shared/state-files.ts';
import { until, within } from '../host/deadline.ts';
import type { Agent, Way } from './agents/agent.ts';
import { type CallOutcome, type CallStep, type ClientRun, type Comeback, callSteps } from './outcome.ts';
import type { Scene } from './scene.ts';

/** Longer than any client of ours should need; those that wait for ever are found out by it. */
const answerMs = 60_000;
const closeMs = 30_000;

/** What an agent's configuration holds has to be there again; the shim's holds nothing (docs/decisions/0017). */
const keptFor: Readonly<Record<Way, readonly string[]>> = { HTTP: [stateFiles.token, stateFiles.port], shim: [] };

export type Found = Pick<ClientRun, 'sessionVersion' | 'tools' | 'calls' | 'problem'>;

/** Drives one client through everything, and stops early only where it cannot be asked any more. */
export async function runScenario(open: () => Promise<Agent>, scene: Scene, way: Way): Promise<Found> {
  const calls: Partial<Record<CallStep, CallOutcome>> = {};
  let tools: readonly string[] = [];
  let sessionVersion: string | undefined;
  const found = (problem?: string): Found => ({ sessionVersion, tools, calls, problem });
  let agent: Agent | undefined;
  try {
    agent = await within('the client connects', answerMs, open());
    tools = (await within('the client lists our tools', answerMs, agent.list())).filter((name) => ours.test(name));
    for (const step of callSteps) {
      await before(step, scene, way);
      const outcome = await callOnce(step, agent, scene);
      calls[step] = outcome;
      sessionVersion ??= outcome.sessionVersion;
      // What it would say now, it might say of the call before.
      if (outcome.outcome === 'hung') break;
    }
    return found(await problemOfClosing(agent));
  } catch (error) {
    if (agent !== undefined) await problemOfClosing(agent);
    return found(error instanceof Error ? error.message : String(error));
  }
}

/** Also a client that failed has to leave: it may have started others. */
async function problemOfClosing(agent: Agent): Promise<string | undefined> {
  try {
    await within('the client leaves', closeMs, agent.close());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The last one is that of a server behind the bridge. */
const ours = /(edit_buffer|read_buffer|behind__echo)$/;

async function before(step: CallStep, scene: Scene, way: Way): Promise<void> {
  if (step === 'restarted') await scene.restartBridge();
  if (step === 'replaced') await scene.replaceStateDir(keptFor[way]);
  if (step === 'reloaded') await scene.reloadWindow();
}

async function callOnce(
  step: CallStep,
  agent: Agent,
  scene: Scene,
): Promise<CallOutcome & Pick<ClientRun, 'sessionVersion'>> {
  const isInterrupted = step === 'interrupted';
  const text = `${isInterrupted ? 'slow-' : ''}${step.replaceAll(' ', '-')}`;
  const startedMs = performance.now();
  const answer = agent.call({ create: [{ path: `${scene.folder}/${text}.txt`, text }] });
  const answered = within('an answer', answerMs, answer).then(
    (shown) => ({ outcome: isSuccess(shown) ? ('ok' as const) : ('failed' as const), text: shown }),
    (error: unknown) => ({ outcome: 'hung' as const, text: String(error) }),
  );
  if (isInterrupted) {
    let isOver = false;
    void answered.then(() => {
      isOver = true;
    });
    await until('the change is made', answerMs, () => isOver || scene.effectsOf(text) > 0);
    await scene.restartBridge();
  }
  const { outcome, text: shown } = await answered;
  const ms = Math.round(performance.now() - startedMs);
  const news = scene.bridgeNews();
  const effects = scene.effectsOf(text);
  return { outcome, effects, ms, comeback: comebackIn(news), text: shown, sessionVersion: versionIn(news) };
}

/** As text, or as the structured content that some clients show instead. */
function isSuccess(shown: string): boolean {
  return /Edited \d+ files?\b|\\*"on_disk\\*"/.test(shown);
}

function comebackIn(news: string): Comeback | undefined {
  if (news.includes('went on with a stale session id')) return 'healed';
  if (news.includes('opened a session')) return 'new session';
  return news.includes('is back in its session') ? 'session kept' : undefined;
}

function versionIn(news: string): string | undefined {
  return /opened a session \(MCP ([\d-]+)\)/.exec(news)?.[1];
}
