/** Names and contents of the state directory, which bridge, extension and shim share. */
import { z } from 'zod';

export const stateFiles = {
  /** Who runs the bridge, and where. */
  bridge: 'bridge.json',
  /** The agents' bearer. */
  token: 'token',
  /** Proves bridge and extension to each other. */
  editorSecret: 'editor.secret',
  /** Signs session ids. */
  sessionKey: 'session.key',
  /** What of agents' sessions is not in their ids: what changed after `initialize`, and which have ended. */
  sessions: 'sessions.jsonl',
  /** Settings of the bridge; written by people. */
  config: 'config.json',
  /** The port chosen once for this user. */
  port: 'port',
  /** The windows of the running bridge, for the one that comes after it. */
  windows: 'windows.json',
  log: 'bridge.log',
  /** Bound socket of the running bridge: dies with it. */
  bridgeLock: 'bridge.lock',
  /** Bound socket of the window that is starting the bridge. */
  startLock: 'start.lock',
  bin: 'bin',
} as const;

/** Environment variables that people and our own parts set. */
export const environment = {
  stateDir: 'HOLDFAST_STATE_DIR',
  /** Set in the terminals of a window: names the window for whatever agent runs there. */
  window: 'HOLDFAST_WINDOW',
} as const;

/** Folder of the state directory below the home folder. */
export const defaultStateDirName = '.holdfast';

const bridgeFileSchema = z.object({
  pid: z.number().int().positive(),
  port: z.number().int().min(1).max(65_535),
  instance: z.string().min(1),
  version: z.string(),
  /** Host name: a state directory on a network drive can be another machine's. */
  host: z.string(),
  /** Changes with each boot, so that a reused pid is not taken for the bridge. */
  bootId: z.string(),
});
/** Contents of `bridge.json`. */
export type BridgeFile = z.infer<typeof bridgeFileSchema>;

/** Parses `bridge.json`; undefined when it is not (yet) a whole, valid record. */
export function parseBridgeFile(text: string): BridgeFile | undefined {
  try {
    return bridgeFileSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const proofAnswerSchema = z.object({
  instance: z.string(),
  version: z.string(),
  proof: z.string(),
  /** What this bridge can do that an older one cannot (`bridgeFeatures`). */
  features: z.array(z.string()).optional(),
});
/** Answer of `GET /proof?nonce=`. */
export type ProofAnswer = z.infer<typeof proofAnswerSchema>;

/** Parses the answer of `GET /proof`; undefined when it is something else's. */
export function parseProofAnswer(text: string): ProofAnswer | undefined {
  try {
    return proofAnswerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The first line that `holdfast serve --json` prints. */
export const serveEventSchema = z.object({
  event: z.enum(['listening', 'already-running']),
  url: z.string(),
  port: z.number().int(),
  instance: z.string(),
  pid: z.number().int(),
});
export type ServeEvent = z.infer<typeof serveEventSchema>;
