import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** By this the clients of these tests know that it was not our bridge that answered. */
export const foreignHeader = 'x-foreign-server';

/** Some other program on the bridge's port. Remembers what it was sent. */
export class ForeignServer {
  readonly #server: Server;
  /** Heads and bodies as they came. */
  readonly received: string[] = [];

  private constructor() {
    this.#server = createServer((req, res) => {
      let text = `${req.method} ${req.url}\n${JSON.stringify(req.headers)}\n`;
      req.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      req.on('end', () => {
        this.received.push(text);
        res.writeHead(200, { 'content-type': 'text/html', [foreignHeader]: '1' }).end('<h1>It works!</h1>');
      });
    });
    this.#server.on('upgrade', (req, socket) => {
      this.received.push(`${req.url}\n${JSON.stringify(req.headers)}`);
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
  }

  /** Undefined when somebody has the port. The threads of a killed process may hold it for a moment longer than the process. */
  static async listen(port: number): Promise<ForeignServer | undefined> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const foreign = new ForeignServer();
      if (await foreign.#listen(port)) return foreign;
      await delay(10);
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #listen(port: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#server.once('error', () => resolve(false));
      this.#server.listen(port, '127.0.0.1', () => resolve(true));
    });
  }
}
