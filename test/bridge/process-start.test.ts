import assert from 'node:assert/strict';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { serveEventSchema } from '../../shared/state-files.ts';
import { BridgeProcess, runHoldfast } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

describe('starting the bridge', () => {
  let dir: TempDir;
  let stateDir: string;
  let bridge: BridgeProcess | undefined;

  beforeEach(() => {
    dir = tempDir();
    stateDir = join(dir.path, 'state');
  });
  afterEach(async () => {
    await bridge?.dispose();
    bridge = undefined;
    dir.remove();
  });

  it('prints one line that says where it listens, and logs to stderr and the file only', async () => {
    bridge = await BridgeProcess.start({ stateDir });
    const { event, url, port, instance, pid } = bridge.event;
    assert.deepEqual([event, url], ['listening', `http://127.0.0.1:${port}/mcp`]);
    const { version, host, bootId, ...record } = JSON.parse(bridge.file('bridge.json'));
    assert.deepEqual(record, { pid, port, instance });
    assert.ok(version !== '' && host !== '' && bootId !== '');
    await bridge.stop();
    assert.equal(bridge.restOfStdout, '');
    assert.match(bridge.stderr, /listens on/);
    assert.match(bridge.file('bridge.log'), /listens on .*\n.*leaving: the bridge was stopped/);
  });

  it('keeps the state directory and everything in it to its user', async () => {
    bridge = await BridgeProcess.start({ stateDir, args: [] });
    await eventually(() => readdirSync(stateDir).find((name) => name === 'bridge.log'), 'the log file');
    const mode = (path: string) => (lstatSync(path).mode & 0o777).toString(8);
    assert.equal(mode(stateDir), '700');
    const files = readdirSync(stateDir).sort();
    assert.deepEqual(files, [
      'bridge.json',
      'bridge.lock',
      'bridge.log',
      'editor.secret',
      'port',
      'session.key',
      'token',
    ]);
    for (const name of files) assert.match(mode(join(stateDir, name)), /^[67]00$/, name);
  });

  it('writes neither token nor secrets to its log', async () => {
    bridge = await BridgeProcess.start({ stateDir });
    await runHoldfast(['call', 'list_windows', '--state-dir', stateDir]);
    await bridge.stop();
    for (const name of ['token', 'editor.secret', 'session.key']) {
      assert.ok(!bridge.file('bridge.log').includes(bridge.file(name).trim()), name);
    }
  });

  it('says that a bridge runs already, with the same fields, and exits 0', async () => {
    bridge = await BridgeProcess.start({ stateDir });
    const second = await runHoldfast(['serve', '--json', '--state-dir', stateDir]);
    assert.deepEqual(JSON.parse(second.stdout), { ...bridge.event, event: 'already-running' });
    assert.equal(second.code, 0);
  });

  it('becomes one bridge however many are started at once', async () => {
    const starts = Array.from({ length: 10 }, () => BridgeProcess.start({ stateDir }));
    const bridges = await Promise.all(starts);
    try {
      const events = bridges.map(({ event }) => event);
      assert.equal(events.filter(({ event }) => event === 'listening').length, 1);
      assert.equal(new Set(events.map(({ pid }) => pid)).size, 1);
    } finally {
      for (const each of bridges) await each.dispose();
    }
  }).timeout(30_000);

  it('becomes one bridge again after a kill -9, however many are started at once', async () => {
    bridge = await BridgeProcess.start({ stateDir });
    await bridge.kill();
    const bridges = await Promise.all(Array.from({ length: 10 }, () => BridgeProcess.start({ stateDir })));
    try {
      assert.equal(bridges.filter(({ event }) => event.event === 'listening').length, 1);
    } finally {
      for (const each of bridges) await each.dispose();
    }
  }).timeout(30_000);

  it('starts on the state directory of a killed bridge with the same port and keys', async () => {
    bridge = await BridgeProcess.start({ stateDir, args: [] });
    const { port, token, editorSecret, event } = bridge;
    await bridge.kill();
    assert.equal(JSON.parse(bridge.file('bridge.json')).instance, event.instance, 'a killed bridge leaves its record');
    await bridge.start([]);
    assert.deepEqual([bridge.port, bridge.token, bridge.editorSecret], [port, token, editorSecret]);
    assert.notEqual(bridge.event.instance, event.instance);
  });

  it('leaves nothing behind but keys, port and log on SIGTERM', async () => {
    bridge = await BridgeProcess.start({ stateDir, args: [] });
    assert.deepEqual(await bridge.stop(), { code: 0, signal: null });
    assert.deepEqual(readdirSync(stateDir).sort(), ['bridge.log', 'editor.secret', 'port', 'session.key', 'token']);
  });

  it('leaves the record of a newer bridge alone when it goes', async () => {
    bridge = await BridgeProcess.start({ stateDir });
    const other = JSON.stringify({ ...JSON.parse(bridge.file('bridge.json')), instance: 'newer' });
    bridge.write('bridge.json', other);
    await bridge.stop();
    assert.equal(bridge.file('bridge.json'), other);
  });

  it('lives on when its starter closes stdout and stderr', async () => {
    bridge = await BridgeProcess.start({ stateDir });
    bridge.closeOutputs();
    // Each call writes log lines to the closed stderr.
    for (let n = 0; n < 3; n++)
      assert.equal((await runHoldfast(['call', 'list_windows', '--state-dir', stateDir])).code, 0);
    assert.equal((await runHoldfast(['status', '--state-dir', stateDir])).code, 0);
  });

  it('leaves by itself after the idle time, and says so', async () => {
    bridge = await BridgeProcess.start({ stateDir, args: ['--port', '0', '--idle-exit', '200ms'] });
    assert.deepEqual(await bridge.exited(), { code: 0, signal: null });
    assert.match(bridge.file('bridge.log'), /leaving: the bridge was idle/);
  });

  it('works in a state directory whose path is too long for a socket', async () => {
    stateDir = join(dir.path, 'x'.repeat(60), 'y'.repeat(60));
    bridge = await BridgeProcess.start({ stateDir });
    const second = await runHoldfast(['serve', '--json', '--state-dir', stateDir]);
    assert.equal(serveEventSchema.parse(JSON.parse(second.stdout)).event, 'already-running');
    await bridge.kill();
    assert.equal((await bridge.start()).event, 'listening');
  });

  it('answers on even when its state directory was removed, and leaves cleanly', async () => {
    bridge = await BridgeProcess.start({ stateDir });
    dir.remove();
    const { origin } = bridge;
    const answered = await eventually(async () => (await fetch(`${origin}/mcp`)).status, 'an answer');
    assert.equal(answered, 401);
    assert.deepEqual(await bridge.stop(), { code: 0, signal: null });
  });
});
