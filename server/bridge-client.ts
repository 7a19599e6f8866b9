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

/** A bridge that has proven itself. */
export interface FoundBridge extends BridgeFile {
  readonly features: readonly string[];
}

/**
 * The bridge that runs on this state directory, after it has proven that it knows the editor secret. A stale record, a
 * reused pid or a foreign server on the port give undefined, and the foreign one learns nothing but a nonce.
 */
export async function findBridge(deps: FindBridgeDeps, looks = 2): Promise<FoundBridge | undefined> {
  const { stateDir, boot, nonce, proofMs } = deps;
  if (!privateDirectoryExists(stateDir)) return undefined;
  const record = readBridgeFile(stateDir);
  if (record === undefined || !mayBeAlive(record, boot)) return undefined;
  const secret = readSecret(stateDir, 'editor.secret');
  if (secret === undefined) return undefined;
  const fresh = nonce();
  const text = await fetchText(`${bridgeOrigin(record.port)}/proof?nonce=${fresh}`, proofMs);
  const answer = text === undefined ? undefined : parseProofAnswer(text);
  if (answer === undefined) return undefined;
  // Another bridge may have taken over between the look at the record and the answer.
  if (answer.instance !== record.instance) return looks > 1 ? findBridge(deps, looks - 1) : undefined;
  const expected = instanceProof(hmacSha256, secret, fresh, record.port, record.instance);
  return constantTimeEqual(expected, answer.proof) ? { ...record, features: answer.features ?? [] } : undefined;
}

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

/** Without `fetch`, whose first use costs a process that has little time a third of its start. */
function fetchText(url: string, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Refused, reset, timed out or not HTTP: not our bridge, and the caller treats all of these alike.
    const none = () => resolve(undefined);
    get(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (text.length > maxProofChars) response.destroy();
      });
      response.once('end', () => resolve(response.statusCode === 200 ? text : undefined));
      response.once('error', none).once('close', none);
    }).once('error', none);
  });
}

/** Whole answers of a bridge are far smaller; a stranger may send anything. */
const maxProofChars = 4_096;
