import type { Clock } from '../shared/clock.ts';
import { errorCode, messageOf } from '../shared/errors.ts';
import { limits } from '../shared/limits.ts';
import type { BridgeFile } from '../shared/state-files.ts';
import type { Claim } from './claim-state-dir.ts';
import { exitCodes, type StatusOptions } from './cli.ts';
import { checkWritable, privateDirectoryExists, StateDirError } from './private-files.ts';
import { replaceSecrets } from './state-dir.ts';

export interface RotateDeps {
  /** Becomes the state directory's only owner, or tells which bridge is; waits for one that starts or leaves. */
  readonly claim: (stateDir: string) => Promise<Claim>;
  /** Asks a proven bridge to leave. */
  readonly stop: (pid: number) => void;
  readonly clock: Clock;
  readonly stdout: (text: string) => void;
}

/**
 * `holdfast rotate`: new token, session key and editor secret. They are replaced while no bridge runs and none can start,
 * so that no window ever meets a bridge with another secret, which it would have to take for a stranger.
 */
export async function rotate({ stateDir, json }: StatusOptions, deps: RotateDeps): Promise<number> {
  if (!privateDirectoryExists(stateDir)) {
    deps.stdout(
      json ? `${JSON.stringify({ rotated: [] })}\n` : `Nothing to rotate: no bridge has run on ${stateDir}.\n`,
    );
    return exitCodes.ok;
  }
  // Before a bridge is stopped for nothing.
  checkWritable(stateDir);
  const { lock, stopped } = await claimAlone(stateDir, deps);
  let rotated: readonly string[];
  try {
    rotated = replaceSecrets(stateDir);
  } finally {
    lock.dispose();
  }
  if (json) deps.stdout(`${JSON.stringify({ rotated, stopped: stopped.map(({ pid }) => pid) })}\n`);
  else deps.stdout(`${describe(stateDir, stopped)}\n`);
  return exitCodes.ok;
}

async function claimAlone(
  stateDir: string,
  { claim, stop, clock }: RotateDeps,
): Promise<{ readonly lock: { dispose(): void }; readonly stopped: readonly BridgeFile[] }> {
  const stopped: BridgeFile[] = [];
  const endMs = clock.now() + limits.rotateMs;
  for (;;) {
    const claimed = await claim(stateDir).catch((cause: unknown) => {
      throw new StateDirError(`Nothing was rotated: ${messageOf(cause)}`, { cause });
    });
    if (claimed.kind === 'ours') return { lock: claimed.lock, stopped };
    const { bridge } = claimed;
    if (clock.now() >= endMs) {
      throw new StateDirError(
        `The bridge (pid ${bridge.pid}) does not leave, and nothing was rotated. End that process and run this again.`,
      );
    }
    // A window may have started the next one before we were there.
    if (stopped.every(({ instance }) => instance !== bridge.instance)) {
      stopped.push(bridge);
      stopIfThere(bridge.pid, stop);
    }
    await new Promise<void>((resolve) => clock.after(limits.rotateRetryMs, resolve));
  }
}

function stopIfThere(pid: number, stop: (pid: number) => void): void {
  try {
    stop(pid);
  } catch (error) {
    // It has left by itself since it answered.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

function describe(stateDir: string, stopped: readonly BridgeFile[]): string {
  return [
    `New token and keys in ${stateDir}. Every token, agent session and link from before is void.`,
    stopped.length === 0
      ? 'No bridge was running.'
      : 'The bridge was stopped. VS Code windows start a new one by themselves; without a window run: holdfast serve',
    'Next: give each agent the new token. Run "Holdfast: Copy Agent Configuration" in VS Code and paste it again; until',
    'then the agent gets 401. An agent that runs "holdfast stdio" needs nothing.',
  ].join('\n');
}
