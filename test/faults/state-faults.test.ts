import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFiles } from '../../shared/state-files.ts';
import { eventually } from '../support/eventually.ts';
import { removeFolder } from '../support/temp-dir.ts';
import { FaultRig } from './rig.ts';
import type { Operation } from './soak/operation.ts';

describe('Of a state directory that breaks', function () {
  this.timeout(60_000);
  let rig: FaultRig;
  const open = async (options?: Parameters<typeof FaultRig.open>[0]) => {
    rig = await FaultRig.open(options);
  };
  afterEach(() => rig.dispose());

  const isRight = (operation: Operation, effects: number) =>
    assert.deepEqual(
      [operation.outcome, operation.offences, rig.effectsOf(operation)],
      [{ kind: 'ok' }, [], effects],
      operation.history.join('\n'),
    );
  const told = ({ outcome }: Operation) => (outcome?.kind === 'error' ? outcome.executed : outcome?.kind);

  for (const [title, names] of [
    ['is replaced', ['.']],
    ['loses its session key', [stateFiles.sessionKey]],
  ] as const) {
    it(`a change of the shim that ran when it ${title} does not run again, and the next one works`, async () => {
      await open();
      isRight(await rig.change({ agent: 'shim' }).ended, 1);
      const { operation, ended } = rig.change({ agent: 'shim', workMs: 800 });
      await rig.effected(operation);
      const { bridge } = rig.scene;
      await bridge.kill();
      bridge.forget(names);
      await bridge.start();
      const said = told(await ended);
      assert.ok(said === 'unknown' || said === 'ok', operation.history.join('\n'));
      await rig.scene.online();
      isRight(await rig.change({ agent: 'shim' }).ended, 1);
      assert.equal(rig.effectsOf(operation), 1);
    });
  }

  it('windows and agents go on when it is deleted, and everything comes back in a new one', async () => {
    await open({ windowsStartBridge: true });
    const { bridge } = rig.scene;
    isRight(await rig.change({ agent: 'shim' }).ended, 1);
    const pid = bridge.record?.pid;
    assert.ok(pid !== undefined);
    removeFolder(bridge.stateDir);
    isRight(await rig.change({ agent: 'shim' }).ended, 1);
    process.kill(pid, 'SIGKILL');
    await rig.scene.online();
    isRight(await rig.change({ agent: 'shim' }).ended, 1);
  });

  it('a window whose state directory cannot be read says why, and joins when it can be', async () => {
    await open();
    const { bridge } = rig.scene;
    const { process: window, proxy } = rig.window;
    const aside = `${bridge.stateDir}-aside`;
    renameSync(bridge.stateDir, aside);
    writeFileSync(bridge.stateDir, 'not a directory');
    proxy.drop();
    const named = () => window.state.kind === 'waiting' && window.state.reason?.includes('is not a plain directory');
    await eventually(() => named() || undefined, 'a reason that names the trouble');
    rmSync(bridge.stateDir);
    renameSync(aside, bridge.stateDir);
    await rig.scene.online();
    isRight(await rig.change().ended, 1);
  });

  it('a disk that is full costs log lines and records, and no call', async function () {
    // Elsewhere there is no way to fill a disk for one process alone.
    if (process.platform !== 'linux') return;
    await open();
    const { bridge } = rig.scene;
    const pid = bridge.record?.pid;
    assert.ok(pid !== undefined);
    const fullBytes = 100;
    const sizes = () => [stateFiles.log, stateFiles.windows].map((name) => statSync(join(bridge.stateDir, name)).size);
    await eventually(() => (sizes()[0] ?? 0) > fullBytes || undefined, 'a log that the disk has no room to add to');
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${fullBytes}:${fullBytes}`]);
    // Lines that were on their way until now have been written; from here on none is.
    const [logBytes] = sizes();
    for (const agent of ['legacy', 'modern', 'shim', 'sdk'] as const) {
      isRight(await rig.change({ agent }).ended, 1);
      rig.window.proxy.drop();
      isRight(await rig.change({ agent }).ended, 1);
    }
    // A record of the windows that lacks one is worse than none.
    assert.deepEqual(sizes(), [logBytes, 0]);
    await bridge.kill();
    await bridge.start();
    await rig.scene.online();
    for (const agent of ['legacy', 'modern', 'shim', 'sdk'] as const) isRight(await rig.change({ agent }).ended, 1);
  });
});
