import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { BridgeProcess, runHoldfast } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

describe('the port of the bridge', () => {
  let dir: TempDir;
  let stateDir: string;
  let bridge: BridgeProcess | undefined;
  let stranger: Stranger | undefined;

  beforeEach(() => {
    dir = tempDir();
    stateDir = join(dir.path, 'state');
  });
  afterEach(async () => {
    await bridge?.dispose();
    bridge = undefined;
    await stranger?.close();
    stranger = undefined;
    dir.remove();
  });

  it('is chosen once and kept over restarts', async () => {
    bridge = await BridgeProcess.start({ stateDir, args: [] });
    const { port } = bridge;
    assert.equal(bridge.file('port').trim(), `${port}`);
    assert.ok(port >= 17_000 && port <= 29_999, 'outside of what systems hand out by themselves');
    await bridge.stop();
    await bridge.start([]);
    assert.equal(bridge.port, port);
  });

  it('is not changed for good by --port', async () => {
    bridge = await BridgeProcess.start({ stateDir, args: [] });
    const { port } = bridge;
    await bridge.stop();
    await bridge.start(['--port', '0']);
    assert.notEqual(bridge.port, port);
    assert.equal(bridge.file('port').trim(), `${port}`);
  });

  it('gives way to a stranger loudly, and is taken again afterwards', async () => {
    bridge = await BridgeProcess.start({ stateDir, args: [] });
    const { port } = bridge;
    await bridge.stop();
    stranger = await Stranger.on(port);
    await bridge.start([]);
    assert.notEqual(bridge.port, port);
    await eventually(() => /warn .*belongs to another program/.exec(bridge?.stderr ?? '') ?? undefined, 'the warning');
    const { stdout } = await runHoldfast(['status', '--state-dir', stateDir]);
    assert.match(stdout, new RegExp(`WARNING: another program holds your port ${port}`));
    await bridge.stop();
    await stranger.close();
    await bridge.start([]);
    assert.equal(bridge.port, port);
  });

  it('is an error when it was asked for and is taken', async () => {
    stranger = await Stranger.on(0);
    const { code, stdout, stderr } = await runHoldfast([
      'serve',
      '--json',
      '--port',
      `${stranger.port}`,
      '--state-dir',
      stateDir,
    ]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, new RegExp(`Port ${stranger.port} is taken by another program\\. Stop that program`));
  });

  it('hands neither token nor proof to a stranger who took it over from a killed bridge', async () => {
    bridge = await BridgeProcess.start({ stateDir, args: [] });
    const { port, token, editorSecret, event } = bridge;
    await bridge.kill();
    stranger = await Stranger.on(port);
    // A pid that lives, as a reused one does.
    const record = JSON.stringify({ ...JSON.parse(bridge.file('bridge.json')), pid: process.pid });
    bridge.write('bridge.json', record);
    stranger.answer = JSON.stringify({ instance: event.instance, version: '0.1.0', proof: 'A'.repeat(43) });
    assert.equal((await runHoldfast(['status', '--state-dir', stateDir])).code, 3);
    assert.equal((await runHoldfast(['call', 'list_windows', '--state-dir', stateDir])).code, 3);
    assert.equal((await bridge.start([])).event, 'listening');
    assert.equal(stranger.heard.length, 3);
    for (const request of stranger.heard) {
      assert.match(request, /"GET \/proof\?nonce=[\w-]+"/);
      assert.ok(!request.includes(token) && !request.includes(editorSecret) && !request.includes('authorization'));
    }
  });

  for (const [what, change] of [
    ['a dead process', { pid: 2 ** 22 - 1 }],
    ['another boot', { bootId: 'another' }],
    ['another machine', { host: 'another' }],
  ] as const) {
    it(`does not even ask the port of a record of ${what}`, async () => {
      bridge = await BridgeProcess.start({ stateDir });
      await bridge.kill();
      stranger = await Stranger.on(0);
      bridge.write(
        'bridge.json',
        JSON.stringify({ ...JSON.parse(bridge.file('bridge.json')), pid: process.pid, port: stranger.port, ...change }),
      );
      assert.equal((await runHoldfast(['status', '--state-dir', stateDir])).code, 3);
      assert.deepEqual(stranger.heard, []);
    });
  }

  it('is open on loopback only', async () => {
    bridge = await BridgeProcess.start({ stateDir });
    const { port } = bridge;
    const addresses = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
      .map(({ address }) => address);
    // 127.0.0.2 is an address of this machine, too, and always there: only 127.0.0.1 itself is bound.
    for (const address of process.platform === 'linux' ? ['127.0.0.2', ...addresses] : addresses) {
      assert.equal(await connectionTo(address, port), 'ECONNREFUSED', address);
    }
    assert.equal(await connectionTo('127.0.0.1', port), 'open');
  });

  it('refuses to be opened to the network', async () => {
    const { code, stderr } = await runHoldfast(['serve', '--host', '0.0.0.0', '--state-dir', stateDir]);
    assert.equal(code, 2);
    assert.match(stderr, /--host 0\.0\.0\.0 is refused: the bridge listens on 127\.0\.0\.1 only/);
  });
});

/** A foreign server that remembers what it was told. */
class Stranger {
  readonly heard: string[] = [];
  answer = '{}';
  readonly #server: Server = createServer((request, response) => {
    this.heard.push(JSON.stringify([`${request.method} ${request.url}`, request.headers]));
    response.end(this.answer);
  });

  static async on(port: number): Promise<Stranger> {
    const stranger = new Stranger();
    await new Promise<void>((resolve) => stranger.#server.listen(port, '127.0.0.1', resolve));
    return stranger;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the stranger listens on no port');
    return address.port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function connectionTo(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const settle = (outcome: string) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once('connect', () => settle('open'));
    socket.once('timeout', () => settle('timeout'));
    socket.once('error', (error) => settle('code' in error ? String(error.code) : 'error'));
  });
}
