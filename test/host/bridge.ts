/** The bridge of a test's state directory. Nothing is signalled that has not proven that it is that bridge. */
import { randomBytes } from 'node:crypto';
import { findBridge } from '../../server/bridge-client.ts';
import { currentBoot } from '../../server/bridge-file.ts';
import { limits } from '../../shared/limits.ts';
import type { BridgeFile } from '../../shared/state-files.ts';
import { BridgeProcess } from '../support/bridge-process.ts';
import { until } from './deadline.ts';

export function bridgeOf(stateDir: string): Promise<BridgeFile | undefined> {
  return findBridge({
    stateDir,
    boot: currentBoot(Date.now()),
    nonce: () => randomBytes(24).toString('base64url'),
    proofMs: limits.proofMs,
  });
}

/** Kills the bridge with SIGKILL and resolves when it is gone; undefined when none ran. */
export async function killBridge(stateDir: string): Promise<BridgeFile | undefined> {
  const bridge = await bridgeOf(stateDir);
  if (bridge === undefined) return undefined;
  process.kill(bridge.pid, 'SIGKILL');
  await until('the bridge is gone', 5_000, async () => (await bridgeOf(stateDir))?.instance !== bridge.instance);
  return bridge;
}

/** Runs `holdfast serve`, as a person does by hand, on the port that the state directory keeps. */
export function serveBridge(stateDir: string, bundle?: string): Promise<BridgeProcess> {
  return BridgeProcess.start({ stateDir, args: [], ...(bundle === undefined ? {} : { bundle }) });
}
