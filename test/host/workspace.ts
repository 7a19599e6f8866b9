import { cpSync } from 'node:fs';
import path from 'node:path';
import { killBridge } from './bridge.ts';
import { sampleDir } from './paths.ts';
import { tempFolder } from './temp-folder.ts';

export interface Scratch {
  /** A folder of its own below the system's temporary folder. */
  readonly dir: string;
  readonly stateDir: string;
  /** A copy of the sample workspace, for the run to change. */
  sample(name: string): string;
  /** Ends the bridge of the state directory, which outlives its windows by design, and removes everything. */
  remove(): Promise<void>;
}

export function createScratch(): Scratch {
  const folder = tempFolder();
  const dir = folder.path;
  const stateDir = path.join(dir, 'state');
  return {
    dir,
    stateDir,
    sample(name) {
      const copy = path.join(dir, name);
      cpSync(sampleDir, copy, { recursive: true });
      return copy;
    },
    async remove() {
      await killBridge(stateDir);
      folder.remove();
    },
  };
}
