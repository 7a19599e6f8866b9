import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { limits } from '../../shared/limits.ts';
import { runHoldfast } from '../support/bridge-process.ts';
import { LocalServer } from '../support/local-server.ts';
import { SdkScene } from '../support/sdk-scene.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

/** What both servers answer; the name of the tool or resource says how large. */
function answerTo(
  method: string,
  params: { readonly name?: string; readonly uri?: string },
  megabytes: number,
): object {
  const isLarge = (params.name ?? params.uri ?? '').endsWith('large');
  const padding = isLarge ? 'x'.repeat(megabytes * 1024 * 1024) : 'small';
  switch (method) {
    case 'initialize': {
      const serverInfo = { name: 'other', version: '1' };
      return { result: { protocolVersion: '2025-11-25', capabilities: { tools: {}, resources: {} }, serverInfo } };
    }
    case 'tools/list':
      return { result: { tools: ['large', 'small'].map((name) => ({ name, inputSchema: { type: 'object' } })) } };
    case 'resources/list':
      return { result: { resources: [{ uri: 'note://large', name: 'large' }] } };
    case 'tools/call':
      return { result: { content: [{ type: 'text', text: padding }] } };
    case 'resources/read':
      return { result: { contents: [{ uri: params.uri, text: padding }] } };
    default:
      return { error: { code: -32_601, message: 'Method not found' } };
  }
}
const megabytes = limits.exchangeMaxBytes / 1024 / 1024 + 1;

class LargeServer extends LocalServer {
  readonly asked: string[] = [];
  readonly #asEvents: boolean;

  constructor(asEvents: boolean) {
    super();
    this.#asEvents = asEvents;
  }

  protected begin() {
    return (req: IncomingMessage, res: ServerResponse) =>
      void text(req).then((body) => {
        if (req.method !== 'POST') return res.writeHead(405).end();
        const { id, method, params } = JSON.parse(body);
        this.asked.push(method);
        if (id === undefined) return res.writeHead(202).end();
        const json = JSON.stringify({ jsonrpc: '2.0', id, ...answerTo(method, params, megabytes) });
        res.writeHead(200, { 'content-type': this.#asEvents ? 'text/event-stream' : 'application/json' });
        return res.end(this.#asEvents ? `data: ${json}\n\n` : json);
      });
  }
}

describe('An answer that is too large to pass on', function () {
  this.timeout(30_000);
  let dir: TempDir;
  let scene: SdkScene | undefined;
  beforeEach(() => {
    dir = tempDir();
  });
  afterEach(async () => {
    await scene?.dispose();
    scene = undefined;
    dir.remove();
  });

  /** Is told to the agent, and costs nobody else anything. */
  const assertTold = async (other: object): Promise<void> => {
    scene = await SdkScene.startWith(dir.path, { other });
    const { client } = await scene.connect();
    const called = await client.callTool({ name: 'other__large', arguments: {} });
    assert.match(JSON.stringify(called), /"code":"too_large".*"retryable":false,"executed":"yes"/);
    const read = client.readResource({ uri: 'holdfast-upstream://other/note://large' });
    await assert.rejects(read, /The answer of other to resources\/read is larger than 16 MB/);
    const { content } = await client.callTool({ name: 'other__small', arguments: {} });
    assert.deepEqual(content, [{ type: 'text', text: 'small' }]);
    const { stdout } = await runHoldfast(['status', '--state-dir', scene.bridge.stateDir]);
    assert.match(stdout, /MCP server other: ready, 2 tools/);
  };

  for (const asEvents of [false, true]) {
    it(`is asked for once and told as what it is, ${asEvents ? 'as an event of a stream' : 'as a body'}`, async () => {
      const server = new LargeServer(asEvents);
      await server.start();
      try {
        await assertTold({ url: server.url, type: 'http' });
        const large = server.asked.filter((method) => method === 'tools/call' || method === 'resources/read');
        assert.deepEqual(large, ['tools/call', 'resources/read', 'tools/call']);
      } finally {
        await server.stop();
      }
    });
  }

  for (const [where, form] of [
    ['first', "{ jsonrpc: '2.0', id, ...answer }"],
    ['last', "{ ...answer, jsonrpc: '2.0', id }"],
  ]) {
    it(`is told as what it is by a command that names the request ${where}`, async () => {
      const source = `
        import { createInterface } from 'node:readline';
        ${String(answerTo)}
        createInterface({ input: process.stdin }).on('line', (line) => {
          const { id, method, params } = JSON.parse(line);
          if (id === undefined) return;
          const answer = answerTo(method, params, ${megabytes});
          process.stdout.write(JSON.stringify(${form}) + '\\n');
        }).on('close', () => process.exit());`;
      await assertTold({ command: process.execPath, args: ['--input-type=module', '--eval', source] });
    });
  }
});
