import { randomUUID } from 'node:crypto';
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema, McpError } from '@modelcontextprotocol/sdk/types.js';

/** An MCP server of somebody else: the SDK's own, with sessions, on a port that it keeps when it begins again. */
export class UpstreamServer {
  /** Effects of the tool `write`. */
  writes = 0;
  tools = ['read', 'write', 'wait', 'refuse'];
  /** What the requests carried as `x-given`. */
  readonly given = new Set<unknown>();
  readonly cancelled: unknown[] = [];
  #port = 0;
  #http: HttpServer | undefined;
  #sessions = new Map<string, StreamableHTTPServerTransport>();
  readonly #servers = new Set<Server>();

  get url(): string {
    return `http://127.0.0.1:${this.#port}/mcp`;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  async start(): Promise<void> {
    const http = createServer((req, res) => void this.#serve(req, res));
    this.#http = http;
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = http.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  /** As a killed process: connections are cut, sessions are gone. */
  async stop(): Promise<void> {
    const http = this.#http;
    this.#http = undefined;
    this.#sessions = new Map();
    if (http === undefined) return;
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    http.closeAllConnections();
    await closed;
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
