import { randomUUID } from 'node:crypto';
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { OfferedContent } from './offered-content.ts';

type Handle = (req: IncomingMessage, res: ServerResponse) => void;

/** A server that offers resources and prompts, on a port that it keeps when it begins again. */
abstract class OfferingServer {
  readonly offered = new OfferedContent();
  /** What the requests said of their method, where they said it in a header. */
  readonly methodHeaders = new Set<unknown>();
  readonly paramHeaders = new Set<unknown>();
  #port = 0;
  #http: HttpServer | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.#port}/mcp`;
  }

  async start(): Promise<void> {
    const handle = this.begin();
    const http = createServer((req, res) => {
      this.methodHeaders.add(req.headers['mcp-method']);
      this.paramHeaders.add(req.headers['mcp-param-place']);
      handle(req, res);
    });
    this.#http = http;
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = http.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  /** As a killed process: connections are cut, what was in memory is gone. */
  async stop(): Promise<void> {
    const http = this.#http;
    this.#http = undefined;
    this.offered.subscribed.splice(0);
    if (http === undefined) return;
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    http.closeAllConnections();
    await closed;
  }

  protected abstract begin(): Handle;
  abstract updated(uri: string): Promise<void>;
  abstract promptsChanged(): Promise<void>;
}

/** Of the older SDK, over whichever transport: each session has a server of its own. */
abstract class LegacyOffering extends OfferingServer {
  protected readonly servers = new Set<Server>();

  protected create(): Server {
    const capabilities = {
      resources: { subscribe: true, listChanged: true },
      prompts: { listChanged: true },
      completions: {},
    };
    const server = new Server({ name: 'offering', version: '1' }, { capabilities });
    this.offered.install(server);
    this.servers.add(server);
    return server;
  }

  /** Nobody is told who has not subscribed. */
  async updated(uri: string): Promise<void> {
    if (!this.offered.subscribed.includes(uri)) return;
    for (const server of this.servers) await server.sendResourceUpdated({ uri }).catch(() => undefined);
  }

  async promptsChanged(): Promise<void> {
    for (const server of this.servers) await server.sendPromptListChanged().catch(() => undefined);
  }
}

export class StreamableOffering extends LegacyOffering {
  protected begin(): Handle {
    const sessions = new Map<string, StreamableHTTPServerTransport>();
    return (req, res) => {
      const id = req.headers['mcp-session-id'];
      const known = typeof id === 'string' ? sessions.get(id) : undefined;
      if (known !== undefined) return void known.handleRequest(req, res);
      if (id !== undefined) {
        res.writeHead(404, { 'content-type': 'application/json' });
        return void res.end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
      }
      const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (given) => void sessions.set(given, transport),
      });
      void this.create()
        .connect(transport)
        .then(() => transport.handleRequest(req, res));
    };
  }
}

/** The transport of 2024-11-05, which answers on a stream that a GET opens. */
export class SseOffering extends LegacyOffering {
  protected begin(): Handle {
    const sessions = new Map<string, SSEServerTransport>();
    return (req, res) => {
      const { pathname, searchParams } = new URL(req.url ?? '', this.url);
      if (req.method === 'GET' && pathname === '/mcp') {
        const transport = new SSEServerTransport('/messages', res);
        sessions.set(transport.sessionId, transport);
        return void this.create().connect(transport);
      }
      const session = sessions.get(searchParams.get('sessionId') ?? '');
      if (pathname === '/messages' && session !== undefined) return void session.handlePostMessage(req, res);
      res.writeHead(404).end();
    };
  }
}

/** Of the newer SDK, which refuses every request of the older era. */
export class ModernOffering extends OfferingServer {
  #notify: ReturnType<typeof createMcpHandler>['notify'] | undefined;

  protected begin(): Handle {
    const handler = createMcpHandler(() => this.#create(), { legacy: 'reject' });
    this.#notify = handler.notify;
    const handle = toNodeHandler(handler);
    // Its declarations do not allow for exactOptionalPropertyTypes.
    return (req, res) => void Reflect.apply(handle, undefined, [req, res]);
  }

  updated(uri: string): Promise<void> {
    this.#notify?.resourceUpdated(uri);
    return Promise.resolve();
  }

  promptsChanged(): Promise<void> {
    this.#notify?.promptsChanged();
    return Promise.resolve();
  }

  #create(): McpServer {
    const { offered } = this;
    const capabilities = {
      resources: { subscribe: true, listChanged: true },
      prompts: { listChanged: true },
      completions: {},
    };
    const mcp = new McpServer({ name: 'offering', version: '2' }, { capabilities });
    for (const uri of offered.notes.keys()) {
      mcp.registerResource(uri.slice('note://'.length, 'note://'.length + 3), uri, {}, () => ({
        contents: [offered.read(uri) ?? { uri, text: '' }],
      }));
    }
    const complete = { word: (value: string) => offered.complete(value) };
    const template = new ResourceTemplate('shout://{word}', { list: undefined, complete });
    mcp.registerResource('shout', template, {}, ({ href }) => ({
      contents: [offered.read(href) ?? { uri: href, text: '' }],
    }));
    for (const name of offered.prompts) {
      mcp.registerPrompt(name, { argsSchema: z.object({ who: z.string().optional() }) }, ({ who = 'nobody' }) =>
        offered.greeting(name, who),
      );
    }
    const place = z.string().meta({ 'x-mcp-header': 'Place' });
    mcp.registerTool('go', { inputSchema: z.object({ place }) }, ({ place: where }) => ({
      content: [{ type: 'text', text: `went to ${where}` }],
    }));
    return mcp;
  }
}
