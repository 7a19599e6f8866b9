import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema, McpError } from '@modelcontextprotocol/sdk/types.js';
import { LocalServer } from './local-server.ts';

/** An MCP server of somebody else: the SDK's own, with sessions. */
export class UpstreamServer extends LocalServer {
  /** Effects of the tool `write`. */
  writes = 0;
  tools = ['read', 'write', 'wait', 'refuse'];
  /** What the requests carried as `x-given`. */
  readonly given = new Set<unknown>();
  readonly cancelled: unknown[] = [];
  #sessions = new Map<string, StreamableHTTPServerTransport>();
  readonly #servers = new Set<Server>();

  get sessions(): number {
    return this.#sessions.size;
  }

  protected begin() {
    this.#sessions = new Map();
    return (req: IncomingMessage, res: ServerResponse) => void this.#serve(req, res);
  }

  /** The process lives on and knows no session any more; open streams stay. */
  forgetSessions(): void {
    this.#sessions = new Map();
  }

  async tellToolsChanged(): Promise<void> {
    for (const server of this.#servers) await server.sendToolListChanged().catch(() => undefined);
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.given.add(req.headers['x-given']);
    const id = req.headers['mcp-session-id'];
    if (typeof id !== 'string') return (await this.#open()).handleRequest(req, res);
    const transport = this.#sessions.get(id);
    if (transport !== undefined) return transport.handleRequest(req, res);
    res.writeHead(404, { 'content-type': 'application/json' });
    res.end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
  }

  async #open(): Promise<StreamableHTTPServerTransport> {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.#sessions.set(id, transport),
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    const server = new Server({ name: 'other', version: '1' }, { capabilities: { tools: { listChanged: true } } });
    this.#servers.add(server);
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: this.tools.map((name) => ({
        name,
        description: `does ${name} — ü`,
        inputSchema: { type: 'object' },
        annotations: { readOnlyHint: name === 'read' },
      })),
    }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params }, { sendNotification, signal }) => {
      if (params.name === 'refuse') throw new McpError(-32_050, 'not today', { until: 'tomorrow' });
      if (params.name === 'write') this.writes += 1;
      const progressToken = params._meta?.progressToken;
      if (progressToken !== undefined) {
        const update = { progressToken, progress: 1, total: 2, message: 'half' };
        await sendNotification({ method: 'notifications/progress', params: update });
      }
      if (params.name === 'wait') {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        this.cancelled.push(params.arguments);
      }
      return {
        content: [{ type: 'text', text: `${params.name} ${JSON.stringify(params.arguments)}` }],
        structuredContent: { echo: params.arguments },
      };
    });
    await server.connect(transport);
    return transport;
  }
}
