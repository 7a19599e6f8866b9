import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../shared/limits.ts';
import { closeCodes } from '../../shared/protocol.ts';
import { stateFiles } from '../../shared/state-files.ts';
import { BridgeProcess, runHoldfast } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { FakeEditor } from '../support/fake-editor.ts';
import { removeFolder, type TempDir, tempDir } from '../support/temp-dir.ts';

describe('A bridge whose state directory is taken from it', function () {
  this.timeout(40_000);
  let dir: TempDir;
  let stateDir: string;
  const bridges: BridgeProcess[] = [];

  beforeEach(() => {
    dir = tempDir();
    stateDir = join(dir.path, 'state');
  });
  afterEach(async () => {
    for (const bridge of bridges.splice(0)) await bridge.dispose();
    dir.remove();
  });

  const start = async () => {
    const bridge = await BridgeProcess.start({ stateDir, args: ['--port', '0'] });
    bridges.push(bridge);
    return bridge;
  };
  const running = async () => JSON.parse((await runHoldfast(['status', '--json', '--state-dir', stateDir])).stdout);

  it('sends its windows to the bridge that has it, leaves, and leaves it to that one', async () => {
    const old = await start();
    const window = await FakeEditor.connect({ port: old.port, secret: old.editorSecret });
    removeFolder(stateDir);
    const { event } = await start();
    assert.equal((await window.closed()).code, closeCodes.replaced);
    assert.deepEqual(await old.exited(), { code: 0, signal: null });
    assert.ok(existsSync(join(stateDir, stateFiles.bridgeLock)));
    assert.equal((await running()).instance, event.instance);
  });

  it('is found again where only its record was removed, and keeps its windows', async () => {
    const bridge = await start();
    const window = await FakeEditor.connect({ port: bridge.port, secret: bridge.editorSecret });
    rmSync(join(stateDir, stateFiles.bridge));
    const isThere = () => existsSync(join(stateDir, stateFiles.bridge)) || undefined;
    await eventually(isThere, 'a new record', limits.stateCheckMs + 10_000);
    const { instance, windows } = await running();
    assert.deepEqual([instance, windows.length], [bridge.event.instance, 1]);
    await window.dispose();
  });
});
