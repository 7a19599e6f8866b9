import assert from 'node:assert/strict';
import { limits } from '../../shared/limits.ts';
import { eventually } from '../support/eventually.ts';
import { FakeEditor } from '../support/fake-editor.ts';
import { type LinkServer, startLinkServer } from '../support/link-server.ts';

describe('the editor link over time', () => {
  let server: LinkServer;
  let editor: FakeEditor;

  beforeEach(async () => {
    server = await startLinkServer();
    editor = new FakeEditor({ port: server.port, secret: server.secret });
  });
  afterEach(async () => {
    await editor.dispose();
    await server.close();
    await server.clock.settle();
    assert.equal(server.clock.pending, 0, 'the links leave no timer behind');
  });

  it('closes a socket that says no hello within the handshake time', async () => {
    await editor.open();
    await server.clock.advance(limits.handshakeMs);
    assert.deepEqual(await editor.closed(), { code: 4003, reason: 'no hello in time' });
  });

  it('holds a bounded number of sockets that have not proven themselves', async () => {
    const waiting = Array.from({ length: limits.unprovenMaxSockets }, () => new FakeEditor(editor.options));
    await Promise.all(waiting.map((each) => each.open()));
    await assert.rejects(editor.open(), /503/);
    await waiting[0]?.drop();
    await eventually(async () => (await opens(editor)) || undefined, 'room for one more');
    await Promise.all(waiting.slice(1).map((each) => each.dispose()));
  });

  it('cuts off a half-open link after three silent beats', async () => {
    await editor.connect();
    editor.freeze();
    await server.clock.advance(limits.heartbeatMs * limits.heartbeatMissed);
    assert.equal(server.registry.linkCount, 1);
    await server.clock.advance(limits.heartbeatMs);
    await eventually(() => (server.registry.linkCount === 0 ? true : undefined), 'the end of the link');
    assert.equal(server.registry.list()[0]?.readiness, 'reconnecting');
  });

  it('keeps a quiet link that answers its pings', async () => {
    await editor.connect();
    for (let beat = 1; beat <= 6; beat++) {
      const before = server.bytesReceived();
      await server.clock.advance(limits.heartbeatMs);
      await eventually(() => (server.bytesReceived() > before ? true : undefined), 'the pong');
    }
    assert.equal(server.registry.linkCount, 1);
  });

  it('counts a stall of the bridge itself as one beat', async () => {
    await editor.connect();
    server.clock.stall(10 * limits.heartbeatMs);
    await server.clock.advance(1);
    assert.equal(server.registry.linkCount, 1);
  });

  it('does not wait again for a page that did not answer, until it has answered', async () => {
    await editor.connect();
    const [session] = server.registry.list();
    assert.ok(session !== undefined && (await session.isPresent()));
    editor.pageless = true;
    const asked = session.isPresent();
    await server.clock.advance(limits.presenceMs);
    assert.deepEqual([await asked, await session.isPresent()], [false, false]);
    editor.pageless = false;
    await eventually(async () => (await session.isPresent()) || undefined, 'the answer of the page');
  });

  it('gives the id of a half-open link to the reloaded window after an unanswered ping', async () => {
    await editor.connect();
    editor.freeze();
    const reloaded = new FakeEditor({ ...editor.options, editorId: editor.editorId });
    await reloaded.open();
    reloaded.send(reloaded.hello());
    await eventually(
      () => (server.clock.nextInMs === limits.presenceMs ? true : undefined),
      'the ping of the claimed id',
    );
    await server.clock.advance(limits.presenceMs);
    assert.equal((await reloaded.welcomed()).editorId, editor.editorId);
    assert.equal(server.registry.list()[0]?.epoch, reloaded.epoch);
    await server.clock.advance(limits.closeMs);
    await reloaded.dispose();
  });
});

async function opens(editor: FakeEditor): Promise<boolean> {
  try {
    await editor.open();
    return true;
  } catch {
    // Still full.
    return false;
  }
}
