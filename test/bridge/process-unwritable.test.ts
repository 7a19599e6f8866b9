import assert from 'node:assert/strict';
import { chmodSync, chownSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bridgeBundle } from '../support/bridge-build.ts';
import { BridgeProcess, runHoldfast } from '../support/bridge-process.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

describe('A state directory that cannot be written', () => {
  let dir: TempDir;
  let stateDir: string;
  let options: { readonly bundle: string; readonly uid?: number };
  let bridge: BridgeProcess | undefined;

  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  beforeEach(() => {
    dir = tempDir();
    stateDir = join(dir.path, 'state');
    const bundle = join(dir.path, 'holdfast.cjs');
    copyFileSync(bridgeBundle(), bundle);
    mkdirSync(stateDir, { mode: 0o700 });
    options = { bundle };
    if (process.getuid?.() !== 0) return;
    // Nothing is closed to root.
    const uid = 65_534;
    for (const path of [dir.path, stateDir, bundle]) chownSync(path, uid, uid);
    options = { bundle, uid };
  });
  afterEach(async () => {
    chmodSync(stateDir, 0o700);
    await bridge?.dispose();
    bridge = undefined;
    dir.remove();
  });

  const run = (...args: string[]) => runHoldfast([...args, '--state-dir', stateDir], options);
  const refused = /^holdfast: The state directory \S+ cannot be written \(EACCES\)\. Make it writable .*\n$/;

  it('is refused at once by a bridge that starts, in one sentence', async () => {
    chmodSync(stateDir, 0o500);
    const { code, stdout, stderr } = await run('serve', '--json', '--port', '0');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, refused);
  });

  it('is refused by a rotation before it stops the bridge, which then leaves without a crash', async () => {
    bridge = await BridgeProcess.start({ stateDir, args: ['--port', '0'], ...options });
    chmodSync(stateDir, 0o500);
    const { code, stderr } = await run('rotate');
    assert.equal(code, 1);
    assert.match(stderr, refused);
    assert.equal((await run('status')).code, 0);
    assert.deepEqual(await bridge.stop(), { code: 0, signal: null });
    assert.match(bridge.stderr, /bridge\.json cannot be removed: EACCES[^\n]*\n(.*\n)*.*the lock cannot be removed/);
    assert.doesNotMatch(bridge.stderr, /crashed| {4}at /);
    chmodSync(stateDir, 0o700);
    assert.equal((await bridge.start(['--port', '0'])).event, 'listening');
  });
});
