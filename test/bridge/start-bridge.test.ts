import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseBridgeFile, stateFiles } from '../../shared/state-files.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive, StartRig } from '../support/start-rig.ts';

const run = promisify(execFile);
const signal = new AbortController().signal;

describe('Starting the bridge', function () {
  this.timeout(30_000);
  let rig: StartRig;
  beforeEach(() => {
    rig = new StartRig();
  });
  afterEach(() => rig.dispose());

  it('finds none where none has run', async () => {
    const { found } = await rig.bridge().find(signal);
    assert.deepEqual(found, { kind: 'missing', reason: 'no bridge runs' });
  });

  it('starts one that proves itself', async () => {
    const bridge = rig.bridge();
    assert.deepEqual(await bridge.start(signal), { kind: 'started' });
    const { found } = await bridge.find(signal);
    assert.equal(found.kind, 'proven');
    assert.ok(isAlive(rig.pid));
  });

  it('starts exactly one for ten windows at once, and it outlives them all', async () => {
    const windows = await rig.windows(10);
    assert.deepEqual(
      windows.map(({ kind }) => kind),
      Array(10).fill('started'),
    );
    assert.equal(new Set(windows.map(({ instance }) => instance)).size, 1);
    assert.notEqual(windows[0]?.instance, null);
    assert.ok(isAlive(rig.pid), 'the bridge left with the window that started it');
    const log = readFileSync(join(rig.stateDir, stateFiles.log), 'utf8');
    assert.equal(log.match(/listens on/g)?.length, 1);
    assert.ok(!readdirSync(rig.stateDir).some((name) => name.startsWith(stateFiles.startLock)));
  });

  it('says what a bridge that crashes at start has said last', async () => {
    const bundlePath = rig.program('process.stderr.write("one\\ntwo\\n"); throw new Error("boom");');
    const outcome = await rig.bridge({ bundlePath }).start(signal);
    assert.equal(outcome.kind, 'failed');
    assert.equal(outcome.reason, 'the bridge ended with code 1');
    assert.match(outcome.detail ?? '', /Error: boom/);
  });

  it('fails when the program is no bridge', async () => {
    const bundlePath = rig.program('console.log("hello"); setTimeout(() => {}, 50);');
    const outcome = await rig.bridge({ bundlePath }).start(signal);
    assert.deepEqual(outcome, { kind: 'failed', reason: 'the bridge said something else than that it listens' });
  });

  it('tells a stranger on the recorded port from the bridge, shows it nothing, and starts another one', async () => {
    const bridge = rig.bridge();
    await bridge.start(signal);
    const secret = readFileSync(join(rig.stateDir, stateFiles.editorSecret), 'utf8').trim();
    const token = readFileSync(join(rig.stateDir, stateFiles.token), 'utf8').trim();
    const record = parseBridgeFile(readFileSync(join(rig.stateDir, stateFiles.bridge), 'utf8'));
    assert.ok(record);
    process.kill(rig.pid, 'SIGKILL');
    const heard: string[] = [];
    const stranger = createServer((request, response) => {
      heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
      response.end('{"instance":"x","version":"1","proof":"guess"}');
    });
    await eventually(() => (isAlive(record.pid) ? undefined : true), 'the end of the bridge');
    stranger.listen(record.port, '127.0.0.1');
    await once(stranger, 'listening');
    const { found } = await bridge.find(signal);
    assert.deepEqual(found, { kind: 'missing', reason: `port ${record.port} is held by something else` });
    assert.deepEqual(await bridge.start(signal), { kind: 'started' });
    assert.equal((await bridge.find(signal)).found.kind, 'proven');
    assert.notEqual(rig.pid, record.pid);
    assert.ok(heard.length > 0);
    assert.ok(heard.every((request) => !request.includes(secret) && !request.includes(token)));
    stranger.closeAllConnections();
    stranger.close();
  });

  it('gives the bridge an environment without what is VS Code’s own', async () => {
    const out = join(rig.stateDir, 'seen.json');
    const bundlePath = rig.program(
      `const seen = { env: process.env, cwd: process.cwd(), args: process.argv.slice(2) };
       require('node:fs').writeFileSync(${JSON.stringify(out)}, JSON.stringify(seen)); process.exit(3);`,
    );
    const env = {
      PATH: process.env.PATH,
      KEPT: 'yes',
      ELECTRON_RUN_AS_NODE: '1',
      VSCODE_PID: '1',
      NODE_OPTIONS: '--no-warnings',
      HOLDFAST_STATE_DIR: rig.stateDir,
      HOLDFAST_WINDOW: 'window-1',
    };
    await rig.bridge({ bundlePath, env }).start(signal);
    const seen = JSON.parse(readFileSync(out, 'utf8'));
    const { PATH: _, ...rest } = seen.env;
    assert.deepEqual(rest, { KEPT: 'yes', HOLDFAST_STATE_DIR: rig.stateDir });
    assert.equal(seen.cwd, rig.stateDir);
    assert.deepEqual(seen.args, ['serve', '--json', '--state-dir', rig.stateDir]);
  });

  it('runs on the program of the extension host when PATH has no Node', async () => {
    const bridge = rig.bridge({ env: { PATH: '/nowhere', HOLDFAST_STATE_DIR: rig.stateDir } });
    assert.deepEqual(await bridge.start(signal), { kind: 'started' });
    const launcher = readFileSync(join(bridge.binDir, 'holdfast'), 'utf8');
    assert.ok(launcher.includes(`node='${process.execPath}'`));
    assert.ok(launcher.includes('ELECTRON_RUN_AS_NODE=1'));
    assert.ok(isAlive(rig.pid));
  });

  it('leaves a launcher that runs, and keeps it when nothing changed', async () => {
    const bridge = rig.bridge();
    await bridge.start(signal);
    const launcher = join(bridge.binDir, 'holdfast');
    const { stdout } = await run(launcher, ['status'], {
      env: { PATH: process.env.PATH, HOLDFAST_STATE_DIR: rig.stateDir },
    });
    assert.match(stdout, new RegExp(`${rig.pid}`));
    const before = statSync(launcher).ino;
    process.kill(rig.pid, 'SIGKILL');
    await eventually(async () => ((await bridge.find(signal)).found.kind === 'missing' ? true : undefined), 'the end');
    await bridge.start(signal);
    void rig.pid;
    assert.equal(statSync(launcher).ino, before);
  });

  it('lets a newer installation keep the launcher', async () => {
    const bundlePath = rig.program('process.exit(3)');
    const bridge = rig.bridge({ bundlePath, version: '0.10.0' });
    await bridge.start(signal);
    await rig.bridge({ bundlePath, version: '0.9.0' }).start(signal);
    assert.match(readFileSync(join(bridge.binDir, 'holdfast'), 'utf8'), /0\.10\.0/);
    assert.ok(existsSync(join(bridge.binDir, '0.9.0', 'holdfast.cjs')));
  });

  it('neither obeys a bridge nor runs a program in a directory that others can write to', async () => {
    const bridge = rig.bridge();
    await bridge.start(signal);
    chmodSync(rig.stateDir, 0o777);
    rmSync(bridge.binDir, { recursive: true });
    const { found } = await bridge.find(signal);
    const reason = `other users can reach ${rig.stateDir}; run: chmod 700 '${rig.stateDir}'`;
    assert.deepEqual(found, { kind: 'missing', reason });
    assert.deepEqual(await bridge.start(signal), { kind: 'failed', reason });
    assert.ok(!existsSync(bridge.binDir));
  });

  it('waits for a start by another window and does not repeat its failure', async () => {
    const bundlePath = rig.program('setTimeout(() => process.exit(4), 300);');
    const outcomes = await Promise.all([
      rig.bridge({ bundlePath }).start(signal),
      rig.bridge({ bundlePath }).start(signal),
    ]);
    assert.deepEqual(outcomes.map(({ kind }) => kind).toSorted(), ['busy', 'failed']);
  });
});

describe('Watching the state directory', function () {
  this.timeout(20_000);
  let rig: StartRig;
  beforeEach(() => {
    rig = new StartRig();
  });
  afterEach(() => rig.dispose());

  it('tells each change of contents once, also after the directory was deleted and made again', async () => {
    const bridge = rig.bridge();
    const { fingerprint } = await bridge.find(signal);
    const changes: string[] = [];
    const watch = bridge.watch(fingerprint, (change) => changes.push(change));
    const record = join(rig.stateDir, stateFiles.bridge);
    const after = (count: number) => eventually(() => (changes.length >= count ? true : undefined), `change ${count}`);
    rig.makeStateDir();
    writeFileSync(record, 'one');
    await after(1);
    writeFileSync(record, 'two');
    await after(2);
    writeFileSync(record, 'two');
    writeFileSync(join(rig.stateDir, 'bridge.log'), 'noise');
    rmSync(rig.stateDir, { recursive: true });
    await after(3);
    rig.makeStateDir();
    writeFileSync(record, 'three');
    await after(4);
    watch.dispose();
    assert.equal(changes.length, 4);
    assert.equal(changes[2], fingerprint, 'an empty directory is like none');
  });

  it('tells a change that was made before the watch began', async () => {
    const bridge = rig.bridge();
    const { fingerprint } = await bridge.find(signal);
    rig.makeStateDir();
    writeFileSync(join(rig.stateDir, stateFiles.bridge), 'one');
    const changes: string[] = [];
    const watch = bridge.watch(fingerprint, (change) => changes.push(change));
    await eventually(() => changes[0], 'the change');
    watch.dispose();
  });
});
