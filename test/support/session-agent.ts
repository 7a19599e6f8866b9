import { type IncomingMessage, request } from 'node:http';
import { z } from 'zod';
import type { BridgeProcess } from './bridge-process.ts';
import { eventually } from './eventually.ts';
import { initializeRequest, mcpHeaders, postMcp, type RawAnswer, rawHttp } from './raw-http.ts';

const answerSchema = z.object({
  result: z.looseObject({ _meta: z.record(z.string(), z.unknown()).optional() }).optional(),
  error: z.object({ code: z.number(), data: z.looseObject({ detail: z.string().optional() }).optional() }).optional(),
});

export interface AgentAnswer {
  readonly status: number;
  /** The `Mcp-Session-Id` header of the answer. */
  readonly session: string | undefined;
  readonly result: Readonly<Record<string, unknown>> | undefined;
  /** What `_meta` says of the session. */
  readonly notice: unknown;
  /** Why the session id was stale. */
  readonly detail: string | undefined;
}

export interface OpenStream {
  readonly text: () => string;
  readonly messages: () => readonly unknown[];
  readonly ended: Promise<void>;
  close(): void;
}

/** A legacy client without a mind of its own: it keeps its session id for ever, whatever the bridge answers. */
export class SessionAgent {
  readonly #bridge: BridgeProcess;
  readonly #headers: Readonly<Record<string, string>>;
  #nextId = 1;
  id: string;

  constructor(bridge: BridgeProcess, id: string, headers: Readonly<Record<string, string>> = {}) {
    this.#bridge = bridge;
    this.id = id;
    this.#headers = headers;
  }

  static async open(bridge: BridgeProcess, version?: string, capabilities?: object): Promise<SessionAgent> {
    const { headers } = await postMcp(bridge, initializeRequest(version, capabilities));
    const agent = new SessionAgent(bridge, String(headers['mcp-session-id']));
    await agent.notify('notifications/initialized');
    return agent;
  }

  async request(method: string, params?: object): Promise<AgentAnswer> {
    return toAnswer(await this.post({ jsonrpc: '2.0', id: this.#nextId++, method, params }));
  }

  async notify(method: string): Promise<AgentAnswer> {
    return toAnswer(await this.post({ jsonrpc: '2.0', method }));
  }

  post(body: unknown): Promise<RawAnswer> {
    return postMcp(this.#bridge, body, { ...this.#headers, 'mcp-session-id': this.id });
  }

  async end(): Promise<AgentAnswer> {
    const headers = mcpHeaders(this.#bridge.token, { 'mcp-session-id': this.id });
    return toAnswer(await rawHttp(this.#bridge.port, { method: 'DELETE', headers }));
  }

  /** The session's event stream; rejects unless it opens. */
  async stream(): Promise<OpenStream> {
    const { token, port } = this.#bridge;
    const headers = mcpHeaders(token, { accept: 'text/event-stream', 'mcp-session-id': this.id });
    const res = await new Promise<IncomingMessage>((resolve, reject) => {
      const req = request({ host: '127.0.0.1', port, path: '/mcp', method: 'GET', headers, agent: false });
      req.on('error', reject).on('response', resolve).end();
    });
    let text = '';
    res.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    res.on('error', () => undefined);
    if (res.statusCode !== 200) throw new Error(`the stream was answered ${res.statusCode}`);
    return {
      text: () => text,
      messages: () => [...text.matchAll(/^data: (.*)$/gm)].map(([, json]): unknown => JSON.parse(json ?? '')),
      ended: new Promise((resolve) => res.once('close', () => resolve())),
      close: () => res.destroy(),
    };
  }
}

export function toAnswer({ status, headers, text }: RawAnswer): AgentAnswer {
  const session = headers['mcp-session-id'];
  const json = text.startsWith('{') ? answerSchema.parse(JSON.parse(text)) : {};
  return {
    status,
    session: typeof session === 'string' ? session : undefined,
    result: json.result,
    notice: json.result?._meta?.['holdfast/session'],
    detail: json.error?.data?.detail,
  };
}

const countersSchema = z.object({
  counters: z.object({ stale: z.number(), healed: z.number(), rehydrated: z.number() }),
  sessionEvents: z.array(z.object({ number: z.number(), kind: z.string(), text: z.string() })),
});

/** What the bridge's status says of sessions. */
export async function sessionStatus(bridge: BridgeProcess): Promise<z.infer<typeof countersSchema>> {
  const { text } = await rawHttp(bridge.port, { method: 'GET', path: '/status', headers: mcpHeaders(bridge.token) });
  return countersSchema.parse(JSON.parse(text));
}

/** Waits for a message on a stream. */
export function streamed(stream: OpenStream, method: string): Promise<unknown> {
  return eventually(
    () => stream.messages().find((each) => JSON.stringify(each).includes(method)),
    `${method} on the stream`,
  );
}
