import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { LocalServer } from './local-server.ts';
import { OfferedContent } from './offered-content.ts';

/** A server that offers resources and prompts. */
abstract class OfferingServer extends LocalServer {
  readonly offered = new OfferedContent();

  override async stop(): Promise<void> {
    this.offered.subscribed.splice(0);
    await super.stop();
  }

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
  protected begin() {
    const sessions = new Map<string, StreamableHTTPServerTransport>();
    return (req: IncomingMessage, res: ServerResponse) => {
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
  protected begin() {
    const sessions = new Map<string, SSEServerTransport>();
    return (req: IncomingMessage, res: ServerResponse) => {
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
  /** What the requests said of their method and of an argument, where they said it in headers. */
  readonly methodHeaders = new Set<unknown>();
  readonly paramHeaders = new Set<unknown>();
  #notify: ReturnType<typeof createMcpHandler>['notify'] | undefined;

  protected begin() {
    const handler = createMcpHandler(() => this.#create(), { legacy: 'reject' });
    this.#notify = handler.notify;
    const handle = toNodeHandler(handler);
    // Its declarations do not allow for exactOptionalPropertyTypes.
    return (req: IncomingMessage, res: ServerResponse) => {
      this.methodHeaders.add(req.headers['mcp-method']);
      this.paramHeaders.add(req.headers['mcp-param-place']);
      void Reflect.apply(handle, undefined, [req, res]);
    };
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
