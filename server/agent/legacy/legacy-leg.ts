import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  InitializeRequestSchema,
  LATEST_PROTOCOL_VERSION,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/sdk/types.js';
import { agentHeaders } from '../../../shared/agent-headers.ts';
import { type Disposable, DisposableStore } from '../../../shared/disposable.ts';
import { limits } from '../../../shared/limits.ts';
import { agentHints } from '../agent-hints.ts';
import type { Leg, PostExchange } from '../era.ts';
import { answerAround, answerEmpty, answerJson, answerRefusal, type Refusal } from '../http-answers.ts';
import { aroundResult, classify, type RpcRequest, rpcCodes } from '../json-rpc.ts';
import { acceptedTypes } from '../media-types.ts';
import { AgentSession, type AgentSessionDeps } from './agent-session.ts';
import { runBatch, toBatch } from './batch.ts';
import { answerNotification, answerRequest } from './request-answer.ts';
import type { SessionIds } from './session-id.ts';
import { SessionTable } from './session-table.ts';
import { type StaleDetail, staleSessionBody } from './stale-session.ts';

export const legacyVersions: readonly string[] = SUPPORTED_PROTOCOL_VERSIONS;

/** The only version whose clients may send several messages in one body. */
const batchVersion = '2025-03-26';

export interface LegacyLegDeps extends AgentSessionDeps {
  readonly sessionIds: SessionIds;
  readonly instance: string;
}

/** MCP up to 2025-11-25: `initialize` opens a session, and each later request carries its id. */
export class LegacyLeg implements Leg, Disposable {
  readonly #deps: LegacyLegDeps;
  readonly #store = new DisposableStore();
  readonly #table = this.#store.add(new SessionTable());
  #stale = 0;

  constructor(deps: LegacyLegDeps) {
    this.#deps = deps;
    this.#store.add(deps.content.onDidChange((change) => this.#table.tell(change)));
  }

  get sessions(): Pick<SessionTable, 'agents' | 'openStreams'> {
    return this.#table;
  }

  get counters(): { readonly stale: number } {
    return { stale: this.#stale };
  }

  async post(exchange: PostExchange): Promise<void> {
    const { req, res, body } = exchange;
    if (Array.isArray(body)) return this.#batch(exchange, body);
    const message = classify(body);
    if (message === undefined) return answerRefusal(res, invalid('Invalid Request: not a JSON-RPC 2.0 message'));
    if (message.kind === 'request' && message.method === 'initialize') return this.#initialize(exchange, message);
    const session = this.#sessionOf(req, res);
    if (session === undefined) return;
    if (message.kind !== 'request') return answerNotification(session, message, exchange);
    const constant = this.#deps.content.constantResults.get(message.method);
    if (constant !== undefined) return answerAround(res, aroundResult(message.id, constant));
    return answerRequest(session, message, exchange, this.#deps.clock);
  }

  get(req: IncomingMessage, res: ServerResponse): void {
    if (!acceptedTypes(req).includes('text/event-stream')) {
      return answerRefusal(res, {
        status: 406,
        message: 'Not Acceptable: the Accept header must list text/event-stream',
      });
    }
    const session = this.#sessionOf(req, res);
    // Replacing the stream instead would make a client that opens two reconnect for ever.
    if (session !== undefined && !session.openStream(res)) {
      answerRefusal(res, { status: 409, message: 'Conflict: this session has an open event stream already' });
    }
  }

  delete(req: IncomingMessage, res: ServerResponse): void {
    const session = this.#sessionOf(req, res);
    if (session === undefined) return;
    this.#table.markTerminated(session.id);
    this.#table.end(session.id);
    answerEmpty(res, 200);
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #initialize(exchange: PostExchange, message: RpcRequest): Promise<void> {
    const { body, res } = exchange;
    const { data: request } = InitializeRequestSchema.safeParse(body);
    if (request === undefined) {
      const problem = 'Invalid params: initialize needs protocolVersion, capabilities and clientInfo';
      return answerRefusal(res, { status: 400, id: message.id, code: rpcCodes.invalidParams, message: problem });
    }
    const { protocolVersion, clientInfo, capabilities } = request.params;
    const { id, claims } = this.#deps.sessionIds.mint({
      version: legacyVersions.includes(protocolVersion) ? protocolVersion : LATEST_PROTOCOL_VERSION,
      client: clientInfo,
      roots: capabilities.roots !== undefined,
      sampling: capabilities.sampling !== undefined,
      elicitation: capabilities.elicitation !== undefined,
    });
    const session = new AgentSession(id, claims, this.#deps);
    this.#table.add(session);
    this.#deps.log.info(`${claims.client.name} ${claims.client.version} opened a session (MCP ${claims.version})`);
    return answerRequest(session, message, exchange, this.#deps.clock, { 'mcp-session-id': id });
  }

  async #batch(exchange: PostExchange, bodies: readonly unknown[]): Promise<void> {
    const { req, res } = exchange;
    const refused = (message: string): void => answerRefusal(res, invalid(`Invalid Request: ${message}`));
    if (req.headers['mcp-session-id'] === undefined) return refused('a batch needs a session');
    const session = this.#sessionOf(req, res);
    if (session === undefined) return;
    if (session.claims.version !== batchVersion) return refused(`batches exist in MCP ${batchVersion} only`);
    if (bodies.length === 0 || bodies.length > limits.batchMaxMessages) {
      return refused(`a batch holds 1 to ${limits.batchMaxMessages} messages`);
    }
    if (req.headers[agentHeaders.key] !== undefined) return refused('an Idempotency-Key names one call; send it alone');
    const messages = toBatch(bodies);
    if (messages === undefined) return refused('a batch holds JSON-RPC messages other than initialize');
    const answers = await runBatch(session, messages, { ...agentHints(req.headers), notify: undefined });
    if (answers.length === 0) answerEmpty(res, 202);
    else answerJson(res, 200, `[${answers.join(',')}]`);
  }

  /** The session of a request; undefined when it has been refused. */
  #sessionOf(req: IncomingMessage, res: ServerResponse): AgentSession | undefined {
    const id = req.headers['mcp-session-id'];
    if (typeof id !== 'string') {
      const message = 'Bad Request: the Mcp-Session-Id header is missing; send an initialize request first';
      answerRefusal(res, { status: 400, message });
      return undefined;
    }
    const found = this.#resolve(id);
    if (typeof found === 'string') {
      this.#stale++;
      this.#deps.log.info(`a session id was stale (${found})`);
      answerJson(res, 404, staleSessionBody(found, this.#deps.instance));
      return undefined;
    }
    const version = req.headers['mcp-protocol-version'];
    if (version !== undefined && !legacyVersions.includes(String(version))) {
      const supported = legacyVersions.join(', ');
      answerRefusal(res, {
        status: 400,
        message: `Bad Request: Unsupported protocol version (supported versions: ${supported})`,
      });
      return undefined;
    }
    return found;
  }

  /** A live session, or why the id cannot be honoured. An id that verifies but is not in memory is where rehydration goes. */
  #resolve(id: string): AgentSession | StaleDetail {
    const { sessionIds } = this.#deps;
    const session = this.#table.use(id);
    // In memory means signed by us; only time can have passed.
    if (session !== undefined && (session.busy || !sessionIds.isExpired(session.claims))) return session;
    if (session !== undefined) this.#table.end(id);
    if (this.#table.isTerminated(id)) return 'terminated';
    const { kind } = sessionIds.verify(id);
    return kind === 'ok' ? 'unknown' : kind;
  }
}

function invalid(message: string): Refusal {
  return { status: 400, code: rpcCodes.invalidRequest, message };
}
