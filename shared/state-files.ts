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
  /** Which calls may have reached a server behind the bridge. */
  sentCalls: 'sent-calls',
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

/** Files of one installed version, in the folder of `bin` that is named after it. */
export const installedFiles = {
  bundle: 'holdfast.cjs',
  /** The program that its installer chose to run it with. */
  node: 'node.json',
} as const;

const nodeCommandSchema = z.object({ path: z.string().min(1), runAsNode: z.boolean() });
/** A program that runs JavaScript as Node does. */
export interface NodeCommand {
  readonly path: string;
  /** VS Code's own program is Node only when it is told so; plain Node takes no notice. */
  readonly runAsNode: boolean;
}

/** Parses `node.json`; undefined when it is not whole. */
export function parseNodeCommand(text: string): NodeCommand | undefined {
  try {
    return nodeCommandSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** How windows ask a bridge to give way: `POST` with the version and, as a header, the proof. */
export const handoverRequest = {
  path: '/handover',
  versionParameter: 'version',
  proofHeader: 'holdfast-proof',
} as const;

const handoverAnswerSchema = z.discriminatedUnion('outcome', [
  /** The other bridge serves now. */
  z.object({ outcome: z.literal('replaced'), instance: z.string() }),
  /** This bridge has no reason to leave; nothing is wrong. */
  z.object({ outcome: z.literal('declined'), reason: z.string() }),
  /** The other bridge did not come up; this one stays. */
  z.object({ outcome: z.literal('failed'), reason: z.string(), detail: z.string().optional() }),
]);
export type HandoverAnswer = z.infer<typeof handoverAnswerSchema>;

/** Undefined when it is something else's. */
export function parseHandoverAnswer(text: string): HandoverAnswer | undefined {
  try {
    return handoverAnswerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

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
