/** What must not have grown when all is over: memory, sessions, calls, windows, sockets. */
import { limits } from '../../shared/limits.ts';
import type { Memory, Scene } from './scene.ts';

const mb = 1024 * 1024;

/** At the start and at the end, with nothing under way. */
export interface Footprint extends Memory {
  readonly sockets: number | undefined;
}

export async function footprint(scene: Scene): Promise<Footprint | undefined> {
  // Signals and /proc are how memory and sockets are asked for.
  if (process.platform !== 'linux') return undefined;
  const { heldBytes } = await scene.memory();
  const samples: number[] = [];
  for (let index = 0; index < 5; index++) {
    samples.push(scene.residentBytes());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { heldBytes, rssBytes: samples.sort((a, b) => a - b)[2] ?? 0, sockets: scene.openSockets() };
}

/**
 * What may be held more than after the warm-up: optimised code and lazily built tables settle within 3 MB; each session
 * that its client ended is remembered up to a limit, with an id of at most 512 characters; the log file waits for a slow
 * disk. A leak of 100 bytes in each of 100,000 cases is 10 MB.
 */
function heldBound(endedSessions: number): number {
  return 4 * mb + Math.min(endedSessions, limits.terminatedMax) * 600;
}

/** The process's pages: V8 grows its young generation under load and seldom gives pages back, so this is a coarse net. */
const rssBound = 128 * mb;

export function growthProblem(before: Footprint, after: Footprint, endedSessions: number): string | undefined {
  const held = after.heldBytes - before.heldBytes;
  if (held > heldBound(endedSessions)) {
    return `held memory grew by ${inMb(held)}, more than ${inMb(heldBound(endedSessions))}`;
  }
  const rss = after.rssBytes - before.rssBytes;
  if (rss > rssBound) return `resident memory grew by ${inMb(rss)}, more than ${inMb(rssBound)}`;
  return undefined;
}

export interface Allowed {
  /** Open sockets; undefined where they cannot be counted. */
  readonly sockets: number | undefined;
  /** Sessions whose id never reached a client, because its connection ended first. */
  readonly lostSessions: number;
}

/** Waits until what the cases opened is gone; resolves with what stays. */
export async function leftoverProblem(scene: Scene, allowed: Allowed, graceMs: number): Promise<string | undefined> {
  const endMs = Date.now() + graceMs;
  for (;;) {
    const problem = await leftover(scene, allowed, graceMs > limits.graceMs);
    if (problem === undefined || Date.now() > endMs) return problem;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function leftover(
  scene: Scene,
  { sockets, lostSessions }: Allowed,
  windowsToo: boolean,
): Promise<string | undefined> {
  const { windows, agents, calls } = await scene.status();
  if (calls.pending > 0) return `${calls.pending} calls are still pending`;
  const sessions = agents
    .filter(({ name }) => name.startsWith('legacy-'))
    .reduce((sum, agent) => sum + agent.sessions, 0);
  if (sessions > lostSessions) return `${sessions} sessions are left after all but ${lostSessions} have been ended`;
  const others = windows.filter(({ id }) => id !== scene.editor.editorId).length;
  if (windowsToo && others > 0) return `${others} windows are left after their grace`;
  const open = sockets === undefined ? 0 : scene.openSockets();
  return sockets !== undefined && open > sockets ? `${open} sockets are open, ${sockets} were at the start` : undefined;
}

export function inMb(bytes: number): string {
  return `${(bytes / mb).toFixed(1)} MB`;
}
