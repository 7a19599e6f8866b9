import { get } from 'node:http';
import { instanceProof } from '../shared/proof.ts';
import { type BridgeFile, parseProofAnswer } from '../shared/state-files.ts';
import { type MachineBoot, mayBeAlive, readBridgeFile } from './bridge-file.ts';
import { constantTimeEqual, hmacSha256 } from './crypto.ts';
import { fetchProblem, McpCallError } from './mcp-call-error.ts';
import { privateDirectoryExists } from './private-files.ts';
import { readSecret } from './state-dir.ts';

export interface FindBridgeDeps {
  readonly stateDir: string;
  readonly boot: MachineBoot;
  /** A fresh nonce of at least 16 bytes, base64url. */
  readonly nonce: () => string;
  /** How long the proof may take, in milliseconds. */
  readonly proofMs: number;
}

export interface LookDeps extends FindBridgeDeps {
  /** Whether a living process holds the bridge's lock; the kernel answers for one that is stopped, too. */
  readonly isLocked: () => Promise<boolean>;
}

/** A bridge that has proven itself. */
export interface FoundBridge extends BridgeFile {
  readonly features: readonly string[];
}

/** What there is on a state directory. */
export type BridgeLook =
  | { readonly kind: 'running'; readonly bridge: FoundBridge }
  /** Its process lives and holds the directory, but nothing comes from its port: it is stopped, or hangs. */
  | { readonly kind: 'silent'; readonly bridge: BridgeFile }
  | { readonly kind: 'none' };

/** As `findBridge`, and tells a bridge that hangs from none (docs/decisions/0016). */
export async function lookForBridge(deps: LookDeps): Promise<BridgeLook> {
  const seen = await look(deps, 2);
  return seen.kind === 'silent' && !(await deps.isLocked()) ? { kind: 'none' } : seen;
}

/**
 * The bridge that runs on this state directory, after it has proven that it knows the editor secret. A stale record, a
 * reused pid or a foreign server on the port give undefined, and the foreign one learns nothing but a nonce.
 */
export async function findBridge(deps: FindBridgeDeps): Promise<FoundBridge | undefined> {
  const seen = await look(deps, 2);
  return seen.kind === 'running' ? seen.bridge : undefined;
}

async function look(deps: FindBridgeDeps, looks: number): Promise<BridgeLook> {
  const { stateDir, boot, nonce, proofMs } = deps;
  if (!privateDirectoryExists(stateDir)) return none;
  const record = readBridgeFile(stateDir);
  if (record === undefined || !mayBeAlive(record, boot)) return none;
  const secret = readSecret(stateDir, 'editor.secret');
  if (secret === undefined) return none;
  const fresh = nonce();
  const text = await fetchText(`${bridgeOrigin(record.port)}/proof?nonce=${fresh}`, proofMs);
  if (text === 'late') return { kind: 'silent', bridge: record };
  const answer = text === undefined ? undefined : parseProofAnswer(text.body);
  if (answer === undefined) return none;
  // Another bridge may have taken over between the look at the record and the answer.
  if (answer.instance !== record.instance) return looks > 1 ? look(deps, looks - 1) : none;
  const expected = instanceProof(hmacSha256, secret, fresh, record.port, record.instance);
  if (!constantTimeEqual(expected, answer.proof)) return none;
  return { kind: 'running', bridge: { ...record, features: answer.features ?? [] } };
}

const none: BridgeLook = { kind: 'none' };

export function bridgeOrigin(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/**
 * The bridge's `/status`, for people and scripts. Only for a bridge that `findBridge` returned: it sends the token.
 *
 * @throws McpCallError
 */
export async function fetchStatus(record: BridgeFile, token: string, timeoutMs: number): Promise<unknown> {
  let status: number;
  let text: string;
  try {
    const response = await fetch(`${bridgeOrigin(record.port)}/status`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    status = response.status;
    text = await response.text();
  } catch (cause) {
    throw new McpCallError(`the bridge (pid ${record.pid}) did not answer /status: ${fetchProblem(cause)}`, { cause });
  }
  if (status !== 200) throw new McpCallError(`the bridge answered ${status} to /status: ${text}`);
  return JSON.parse(text);
}

/**
 * The body of a good answer; undefined for everything else that is not our bridge: refused, reset, not HTTP. Without
 * `fetch`, whose first use costs a process that has little time a third of its start.
 */
function fetchText(url: string, timeoutMs: number): Promise<{ readonly body: string } | 'late' | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const nothing = () => resolve(signal.aborted ? 'late' : undefined);
    get(url, { agent: false, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (text.length > maxProofChars) response.destroy();
      });
      response.once('end', () => resolve(response.statusCode === 200 ? { body: text } : undefined));
      response.once('error', nothing).once('close', nothing);
    }).once('error', nothing);
  });
}

/** Whole answers of a bridge are far smaller; a stranger may send anything. */
const maxProofChars = 4_096;
