import type { Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import type { Log } from '../../shared/log.ts';
import { isRecord, type RpcId } from '../agent/json-rpc.ts';
import type { CancelSignal } from '../editors/cancellation.ts';
import { type Classified, classify } from './classify.ts';
import { type Connection, type Endpoint, UnreachableError } from './connection.ts';
import { type LegacySession, notify, type SessionUse } from './legacy-session.ts';
import { type PostEnd, type Posted, parseRecord, postRequest } from './post-request.ts';
import { mayRepeat, type Repeated } from './repeat-policy.ts';
import { type Reply, responseReply } from './reply.ts';

export interface ClientRequest extends Repeated {
  readonly id: RpcId;
  readonly params: unknown;
  readonly era: 'legacy' | 'modern';
  /** The whole message as it came, with its own id. */
  readonly json: string;
  /** Beside those of the session. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that make a tools/call run at most once at a server which honours them; `repeat` when it was sent before. */
  readonly keyHeaders?: (repeat: boolean) => Readonly<Record<string, string>>;
  /** For call, recovery and repeat together; undefined for a stream that lives on. */
  readonly budgetMs: number | undefined;
  readonly cancelled: CancelSignal;
  /** Not to be sent again when its connection breaks: it may be what broke it. */
  readonly once?: boolean;
  /** Gets what the server sends ahead of the answer. */
  readonly onMessage: (message: Readonly<Record<string, unknown>>, json: string) => void;
}

export interface RecoveringClientDeps {
  readonly connection: Connection;
  readonly session: LegacySession;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
}

/** What has happened to one request so far. */
class Progress {
  /** The id inside: another one each time it is sent, so that a server which still works on the first takes the second. */
  innerId: RpcId;
  posted: Posted | undefined;
  /** Out, and without an end so far. */
  flying = false;
  use: SessionUse | undefined;
  endpoint: Endpoint | undefined;
  /** Who had its key when it may have arrived. */
  keyKeeper: string | undefined;
  /** It may have reached a server that did not say otherwise. */
  sent = false;
  repeats = 0;
  /** The server whose stale answer was healed for this request, once; another one may have lost the session again. */
  healedAt: { readonly instance: string | undefined } | undefined;
  renewed = false;
  paused = false;

  constructor(id: RpcId) {
    this.innerId = id;
  }
}

/** One verdict about one answer: reply with it, or send the request once more. */
type Next = Reply | 'again';

/**
 * Sends requests to one MCP server and heals what lies between: a lost connection, a stale session, renewed access. A
 * request is repeated only if it provably did not run, changes nothing, or is protected by its key; else its caller gets
 * an honest `outcome_unknown` (docs/decisions/0013-recovering-client.md).
 */
export class RecoveringClient {
  readonly #deps: RecoveringClientDeps;

  constructor(deps: RecoveringClientDeps) {
    this.#deps = deps;
  }

  /** Never rejects. A cancelled request ends as `cancelled`, and whatever it started goes on for the others. */
  request(request: ClientRequest): Promise<Reply> {
    const progress = new Progress(request.id);
    return new Promise((resolve) => {
      let over = false;
      const settle = (reply: Reply) => {
        if (over) return;
        over = true;
        timer?.dispose();
        request.cancelled.removeEventListener('abort', cancel);
        resolve(reply);
      };
      const leave = (reply: Reply) => {
        if (over) return;
        settle(reply);
        this.#abandon(request, progress);
      };
      const cancel = () => leave({ kind: 'cancelled' });
      const { budgetMs } = request;
      const timer =
        budgetMs === undefined
          ? undefined
          : this.#deps.clock.after(budgetMs, () =>
              leave({ kind: 'timeout', budgetMs, sent: progress.sent || progress.flying }),
            );
      request.cancelled.addEventListener('abort', cancel);
      if (request.cancelled.aborted) cancel();
      else {
        const failed = (error: unknown): void =>
          settle({
            kind: 'unreachable',
            reason: messageOf(error),
            hint: undefined,
            sent: progress.sent || progress.flying,
          });
        this.#run(request, progress, () => over).then(settle, failed);
      }
    });
  }

  /** Sends a notification or a response; lost when its session is. */
  async notify(json: string, era: ClientRequest['era']): Promise<void> {
    const { connection, session, clock } = this.#deps;
    try {
      const endpoint = await connection.acquire();
      await session.settled();
      await notify(endpoint, json, era === 'legacy' ? (session.use?.headers ?? {}) : {}, clock);
    } catch (error) {
      this.#deps.log.debug(`a notification was not delivered: ${messageOf(error)}`);
    }
  }

  async #run(request: ClientRequest, progress: Progress, isOver: () => boolean): Promise<Reply> {
    const { connection } = this.#deps;
    for (;;) {
      let endpoint: Endpoint;
      try {
        endpoint = await (request.method === 'initialize' ? connection.acquireSoon() : connection.acquire());
      } catch (error) {
        const hint = error instanceof UnreachableError ? error.hint : undefined;
        return { kind: 'unreachable', reason: messageOf(error), hint, sent: progress.sent };
      }
      await this.#deps.session.settled();
      if (isOver()) return { kind: 'cancelled' };
      const keyed = request.keyHeaders !== undefined && endpoint.keyKeeper !== undefined;
      const protectedHere = keyed && (!progress.sent || progress.keyKeeper === endpoint.keyKeeper);
      if (progress.sent && !mayRepeat(request, { notExecuted: false, keyed: protectedHere })) {
        return { kind: 'outcome_unknown', reason: 'the bridge that runs now is older or a new one, and cannot tell' };
      }
      progress.flying = true;
      const end = await this.#send(request, progress, endpoint);
      progress.flying = false;
      if (isOver()) return { kind: 'cancelled' };
      const next = await this.#judge(request, progress, endpoint, end, protectedHere);
      if (next !== 'again') return next;
    }
  }

  #send(request: ClientRequest, progress: Progress, endpoint: Endpoint): Promise<PostEnd> {
    const { session, newId } = this.#deps;
    const isFirst = progress.posted === undefined;
    // Without sessions nothing else can be running under this id, and streams name it.
    if (!isFirst && request.era === 'legacy') progress.innerId = newId();
    const use = request.era === 'legacy' && request.method !== 'initialize' ? session.use : undefined;
    progress.use = use;
    progress.endpoint = endpoint;
    if (!progress.sent) progress.keyKeeper = endpoint.keyKeeper;
    const keyHeaders = endpoint.keyKeeper !== undefined ? request.keyHeaders?.(progress.sent) : undefined;
    const posted = postRequest(endpoint, {
      id: progress.innerId,
      body: progress.innerId === request.id ? request.json : withId(request, progress.innerId),
      headers: { ...use?.headers, ...request.headers, ...keyHeaders },
      onMessage: request.onMessage,
    });
    progress.posted = posted;
    return posted.ended;
  }

  async #judge(
    request: ClientRequest,
    progress: Progress,
    endpoint: Endpoint,
    end: PostEnd,
    keyed: boolean,
  ): Promise<Next> {
    const { connection, session } = this.#deps;
    if (end.kind === 'failed') {
      if (end.written) progress.sent = true;
      // Who answers next may be another server, or the same one started anew.
      progress.healedAt = undefined;
      connection.lost(endpoint, end.reason);
      if (!mayRepeat(request, { notExecuted: !progress.sent, keyed })) {
        return { kind: 'outcome_unknown', reason: end.reason };
      }
      progress.repeats += 1;
      if (progress.repeats <= limits.recoveryRepeatsMax && request.once !== true) return 'again';
      return { kind: 'unreachable', reason: end.reason, hint: undefined, sent: progress.sent };
    }
    connection.answered();
    if (end.kind === 'too_large') return end;
    const { use } = progress;
    if (end.kind === 'response') {
      const reply = responseReply(request.id, progress.innerId, end);
      if (reply.error === undefined) {
        if (use !== undefined) session.renamed(use, end.sessionId);
        return reply;
      }
      // A bridge of ours says it by the status. In its 200 the error is that of a server behind it, about another session.
      if (endpoint.instance !== undefined) return reply;
      const facts = { ...end, status: 200, contentType: 'application/json', text: end.json };
      return this.#judgeRefusal(request, progress, endpoint, classify(this.#facts(facts, request, use)), reply);
    }
    const classified = classify(this.#facts(end, request, use));
    const reply: Reply = { kind: 'refused', status: end.status, error: classified.error, text: end.text };
    if (classified.verdict === 'transient') return this.#pause(request, progress, keyed, end.retryAfterMs, reply);
    return this.#judgeRefusal(request, progress, endpoint, classified, reply);
  }

  async #judgeRefusal(
    request: ClientRequest,
    progress: Progress,
    endpoint: Endpoint,
    { verdict, error, rule }: Classified,
    reply: Reply,
  ): Promise<Next> {
    if (verdict === 'auth' && !progress.renewed && endpoint.renewable) {
      // Refused before it was read, so it did not run; only access is renewed, never the session.
      progress.renewed = true;
      this.#deps.connection.refresh(endpoint);
      return 'again';
    }
    const { use, healedAt } = progress;
    if (rule === undefined || use === undefined) return reply;
    if (healedAt !== undefined && healedAt.instance === endpoint.instance) return reply;
    progress.healedAt = endpoint;
    const keyed = request.keyHeaders !== undefined && endpoint.keyKeeper !== undefined;
    const notExecuted = provesNotExecuted(error?.data, endpoint) && !progress.sent;
    const recovery = await this.#deps.session.recover(use, rule);
    if (recovery === 'refused') return reply;
    if (recovery === 'lost') {
      progress.healedAt = undefined;
      progress.repeats += 1;
      if (progress.repeats > limits.recoveryRepeatsMax) return reply;
    }
    return mayRepeat(request, { notExecuted, keyed })
      ? 'again'
      : { kind: 'outcome_unknown', reason: 'the session was stale, and the server does not say whether the call ran' };
  }

  /** Waits as long as the server asks and sends once more. */
  async #pause(
    request: ClientRequest,
    progress: Progress,
    keyed: boolean,
    askedMs: number | undefined,
    reply: Reply,
  ): Promise<Next> {
    const waitMs = askedMs ?? limits.transientWaitMs;
    if (progress.paused || waitMs > limits.transientWaitMaxMs) return reply;
    if (!mayRepeat(request, { notExecuted: false, keyed })) return reply;
    progress.paused = true;
    progress.sent = true;
    await new Promise<void>((resolve) => this.#deps.clock.after(waitMs, resolve));
    return 'again';
  }

  #facts(
    { status, contentType, text }: { readonly status: number; readonly contentType: string; readonly text: string },
    { era }: ClientRequest,
    use: SessionUse | undefined,
  ) {
    return { era, httpMethod: 'POST', status, contentType, text, sessionAttached: use?.id !== undefined } as const;
  }

  /** The caller has gone: the server is told where it may still be at work. Nothing of the connection ends. */
  #abandon({ era, method }: ClientRequest, { posted, flying, innerId, use, endpoint }: Progress): void {
    if (!flying || posted === undefined || endpoint === undefined) return;
    // In the modern era closing the exchange is the cancellation, and `initialize` may not be cancelled in any other way.
    if (era === 'modern' || method === 'initialize') return posted.abort('cancelled');
    const params = { requestId: innerId, reason: 'cancelled by the client' };
    const json = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    void notify(endpoint, json, use?.headers ?? {}, this.#deps.clock).finally(() => posted.abort('cancelled'));
  }
}

function withId({ json }: ClientRequest, id: RpcId): string {
  return JSON.stringify({ ...parseRecord(json), id });
}

/** Only the word of the very bridge that proved itself counts. */
function provesNotExecuted(data: unknown, { instance }: Endpoint): boolean {
  return isRecord(data) && data['executed'] === false && instance !== undefined && data['bridge'] === instance;
}
