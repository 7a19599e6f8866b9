import type { IncomingMessage, ServerResponse } from 'node:http';
import { InitializeRequestSchema, LATEST_PROTOCOL_VERSION } from '@modelcontextprotocol/sdk/types.js';
import { agentHeaders } from '../../../shared/agent-headers.ts';
import { type Disposable, DisposableStore } from '../../../shared/disposable.ts';
import { limits } from '../../../shared/limits.ts';
import { agentHints } from '../agent-hints.ts';
import { clientOfUserAgent } from '../client-info.ts';
import type { Leg, PostExchange } from '../era.ts';
import { answerAround, answerEmpty, answerJson, answerRefusal, type Refusal } from '../http-answers.ts';
import { aroundResult, classify, type RpcRequest, rpcCodes } from '../json-rpc.ts';
import { acceptedTypes } from '../media-types.ts';
import { AgentSession } from './agent-session.ts';
import { runBatch, toBatch } from './batch.ts';
import { type AnswerExtras, answerNotification, answerRequest, withSessionNotice } from './request-answer.ts';
import { SessionDirectory, type SessionDirectoryDeps } from './session-directory.ts';
import { healedNotice } from './session-notice.ts';
import { staleSessionBody } from './stale-session.ts';
import { batchVersion, legacyVersions } from './versions.ts';

export interface LegacyLegDeps extends SessionDirectoryDeps {
  readonly instance: string;
}

/** MCP up to 2025-11-25: `initialize` opens a session, and each later request carries its id. */
export class LegacyLeg implements Leg, Disposable {
  readonly #deps: LegacyLegDeps;
  readonly #store = new DisposableStore();
  readonly #directory: SessionDirectory;

  constructor(deps: LegacyLegDeps) {
    this.#deps = deps;
    this.#directory = this.#store.add(new SessionDirectory(deps));
    this.#store.add(deps.content.onDidChange((change) => this.#directory.tell(change)));
  }

  get sessions(): Pick<SessionDirectory, 'agents' | 'openStreams' | 'status'> {
    return this.#directory;
  }

  async post(exchange: PostExchange): Promise<void> {
    const { req, res, body } = exchange;
    if (Array.isArray(body)) return this.#batch(exchange, body);
    const message = classify(body);
    if (message === undefined) return answerRefusal(res, invalid('Invalid Request: not a JSON-RPC 2.0 message'));
    if (message.kind === 'request' && message.method === 'initialize') return this.#initialize(exchange, message);
    const session = this.#sessionOf(req, res, message.kind === 'request');
    if (session === undefined) return;
    if (message.kind !== 'request') return answerNotification(session, message, exchange);
    const extras = this.#extras(req, session);
    const ready = this.#deps.content.readyResults.get(message.method);
    if (ready !== undefined && extras === undefined && session.notice === undefined) {
      return answerAround(res, aroundResult(message.id, ready));
    }
    return answerRequest(session, message, exchange, this.#deps.clock, extras);
  }

  get(req: IncomingMessage, res: ServerResponse): void {
    if (!acceptedTypes(req).includes('text/event-stream')) {
      return answerRefusal(res, {
        status: 406,
        message: 'Not Acceptable: the Accept header must list text/event-stream',
      });
    }
    const session = this.#sessionOf(req, res, false);
    // Replacing the stream instead would make a client that opens two reconnect for ever.
    if (session !== undefined && !session.openStream(res)) {
      answerRefusal(res, { status: 409, message: 'Conflict: this session has an open event stream already' });
    }
  }

  async delete(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const session = this.#sessionOf(req, res, false);
    if (session === undefined) return;
    await this.#directory.end(String(req.headers['mcp-session-id']), session);
    answerEmpty(res, 200);
  }

  endStreams(): void {
    this.#directory.endStreams();
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
    const session = this.#directory.open({
      version: legacyVersions.includes(protocolVersion) ? protocolVersion : LATEST_PROTOCOL_VERSION,
      client: clientInfo,
      roots: capabilities.roots !== undefined,
      sampling: capabilities.sampling !== undefined,
      elicitation: capabilities.elicitation !== undefined,
    });
    return answerRequest(session, message, exchange, this.#deps.clock, { headers: { 'mcp-session-id': session.id } });
  }

  async #batch(exchange: PostExchange, bodies: readonly unknown[]): Promise<void> {
    const { req, res } = exchange;
    const refused = (message: string): void => answerRefusal(res, invalid(`Invalid Request: ${message}`));
    if (req.headers['mcp-session-id'] === undefined) return refused('a batch needs a session');
    const messages = toBatch(bodies);
    const session = this.#sessionOf(req, res, messages?.some(({ message }) => message.kind === 'request') === true);
    if (session === undefined) return;
    if (session.claims.version !== batchVersion) return refused(`batches exist in MCP ${batchVersion} only`);
    if (bodies.length === 0 || bodies.length > limits.batchMaxMessages) {
      return refused(`a batch holds 1 to ${limits.batchMaxMessages} messages`);
    }
    if (req.headers[agentHeaders.key] !== undefined) return refused('an Idempotency-Key names one call; send it alone');
    if (messages === undefined) return refused('a batch holds JSON-RPC messages other than initialize');
    const answers = await runBatch(session, messages, { ...agentHints(req.headers), notify: undefined });
    if (answers.length === 0) return answerEmpty(res, 202);
    const { headers, notice } = this.#extras(req, session) ?? {};
    answerJson(res, 200, `[${answers.map((answer) => withSessionNotice(answer, session, notice)).join(',')}]`, headers);
  }

  /**
   * The session of a request; undefined when it has been refused.
   *
   * @param mayHeal whether this is a POSTed request: nothing else brings a stale id closer to a fresh session
   */
  #sessionOf(req: IncomingMessage, res: ServerResponse, mayHeal: boolean): AgentSession | undefined {
    const id = req.headers['mcp-session-id'];
    if (typeof id !== 'string' || id === '') {
      const message = 'Bad Request: the Mcp-Session-Id header is missing; send an initialize request first';
      answerRefusal(res, { status: 400, message });
      return undefined;
    }
    const version = req.headers['mcp-protocol-version'];
    const knownVersion = version === undefined || legacyVersions.includes(String(version));
    let found = this.#directory.find(id);
    if (!(found instanceof AgentSession)) {
      const said = {
        version: knownVersion && version !== undefined ? String(version) : batchVersion,
        client: clientOfUserAgent(req.headers['user-agent']),
      };
      const healed = mayHeal && knownVersion ? this.#directory.heal(found, said) : undefined;
      if (healed === undefined) {
        this.#directory.refused(found, said.client);
        answerJson(res, 404, staleSessionBody(found.detail, this.#deps.instance));
        return undefined;
      }
      found = healed;
    }
    if (!knownVersion) {
      const supported = legacyVersions.join(', ');
      answerRefusal(res, {
        status: 400,
        message: `Bad Request: Unsupported protocol version (supported versions: ${supported})`,
      });
      return undefined;
    }
    return found;
  }

  /** What the answer to a dead id says of the session that stands in its place. */
  #extras(req: IncomingMessage, session: AgentSession): AnswerExtras | undefined {
    const detail = this.#directory.deadDetail(String(req.headers['mcp-session-id']), session);
    if (detail === undefined) return undefined;
    return { headers: { 'mcp-session-id': session.id }, notice: healedNotice(session.id, detail) };
  }
}

function invalid(message: string): Refusal {
  return { status: 400, code: rpcCodes.invalidRequest, message };
}
