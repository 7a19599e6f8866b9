import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import { stateFiles } from '../../shared/state-files.ts';
import { askProof } from './ask-proof.ts';
import { readState } from './state-dir.ts';

export interface RemoveTracesDeps {
  readonly clock: Clock;
  readonly stateDir: string;
  readonly platform: NodeJS.Platform;
  /** Asks a process to end, by its id. */
  readonly terminate: (pid: number) => void;
}

/**
 * Ends our bridge and removes the programs that were installed. The token, the keys and the port stay: they are private
 * and useless without a bridge, they keep agents' configurations valid over a new installation, and another editor of
 * the same user may have Holdfast too (its next start brings bridge and launcher back).
 */
export async function removeTraces({ clock, stateDir, platform, terminate }: RemoveTracesDeps): Promise<void> {
  const { bridge, secret } = await readState(stateDir, platform);
  if (bridge !== undefined && secret !== undefined && bridge.host === hostname()) {
    const proof = await askProof({ clock, port: bridge.port, secret, signal: new AbortController().signal });
    // The record's writer lives, as it has just proven, so the process id is its own and not a reused one.
    if (proof.kind === 'proven' && proof.instance === bridge.instance) end(bridge.pid, terminate);
  }
  await rm(join(stateDir, stateFiles.bin), { recursive: true, force: true });
}

function end(pid: number, terminate: (pid: number) => void): void {
  try {
    terminate(pid);
  } catch (error) {
    // It left by itself meanwhile, which is what was wanted.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
