import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../shared/clock.ts';
import type { Disposable } from '../../../shared/disposable.ts';
import type { Log } from '../../../shared/log.ts';
import { type ClientInfo, unnamedClient } from '../client-info.ts';
import type { AgentContent, ContentCapabilities } from '../content.ts';
import type { Leg, PostExchange } from '../era.ts';
import { answerAround, answerEmpty, answerJson, answerRefusal } from '../http-answers.ts';
import {
  aroundResult,
  classify,
  errorAnswer,
  isRecord,
  isRpcId,
  RpcError,
  type RpcId,
  type RpcRequest,
  rpcCodes,
} from '../json-rpc.ts';
import { checkRequest, type ServedVersions } from './check-request.ts';
import type { Envelope } from './envelope.ts';
import { answerModernRequest, type ModernRequestDeps } from './modern-request.ts';
import { RecentAgents } from './recent-agents.ts';
import { createToModernResult, type ToModernResult } from './results.ts';
import { Subscriptions } from './subscriptions.ts';

/** The versions that this leg speaks, newest first. */
const modernVersions = ['2026-07-28'] as const;

export interface ModernLegDeps {
  readonly content: AgentContent;
  readonly serverInfo: object;
  /** What the other leg serves, which this one tells of. */
  readonly legacyVersions: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** MCP from 2026-07-28 on: no sessions, each request describes itself and stands alone. */
export class ModernLeg implements Leg, Disposable {
  readonly #deps: ModernLegDeps;
  readonly #versions: ServedVersions;
  readonly #toResult: ToModernResult;
  readonly #requestDeps: ModernRequestDeps;
  readonly #discoveries: { readonly changing: Buffer; readonly fixed: Buffer };
  /** Ready results as this era has them, by what they are made of. */
  readonly #readyResults = new WeakMap<Buffer, Buffer>();
  readonly #agents: RecentAgents;
  readonly #subscriptions: Subscriptions;

  constructor(deps: ModernLegDeps) {
    const { content, serverInfo, legacyVersions, clock, log } = deps;
    const resultMeta = { 'io.modelcontextprotocol/serverInfo': serverInfo };
    this.#deps = deps;
    this.#versions = { modern: modernVersions, legacy: legacyVersions };
    this.#toResult = createToModernResult(resultMeta);
    this.#requestDeps = { toResult: this.#toResult, clock, log };
    const { capabilities } = content;
    this.#discoveries = {
      changing: this.#discover(capabilities),
      fixed: this.#discover(withoutListChanges(capabilities)),
    };
    this.#agents = new RecentAgents({ clock, log });
    this.#subscriptions = new Subscriptions({ content, resultMeta, clock });
  }

  get agents(): RecentAgents['agents'] {
    return this.#agents.agents;
  }

  get openStreams(): number {
    return this.#subscriptions.openStreams;
  }

  async post(exchange: PostExchange): Promise<void> {
    const { req, res, body } = exchange;
    const message = classify(body);
    // The only notification of the era, `cancelled`, has no meaning over HTTP: what was sent is taken and dropped.
    if (message?.kind === 'notification') return answerEmpty(res, 202);
    if (message?.kind !== 'request') {
      const problem =
        message === undefined ? 'not a JSON-RPC 2.0 message' : 'clients send no responses in this version';
      return answerRefusal(res, {
        status: 400,
        id: idOf(body),
        code: rpcCodes.invalidRequest,
        message: `Invalid Request: ${problem}`,
      });
    }
    const checked = checkRequest(req.headers, message, this.#versions);
    if ('refusal' in checked) return answerRefusal(res, checked.refusal);
    return this.#answer(message, checked.envelope, exchange);
  }

  get(_req: IncomingMessage, res: ServerResponse): void {
    answerEmpty(res, 405, { allow: 'POST' });
  }

  delete(_req: IncomingMessage, res: ServerResponse): void {
    answerEmpty(res, 405, { allow: 'POST' });
  }

  endStreams(): void {
    this.#subscriptions.endAll();
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  async #answer(request: RpcRequest, envelope: Envelope, exchange: PostExchange): Promise<void> {
    const { id, method } = request;
    const { client = unnamedClient, logLevel } = envelope;
    this.#agents.see(client);
    const { readyResults } = this.#deps.content;
    const ready = method === 'server/discover' ? this.#discoveryFor(client) : readyResults.get(method);
    if (ready !== undefined) return answerAround(exchange.res, aroundResult(id, this.#ownResult(method, ready)));
    if (method === 'subscriptions/listen') return this.#listen(request, client, exchange);
    const run = this.#deps.content.methods.get(method);
    if (run === undefined) {
      return answerRefusal(exchange.res, {
        status: 404,
        id,
        code: rpcCodes.methodNotFound,
        message: `Method not found: ${method}`,
      });
    }
    return answerModernRequest({ ...request, run, client, logLevel }, exchange, this.#requestDeps);
  }

  #listen(request: RpcRequest, client: ClientInfo, { res, acceptsStream }: PostExchange): void {
    if (!acceptsStream) {
      const message = 'Not Acceptable: the Accept header must list text/event-stream';
      return answerRefusal(res, { status: 406, id: request.id, code: rpcCodes.invalidRequest, message });
    }
    try {
      this.#subscriptions.open(request, res);
      const presence = this.#agents.hold(client);
      res.once('close', () => presence.dispose());
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      answerJson(res, 200, errorAnswer(request.id, error.code, error.message, error.data));
    }
  }

  #ownResult(method: string, ready: Buffer): Buffer {
    let own = this.#readyResults.get(ready);
    if (own === undefined) {
      own = Buffer.from(this.#toResult(method, ready.toString()));
      this.#readyResults.set(ready, own);
    }
    return own;
  }

  /** A client that hears of changes keeps a stream open for them: not where none can come, or where it does harm. */
  #discoveryFor({ name }: ClientInfo): Buffer {
    const { changing, fixed } = this.#discoveries;
    return this.#deps.content.listsMayChange && !givesUpWithItsStream.has(name) ? changing : fixed;
  }

  #discover(capabilities: ContentCapabilities): Buffer {
    const { instructions } = this.#deps.content;
    const supportedVersions = [...this.#versions.modern, ...this.#versions.legacy];
    return Buffer.from(JSON.stringify({ supportedVersions, capabilities, instructions }));
  }
}

/**
 * Clients that give a server up, for as long as they run, when its `subscriptions/listen` stream ends in whatever way:
 * each restart of the bridge would do that. Seen with Copilot CLI 1.0.102, whose client is rmcp.
 */
const givesUpWithItsStream: ReadonlySet<string> = new Set(['copilot-cli']);

function withoutListChanges(capabilities: ContentCapabilities): ContentCapabilities {
  const { tools, prompts, resources, ...others } = capabilities;
  return {
    ...others,
    ...(tools === undefined ? {} : { tools: {} }),
    ...(prompts === undefined ? {} : { prompts: {} }),
    ...(resources === undefined ? {} : { resources: resources.subscribe === true ? { subscribe: true } : {} }),
  };
}

/** The id to answer with when the rest of a message cannot be used. */
function idOf(body: unknown): RpcId | null {
  return isRecord(body) && isRpcId(body['id']) ? body['id'] : null;
}
