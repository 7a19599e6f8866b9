import { setTimeout as delay } from 'node:timers/promises';
import { FaultScene, type SceneOptions } from '../scene/fault-scene.ts';
import { Crowd } from './crowd.ts';
import { type FaultKind, faultKinds } from './fault-kinds.ts';
import { Injector } from './injector.ts';
import { Randomness } from './randomness.ts';
import { isGood, judgeAll, type SoakReport, saveReport } from './report.ts';

export interface SoakOptions extends Pick<SceneOptions, 'defect' | 'bundle'> {
  readonly seed: number;
  readonly durationMs: number;
  readonly windows?: number;
  /** Only these faults; default: all. */
  readonly only?: readonly FaultKind[];
  /** Where the logs of a failed run are kept. */
  readonly keepIn?: string;
  readonly print: (line: string) => void;
}

/** The longest work of a tool, and its journal: after that no effect comes any more. */
const lastEffectsMs = 3_000;

/** Lets agents work while things break, then judges what they were told. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const { seed, durationMs, windows = 2, only = faultKinds, keepIn, print, ...sceneOptions } = options;
  const scene = await FaultScene.open({ windows, windowsStartBridge: true, ...sceneOptions });
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
    killShim: () => crowd.killShim(),
    now,
    print,
  });
  try {
    const working = crowd.run();
    await injector.run(durationMs);
    await delay(Math.max(0, durationMs - now()));
    crowd.stop();
    await working;
    await delay(lastEffectsMs);
    const judged = judgeAll(crowd.operations, scene.effects(), injector.faults);
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
