import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { RecordedAnswer } from './recorded-answers.ts';

/** A server of the legacy era that knows its sessions until it forgets them, and says so in somebody else's words. */
export class RecordedServer {
  readonly #answer: RecordedAnswer;
  readonly #http: Server;
  readonly #known = new Set<string>();
  #opened = 0;

  private constructor(answer: RecordedAnswer) {
    this.#answer = answer;
    this.#http = createServer((req, res) => void this.#serve(req, res));
  }

  static async start(answer: RecordedAnswer): Promise<RecordedServer> {
    const server = new RecordedServer(answer);
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    const address = this.#http.address();
    if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
    return `http://127.0.0.1:${address.port}/mcp`;
  }

  forget(): void {
    this.#known.clear();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeAllConnections();
    await closed;
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { id, method } = JSON.parse(Buffer.concat(await req.toArray()).toString());
    const session = req.headers['mcp-session-id'];
    if (method === 'initialize') {
      const name = `s${++this.#opened}`;
      this.#known.add(name);
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'r', version: '1' } };
      return answer(res, 200, { 'mcp-session-id': name }, JSON.stringify({ jsonrpc: '2.0', id, result }));
    }
    if (typeof session !== 'string' || !this.#known.has(session)) {
      const { status, headers, body } = this.#answer;
      res.writeHead(status, { ...headers }).end(body);
    } else if (id === undefined) res.writeHead(202).end();
    else answer(res, 200, {}, JSON.stringify({ jsonrpc: '2.0', id, result: { served: method } }));
  }
}

function answer(res: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}
