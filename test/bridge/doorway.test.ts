import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { Doorway, type Inside } from '../../server/handover/doorway.ts';
import { eventually } from '../support/eventually.ts';
import { portOf } from '../support/link-bridge.ts';
import { rawHttp } from '../support/raw-http.ts';

/** A bridge that tells what it got. */
function inside(name: string, heard: string[] = []): Inside {
  return {
    request: (req, res) => {
      heard.push(`${req.method} ${req.url}`);
      let body = '';
      req.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      req.on('end', () => {
        res.setHeader('x-seen', JSON.stringify(req.rawHeaders.filter((_, index) => index % 2 === 0)));
        res.end(`${name} ${body}`);
      });
    },
    upgrade: (_req, socket) => socket.end(`HTTP/1.1 101 ${name}\r\n\r\n`),
  };
}

describe('The doorway', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function listen(doorway: Doorway): Promise<number> {
    const server = createServer().on('request', doorway.request).on('upgrade', doorway.upgrade);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return portOf(server);
  }

  async function pair() {
    const [old, next] = [new Doorway(), new Doorway()];
    const ports = await Promise.all([old, next].map((doorway) => listen(doorway)));
    return { old, next, oldPort: ports[0] ?? 0, nextPort: ports[1] ?? 0 };
  }

  const post = (port: number, path = '/mcp') =>
    rawHttp(port, { path, headers: { host: 'the.host', 'x-own': '1', connection: 'keep-alive' }, body: 'hello' });

  it('holds what comes until it is known who serves, and then serves all of it in order', async () => {
    const doorway = new Doorway();
    const heard: string[] = [];
    const port = await listen(doorway);
    const first = post(port, '/1');
    const second = first.then(() => post(port, '/2'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(heard, []);
    doorway.open(inside('bridge', heard));
    assert.equal((await first).text, 'bridge hello');
    await second;
    assert.deepEqual(heard, ['POST /1', 'POST /2']);
  });

  it('passes requests on to the other bridge with their own headers, and ends the connection after the answer', async () => {
    const { old, next, oldPort, nextPort } = await pair();
    next.open(inside('next'));
    old.move(nextPort);
    const { status, text, headers } = await post(oldPort, '/mcp?x=1');
    assert.deepEqual([status, text, headers.connection], [200, 'next hello', 'close']);
    const seen: string[] = JSON.parse(String(headers['x-seen']));
    assert.deepEqual(seen.map((name) => name.toLowerCase()).toSorted(), [
      'connection',
      'content-length',
      'host',
      'x-own',
    ]);
  });

  it('passes on what it held back when the other bridge is up', async () => {
    const { old, next, oldPort, nextPort } = await pair();
    old.open(inside('old'));
    old.hold();
    next.open(inside('next'));
    const held = post(oldPort);
    await new Promise((resolve) => setTimeout(resolve, 50));
    old.move(nextPort);
    assert.equal((await held).text, 'next hello');
  });

  it('serves what it held back when the other bridge did not come up', async () => {
    const { old, oldPort } = await pair();
    old.open(inside('old'));
    old.hold();
    const held = post(oldPort);
    old.open(inside('old again'));
    assert.equal((await held).text, 'old again hello');
  });

  it('passes a stream on as it comes, and its end when the client leaves', async () => {
    const { old, next, oldPort, nextPort } = await pair();
    let ended = false;
    next.open({
      request: (_req, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write('data: 1\n\n');
        res.once('close', () => {
          ended = true;
        });
      },
      upgrade: () => {},
    });
    old.move(nextPort);
    const socket = connect(oldPort, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.write('GET /mcp HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => (text.includes('data: 1') ? true : undefined), 'the first event');
    socket.destroy();
    await eventually(() => ended || undefined, 'the end of the stream');
  });

  it('says that a request may have been lost when the other bridge has gone again', async () => {
    const { old, oldPort } = await pair();
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', resolve));
    const port = portOf(dead);
    await new Promise((resolve) => dead.close(resolve));
    old.move(port);
    const { status, text, headers } = await post(oldPort);
    assert.deepEqual([status, headers['retry-after']], [503, '1']);
    assert.equal(JSON.parse(text).error.data.executed, 'unknown');
  });

  it('sends a link away, to come again', async () => {
    const { old, oldPort, nextPort } = await pair();
    old.move(nextPort);
    const socket = connect(oldPort, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.write('GET /editor HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await eventually(() => (text.includes('503') ? true : undefined), 'the refusal');
    socket.destroy();
  });
});
