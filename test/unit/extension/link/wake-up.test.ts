import assert from 'node:assert/strict';
import { LinkRig, missing, proven } from './link-rig.ts';

describe('Link: wake-ups', () => {
  let rig: LinkRig;
  beforeEach(async () => {
    rig = new LinkRig();
    rig.found = missing;
    rig.link.start();
    // Attempt 6 of the ladder failed: 30 s to wait, of which one is over.
    await rig.clock.advance(32_000);
    assert.equal(rig.link.state.kind, 'waiting');
    rig.take();
  });
  afterEach(() => {
    rig.dispose();
    assert.equal(rig.clock.pending, 0, 'a timer outlived the link');
    assert.equal(rig.watchers.size, 0, 'a watcher outlived the link');
  });

  it('connects at once when the window gets the focus, and the old wait does not fire as well', async () => {
    rig.link.wake();
    await rig.clock.settle();
    assert.deepEqual(rig.take(), ['32.0 connecting 7', '32.0 waiting 60.00 s for 8: no bridge runs']);
    await rig.clock.advance(59_000);
    assert.deepEqual(rig.take(), []);
    await rig.clock.advance(1_000);
    assert.equal(rig.take()[0], '92.0 connecting 8');
  });

  it('connects at once when a setting changes', async () => {
    rig.found = proven();
    rig.link.settingsChanged();
    await rig.clock.settle();
    assert.equal(rig.link.state.kind, 'online');
  });

  it('connects at once to a new bridge that proves itself', async () => {
    rig.found = proven('two');
    rig.stateFilesChange();
    await rig.clock.settle();
    assert.deepEqual(rig.take(), [
      '32.0 connecting 7',
      '32.0 info: linked to bridge 0.1.0 on port 4711 after 32.0 s, 7 attempts, 1 of them not logged',
      '32.0 online two',
    ]);
  });

  it('does not wake for a state file whose bridge proves nothing', async () => {
    rig.stateFilesChange();
    await rig.clock.settle();
    assert.deepEqual(rig.take(), []);
  });

  it('does not wake for the bridge that it has just tried', async () => {
    rig.found = proven('two');
    rig.greeting = { close: 4006 };
    rig.link.wake();
    await rig.clock.settle();
    assert.match(rig.take().at(-1) ?? '', /waiting 60.00 s for 8/);
    rig.stateFilesChange();
    await rig.clock.settle();
    assert.deepEqual(rig.take(), []);
  });

  it('is not woken twice by two changes at once', async () => {
    rig.found = proven('two');
    rig.stateFilesChange();
    rig.stateFilesChange();
    await rig.clock.settle();
    assert.equal(rig.sockets.length, 1);
  });

  it('connects when the machine resumes and only the wall clock went on', async () => {
    rig.clock.jumpWall(3_600_000);
    await rig.clock.advance(5_000);
    assert.equal(rig.take()[0], '36.0 connecting 7');
  });

  it('connects when the machine resumes and a timer fires far too late', async () => {
    rig.clock.stall(20_000);
    await rig.clock.advance(0);
    assert.equal(rig.take()[0], '52.0 connecting 7');
  });

  it('takes a wall clock that was put right by a few seconds for no resume', async () => {
    rig.clock.jumpWall(10_000);
    await rig.clock.advance(5_000);
    rig.clock.jumpWall(-3_600_000);
    await rig.clock.advance(5_000);
    assert.deepEqual(rig.take(), []);
  });

  it('neither adds a second attempt nor restarts the running one while it connects', async () => {
    rig.found = proven();
    rig.greeting = 'silence';
    rig.link.wake();
    await rig.clock.settle();
    rig.link.wake();
    rig.link.reconnectNow();
    rig.link.settingsChanged();
    rig.stateFilesChange();
    await rig.clock.settle();
    assert.deepEqual(rig.take(), ['32.0 connecting 7']);
    assert.equal(rig.sockets.length, 1);
    await rig.clock.advance(5_000);
    assert.deepEqual(rig.take(), ['37.0 waiting 60.00 s for 8: no answer from the bridge within 5 s']);
    assert.equal(rig.socket.open, false);
  });

  it('leaves an open link alone', async () => {
    rig.found = proven();
    rig.link.wake();
    await rig.clock.settle();
    rig.take();
    rig.link.wake();
    rig.link.reconnectNow();
    rig.link.settingsChanged();
    await rig.clock.settle();
    assert.deepEqual(rig.take(), []);
    assert.equal(rig.watchers.size, 0, 'an open link watches no files');
  });
});
