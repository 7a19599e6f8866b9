import { z } from 'zod';
import { BridgeProcess } from '../support/bridge-process.ts';
import { Peer } from './peer.ts';
import { percentile } from './stats.ts';

/** Milliseconds. */
export interface Spread {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface Comebacks {
  /** From the start of the process to its first line. */
  readonly start: Spread;
  /** From that line to the window's link being online. */
  readonly link: Spread;
}

const stateSchema = z.object({ kind: z.string(), atMs: z.number() });

/** Kills a bridge that a real link is at, and starts it again, so many times. */
export async function measureComebacks(rounds: number): Promise<Comebacks> {
  const bridge = await BridgeProcess.start();
  const window = Peer.start('servers/window', { stateDir: bridge.stateDir });
  const starts: number[] = [];
  const links: number[] = [];
  try {
    await until(window, 'online');
    for (let round = 0; round < rounds; round++) {
      await bridge.kill();
      await until(window, 'waiting');
      const beginMs = nowMs();
      await bridge.start();
      const backMs = nowMs();
      starts.push(backMs - beginMs);
      // Below zero: the link was faster than the line that we wait for.
      links.push(Math.max(0, (await until(window, 'online')) - backMs));
    }
  } finally {
    window.dispose();
    await bridge.dispose();
  }
  return { start: spread(starts), link: spread(links) };
}

/** The system's monotonic clock, which all processes share. */
function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** When the link came into a state. */
async function until(window: Peer, kind: string): Promise<number> {
  for (;;) {
    const state = await window.next(stateSchema);
    if (state.kind === kind) return state.atMs;
  }
}

function spread(ms: readonly number[]): Spread {
  return { count: ms.length, p50Ms: percentile(ms, 0.5), p95Ms: percentile(ms, 0.95) };
}
