import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../shared/clock.ts';
import type { Disposable } from '../../shared/disposable.ts';
import type { Log } from '../../shared/log.ts';
import { type Hmac, isNonce } from '../../shared/proof.ts';
import { linkPath, type StatusMessage } from '../../shared/protocol.ts';
import { handoverRequest, type ProofAnswer } from '../../shared/state-files.ts';
import { createAccess } from './access.ts';
import type { AgentContent } from './content.ts';
import { groupAgents } from './group-agents.ts';
import { answerJson, answerRefusal, type Refusal, refusalBody, refuseUnread } from './http-answers.ts';
import { HttpTransport } from './http-transport.ts';
import { rpcCodes } from './json-rpc.ts';
import { LegacyLeg } from './legacy/legacy-leg.ts';
import { createSdkServers } from './legacy/sdk-server.ts';
import { createSessionIds } from './legacy/session-id.ts';
import type { RecordFile } from './legacy/session-records.ts';
import type { StalePolicy } from './legacy/stale-policy.ts';
import { legacyVersions } from './legacy/versions.ts';
import { ModernLeg } from './modern/modern-leg.ts';
import { serverInfo } from './server-info.ts';

export interface HttpFrontDeps {
  /** The port that this bridge listens on: part of what a right Host and Origin are. */
  readonly port: number;
  readonly token: string;
  readonly sessionKey: string;
  /** Where what agents change in their sessions is kept. */
  readonly records: RecordFile;
  readonly onStale: StalePolicy;
  readonly instance: string;
  readonly version: string;
  readonly content: AgentContent;
  readonly proof: (nonce: string) => ProofAnswer;
  /** A window asks for the replacement of this bridge; undefined when its proof is wrong. */
  readonly handover: (version: string, proof: string) => Promise<object> | undefined;
  /** What `GET /status` answers. */
  readonly status: () => object;
  /** Takes the socket of an upgrade to the editor link. */
  readonly handleUpgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly hmac: Hmac;
  /** At least 16 random bytes as base64url. */
  readonly randomToken: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the bridge's idle exit watches. */
export interface HttpActivity {
  /** Monotonic time of the last request. */
  readonly lastRequestMs: number;
  readonly openStreams: number;
  readonly inFlight: number;
}

export interface HttpFront extends Disposable {
  request(req: IncomingMessage, res: ServerResponse): void;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly activity: HttpActivity;
  /** Ends the streams of what the bridge has to say unasked, so that their clients open them at another one. */
  endStreams(): void;
  /** The agents that are here, and what became of their sessions: for `status`. */
  readonly sessions: Pick<StatusMessage, 'agents' | 'counters' | 'sessionEvents' | 'endedSessions'>;
}

/** The whole HTTP surface of the bridge. Access is decided from the head of a request, before its body is read. */
export function createHttpFront(deps: HttpFrontDeps): HttpFront {
  const { clock, content, log } = deps;
  const access = createAccess(deps);
  const legacy = new LegacyLeg({
    content,
    connectSdk: createSdkServers({ version: deps.version, content }),
    sessionIds: createSessionIds(deps),
    records: deps.records,
    onStale: deps.onStale,
    instance: deps.instance,
    clock,
    log,
  });
  const modern = new ModernLeg({ content, serverInfo: serverInfo(deps.version), legacyVersions, clock, log });
  const transport = new HttpTransport({ legs: { legacy, modern }, acknowledge: content.acknowledge, clock, log });
  let lastRequestMs = clock.now();
  let inFlight = 0;

  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { path, query } = splitTarget(req.url);
    const refusal = access.checkSource(req) ?? (needsBearer(path) ? access.checkBearer(req) : undefined);
    if (refusal !== undefined) return refuseUnread(req, res, refusal, clock);
    if (path === '/mcp') return transport.handle(req, res);
    if (path === '/status' && req.method === 'GET') return answerJson(res, 200, JSON.stringify(deps.status()));
    if (path === '/proof' && req.method === 'GET') {
      const nonce = new URLSearchParams(query).get('nonce') ?? undefined;
      if (!isNonce(nonce))
        return answerRefusal(res, { status: 400, message: 'Bad Request: nonce is 16 to 64 bytes as base64url' });
      return answerJson(res, 200, JSON.stringify(deps.proof(nonce)));
    }
    if (path === handoverRequest.path && req.method === 'POST') return answerHandover(req, res, query);
    refuseUnread(req, res, { status: 404, message: 'Not found: the MCP endpoint is /mcp' }, clock);
  };

  const answerHandover = async (req: IncomingMessage, res: ServerResponse, query: string): Promise<void> => {
    const version = new URLSearchParams(query).get(handoverRequest.versionParameter) ?? '';
    const answer = deps.handover(version, String(req.headers[handoverRequest.proofHeader] ?? ''));
    // Never by the agents' token: who may use the editor may not therefore choose the program that serves it.
    if (answer === undefined)
      return refuseUnread(req, res, { status: 401, message: 'Unauthorized: the proof is wrong' }, clock);
    answerJson(res, 200, JSON.stringify(await answer));
  };

  return {
    request(req, res) {
      lastRequestMs = clock.now();
      inFlight++;
      serve(req, res)
        .catch((error: unknown) => {
          log.error(`${req.method ?? ''} request failed unexpectedly: ${String(error)}`);
          answerRefusal(res, {
            status: 500,
            code: rpcCodes.internalError,
            message: 'Internal error; the details are in the Holdfast log',
          });
        })
        .finally(() => inFlight--);
    },

    upgrade(req, socket, head) {
      lastRequestMs = clock.now();
      const refusal = access.checkSource(req) ?? (splitTarget(req.url).path === linkPath ? undefined : notAnUpgrade);
      if (refusal === undefined) deps.handleUpgrade(req, socket, head);
      else refuseUpgrade(socket, refusal);
    },

    get activity() {
      return { lastRequestMs, inFlight, openStreams: legacy.sessions.openStreams + modern.openStreams };
    },

    endStreams() {
      modern.endStreams();
      legacy.endStreams();
    },

    get sessions() {
      return {
        agents: groupAgents([...legacy.sessions.agents, ...modern.agents]),
        ...legacy.sessions.status,
      };
    },

    dispose() {
      modern.dispose();
      legacy.dispose();
    },
  };
}

const notAnUpgrade: Refusal = { status: 404, message: `Not found: only ${linkPath} is a WebSocket` };

function needsBearer(path: string): boolean {
  return path === '/mcp' || path === '/status';
}

function splitTarget(target = ''): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  return mark === -1 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** An upgrade has no response object: the refusal is written by hand, and the socket ends once it is out. */
function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const body = refusalBody(refusal);
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
