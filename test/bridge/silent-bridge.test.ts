import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { ReplaceScene } from '../support/replace-scene.ts';
import { isAlive } from '../support/start-rig.ts';

const signal = new AbortController().signal;

describe('A bridge that does not answer', function () {
  this.timeout(60_000);
  let scene: ReplaceScene;
  beforeEach(() => {
    scene = new ReplaceScene();
  });
  afterEach(() => scene.dispose());

  const silence = (pid: number) => `the bridge (process ${pid}) does not answer; "Holdfast: Restart Bridge" ends it`;

  it('is named with its process, and no other is started beside it', async () => {
    const { pid } = await scene.start('0.1.0');
    const side = await scene.side('0.1.0');
    process.kill(pid, 'SIGSTOP');
    assert.deepEqual((await side.find(signal)).found, { kind: 'missing', reason: silence(pid), silentPid: pid });
    assert.deepEqual(await side.start(signal), { kind: 'busy', reason: silence(pid) });
    process.kill(pid, 'SIGCONT');
    assert.equal((await side.find(signal)).found.kind, 'proven');
  });

  it('is waited for, and found when it goes on', async () => {
    const { pid, instance } = await scene.start('0.1.0');
    process.kill(pid, 'SIGSTOP');
    const window = await scene.window('0.1.0');
    const waiting = () => (window.link.state.kind === 'waiting' ? window.link.state.reason : undefined);
    assert.equal(await eventually(waiting, 'a wait'), silence(pid));
    process.kill(pid, 'SIGCONT');
    assert.equal(await window.online('0.1.0'), instance);
  });

  it('is ended when the person restarts the bridge, and another one takes its place', async () => {
    const { pid, instance, port } = await scene.start('0.1.0');
    process.kill(pid, 'SIGSTOP');
    const window = await scene.window('0.1.0');
    await eventually(() => (window.link.state.kind === 'waiting' ? true : undefined), 'a wait');
    window.link.restartBridge();
    await eventually(() => (isAlive(pid) ? undefined : true), 'its end');
    assert.notEqual(await window.online('0.1.0'), instance);
    assert.equal(scene.record.port, port);
  });

  it('is not ended while it answers', async () => {
    const { pid } = await scene.start('0.1.0');
    assert.equal(await (await scene.side('0.1.0')).endSilent(), false);
    assert.ok(isAlive(pid));
  });
});
