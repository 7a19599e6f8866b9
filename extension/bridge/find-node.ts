import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { limits } from '../../shared/limits.ts';
import type { NodeCommand } from '../../shared/state-files.ts';

export interface FindNodeDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** The program that runs this window's extensions. */
  readonly execPath: string;
}

/** The oldest major version that the bridge is built for. */
const oldestMajor = 20;

/** The first Node on PATH that is new enough, else the one inside VS Code. */
export async function findNode({ env, platform, execPath }: FindNodeDeps): Promise<NodeCommand> {
  const name = platform === 'win32' ? 'node.exe' : 'node';
  const folders = new Set((env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== ''));
  for (const folder of folders) {
    const path = join(folder, name);
    if ((await majorVersion(path, env)) >= oldestMajor) return { path, runAsNode: false };
  }
  return { path: execPath, runAsNode: true };
}

/** 0 where there is no Node, or one that does not say its version. */
function majorVersion(path: string, env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    const { NODE_OPTIONS: _, ...clean } = env;
    execFile(path, ['--version'], { env: clean, timeout: limits.nodeVersionMs, windowsHide: true }, (error, stdout) => {
      resolve(error === null ? Number(/^v(\d+)\./.exec(stdout)?.[1] ?? 0) : 0);
    });
  });
}
