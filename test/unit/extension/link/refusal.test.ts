import assert from 'node:assert/strict';
import { closeCodes } from '../../../../shared/protocol.ts';
import { LinkRig, missing, proven } from './link-rig.ts';

const words = {
  [closeCodes.versionNotSupported]:
    'the bridge does not support this version of the extension; update the older of the two',
  [closeCodes.notAuthorised]: 'the bridge did not accept this window',
};

describe('Link: refusals and replacement', () => {
  let rig: LinkRig;
  beforeEach(() => {
    rig = new LinkRig();
  });
  afterEach(() => {
    rig.dispose();
    assert.equal(rig.clock.pending, 0, 'a timer outlived the link');
    assert.equal(rig.watchers.size, 0, 'a watcher outlived the link');
  });

  for (const code of [closeCodes.versionNotSupported, closeCodes.notAuthorised] as const) {
    it(`stops trying after ${code}, said plainly`, async () => {
      rig.greeting = { close: code };
      rig.link.start();
      await rig.clock.advance(600_000);
      assert.deepEqual(rig.take(), [
        '0.0 connecting 1',
        `0.0 warn: refused: ${words[code]}; waiting for a change or for the user`,
        `0.0 refused: ${words[code]}`,
      ]);
      // The older version of the link is tried, too.
      assert.equal(rig.sockets.length, code === closeCodes.versionNotSupported ? 2 : 1);
    });
  }

  it('is refused by a code that ends an open link, too', async () => {
    await rig.healthy();
    rig.socket.deliverClose(closeCodes.notAuthorised);
    assert.equal(rig.link.state.kind, 'refused');
  });

  const endings = {
    'the user asks': () => rig.link.reconnectNow(),
    'a setting changes': () => rig.link.settingsChanged(),
    'the state files change': () => rig.stateFilesChange(),
  };
  for (const [what, act] of Object.entries(endings)) {
    it(`leaves a refusal when ${what}`, async () => {
      rig.greeting = { close: closeCodes.notAuthorised };
      rig.link.start();
      await rig.clock.settle();
      rig.greeting = 'welcome';
      act();
      await rig.clock.settle();
      assert.equal(rig.link.state.kind, 'online');
    });
  }

  it('does not leave a refusal because the window got the focus', async () => {
    rig.greeting = { close: closeCodes.notAuthorised };
    rig.link.start();
    await rig.clock.settle();
    rig.link.wake();
    await rig.clock.settle();
    assert.equal(rig.link.state.kind, 'refused');
  });

  it('connects at once when the bridge is being replaced', async () => {
    await rig.healthy();
    rig.found = proven('two');
    rig.socket.deliverClose(closeCodes.replaced);
    await rig.clock.settle();
    assert.deepEqual(rig.take(), [
      '11.0 info: the bridge is being replaced; connecting at once',
      '11.0 connecting 1',
      '11.0 info: linked to bridge 0.1.0 on port 4711 after 0.0 s, 1 attempt',
      '11.0 online two',
    ]);
  });

  it('does not spin when a bridge is replaced for ever', async () => {
    rig.greeting = { close: closeCodes.replaced };
    rig.link.start();
    await rig.clock.advance(10_000);
    assert.equal(rig.sockets.length, 5);
  });

  it('takes a new id when another living window has its own, and says hello again on the same socket', async () => {
    rig.greeting = 'id_in_use';
    rig.link.start();
    await rig.clock.settle();
    assert.deepEqual(
      rig.socket.sent.map((text) => /"editorId":"([^"]+)"/.exec(text)?.[1]),
      ['window-1', 'window-2', 'window-3', 'window-4'],
    );
    assert.equal(rig.link.state.kind, 'waiting', 'a bridge that knows no free id is not asked for ever');
  });

  it('gives up after three failed starts in a row, with the last words of the bridge', async () => {
    rig.startAllowed = true;
    rig.found = missing;
    rig.startOutcome = { kind: 'failed', reason: 'it ended with code 1', detail: 'SyntaxError: boom' };
    rig.link.start();
    await rig.clock.advance(600_000);
    assert.deepEqual(rig.take(), [
      '0.0 connecting 1',
      '0.0 info: attempt 1 failed: it ended with code 1; next in 1.0 s',
      '0.0 waiting 1.00 s for 2: it ended with code 1',
      '1.0 connecting 2',
      '1.0 info: attempt 2 failed: it ended with code 1; next in 2.0 s',
      '1.0 waiting 2.00 s for 3: it ended with code 1',
      '3.0 connecting 3',
      '3.0 warn: the bridge does not start: it ended with code 1\n    SyntaxError: boom',
      '3.0 warn: refused: the bridge does not start; waiting for a change or for the user',
      '3.0 refused: the bridge does not start | SyntaxError: boom',
    ]);
    assert.equal(rig.starts, 3);
  });

  it('does not let the focus hurry a start that failed, but lets the user', async () => {
    rig.startAllowed = true;
    rig.found = missing;
    rig.startOutcome = { kind: 'failed', reason: 'it ended with code 1' };
    rig.link.start();
    await rig.clock.settle();
    rig.link.wake();
    await rig.clock.settle();
    assert.equal(rig.starts, 1);
    rig.link.reconnectNow();
    await rig.clock.settle();
    assert.equal(rig.starts, 2);
  });

  it('counts a start that others are busy with as no failure of the bridge', async () => {
    rig.startAllowed = true;
    rig.found = missing;
    rig.startOutcome = { kind: 'busy', reason: 'another window is starting the bridge' };
    rig.link.start();
    await rig.clock.advance(60_000);
    assert.equal(rig.link.state.kind, 'waiting');
  });

  it('never starts a bridge when it may not', async () => {
    rig.found = missing;
    rig.link.start();
    await rig.clock.advance(60_000);
    assert.equal(rig.starts, 0);
  });

  it('links to the bridge that it started', async () => {
    rig.startAllowed = true;
    rig.found = missing;
    rig.link.onDidChangeState(() => {
      rig.startOutcome = { kind: 'started' };
    });
    const before = rig.starts;
    rig.link.start();
    queueMicrotask(() => queueMicrotask(() => (rig.found = proven())));
    await rig.clock.settle();
    assert.equal(rig.starts, before + 1);
    assert.equal(rig.link.state.kind, 'online');
  });
});
