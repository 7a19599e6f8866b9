import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFiles } from '../../shared/state-files.ts';
import { BridgeProcess, type RunResult, runHoldfast } from '../support/bridge-process.ts';
import { FakeEditor } from '../support/fake-editor.ts';
import { mcpHeaders, rawHttp } from '../support/raw-http.ts';
import { SessionAgent } from '../support/session-agent.ts';
import { tempDir } from '../support/temp-dir.ts';

const secretFiles = [stateFiles.token, stateFiles.sessionKey, stateFiles.editorSecret];

describe('holdfast rotate', function () {
  // Several processes that start on a busy machine take seconds.
  this.timeout(20_000);
  let bridge: BridgeProcess;
  beforeEach(async () => {
    bridge = await BridgeProcess.start();
  });
  afterEach(() => bridge.dispose());

  const rotate = (...args: string[]) => runHoldfast(['rotate', '--state-dir', bridge.stateDir, ...args]);
  const secrets = () => secretFiles.map((name) => readFileSync(join(bridge.stateDir, name), 'utf8'));

  it('makes a new token and new keys, and lets the running bridge leave with an answer to everybody', async () => {
    const before = secrets();
    const { pid } = bridge.event;
    const editor = await FakeEditor.connect({
      port: bridge.port,
      secret: bridge.editorSecret,
      handlers: { read_buffer: () => undefined },
    });
    const agent = await SessionAgent.open(bridge);
    const stream = await agent.stream();
    const call = agent.request('tools/call', { name: 'read_buffer', arguments: { path: 'a.ts' } });
    await editor.callNumber(1);
    const { code, stdout, stderr } = await rotate('--json');
    assert.deepEqual([code, stderr, JSON.parse(stdout)], [0, '', { rotated: secretFiles, stopped: [pid] }]);
    assert.ok(secrets().every((secret, index) => secret !== before[index] && /^[\w-]{43}\n$/.test(secret)));
    assert.deepEqual(await bridge.exited(), { code: 0, signal: null });
    assert.equal((await call).result?.['isError'], true);
    await stream.ended;
    assert.equal((await editor.closed()).code, 1001);
  });

  it('shuts out the old token with 401, and under the new one every old session is foreign', async () => {
    const agent = await SessionAgent.open(bridge);
    const old = bridge.token;
    await rotate();
    await bridge.start();
    const headers = mcpHeaders(old, { 'mcp-session-id': agent.id });
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    assert.equal((await rawHttp(bridge.port, { headers, body })).status, 401);
    const { status, detail } = await agent.request('ping');
    assert.deepEqual([status, detail], [404, 'foreign']);
    await assert.rejects(agent.stream(), /404/);
  });

  it('shuts out windows that only know the old secret', async () => {
    const secret = bridge.editorSecret;
    await rotate();
    await bridge.start();
    await assert.rejects(FakeEditor.connect({ port: bridge.port, secret }), /did not prove itself/);
    await (await FakeEditor.connect({ port: bridge.port, secret: bridge.editorSecret })).dispose();
  });

  it('leaves whoever starts at the same time with the new secrets', async () => {
    const starting: Promise<RunResult>[] = [];
    const rotating = rotate();
    for (let round = 0; round < 4; round++) {
      starting.push(runHoldfast(['serve', '--port', '0', '--idle-exit', '1s', '--state-dir', bridge.stateDir]));
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    const { code, stderr } = await rotating;
    assert.equal(code, 0, stderr);
    for (const started of await Promise.all(starting)) assert.equal(started.code, 0, started.stderr);
    await bridge.start();
    await (await FakeEditor.connect({ port: bridge.port, secret: bridge.editorSecret })).dispose();
    assert.equal((await (await SessionAgent.open(bridge)).request('ping')).status, 200);
  });

  it('says what to do next, with and without a running bridge', async () => {
    const running = await rotate();
    assert.match(running.stdout, /The bridge was stopped\. VS Code windows start a new one.*holdfast serve\nNext: /);
    const idle = await rotate();
    assert.match(idle.stdout, /No bridge was running\.\nNext: .*Copy Agent Configuration/);
    assert.deepEqual([running.code, idle.code], [0, 0]);
  });

  it('has nothing to do where no bridge has run', async () => {
    const dir = tempDir();
    try {
      const { code, stdout } = await runHoldfast(['rotate', '--state-dir', join(dir.path, 'none')]);
      assert.equal(code, 0);
      assert.match(stdout, /^Nothing to rotate: no bridge has run on /);
    } finally {
      dir.remove();
    }
  });
});
