import { setTimeout as delay } from 'node:timers/promises';
import { FaultScene, type SceneOptions } from '../scene/fault-scene.ts';
import { Crowd } from './crowd.ts';
import { type FaultKind, faultKinds } from './fault-kinds.ts';
import { Injector } from './injector.ts';
import type { Failure } from './oracle.ts';
import { Randomness } from './randomness.ts';
import { countOf, isGood, judgeAll, type SoakReport, saveReport } from './report.ts';

export interface SoakOptions extends Pick<SceneOptions, 'defect' | 'bundle'> {
  readonly seed: number;
  readonly durationMs: number;
  /** Ends the run early, as soon as an operation has failed in this way. */
  readonly until?: Failure;
  readonly windows?: number;
  /** Only these faults; default: all. */
  readonly only?: readonly FaultKind[];
  /** Where the logs of a failed run are kept. */
  readonly keepIn?: string;
  readonly print: (line: string) => void;
}

/** The longest work of a tool, and its journal: after that no effect comes any more. */
const lastEffectsMs = 3_000;

/** How often a run that may end early looks whether it has seen enough. */
const checkMs = 250;

/** Lets agents work while things break, then judges what they were told. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const { seed, durationMs, until, windows = 2, only = faultKinds, keepIn, print, ...sceneOptions } = options;
  const scene = await FaultScene.open({ windows, windowsStartBridge: true, upstreams: true, ...sceneOptions });
  const startMs = performance.now();
  const now = () => performance.now() - startMs;
  const random = new Randomness(seed);
  let generation = 0;
  const crowd = new Crowd({ scene, random: random.branch(), keysGeneration: () => generation, now });
  const injector = new Injector({
    scene,
    random: random.branch(),
    only,
    keysChange: () => {
      generation += 1;
    },
    killShim: (choice) => crowd.killShim(choice),
    now,
    print,
  });
  const judgeNow = () => judgeAll(crowd.operations, scene.effects(), injector.faults);
  const isNoticed = () =>
    until !== undefined &&
    countOf(
      judgeNow().filter(({ operation }) => operation.outcome !== undefined),
      until,
    ) > 0;
  try {
    const working = crowd.run();
    const injecting = injector.run(durationMs);
    while (now() < durationMs && !isNoticed()) await delay(Math.min(checkMs, Math.max(0, durationMs - now())));
    injector.stop();
    await injecting;
    crowd.stop();
    await working;
    await delay(lastEffectsMs);
    const judged = judgeNow();
    const report = { seed, judged, faults: injector.faults, problems: injector.problems };
    if (keepIn !== undefined && !isGood(report)) {
      saveReport(report, keepIn);
      scene.saveLogs(keepIn);
    }
    return report;
  } finally {
    await crowd.dispose();
    await scene.dispose();
  }
}
