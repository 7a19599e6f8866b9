import assert from 'node:assert/strict';
import { EditorRegistry } from '../../../server/editors/editor-registry.ts';
import { linkVersion, type StatusMessage } from '../../../shared/protocol.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeSessionLink, fakeHello, nothingKnown } from '../../support/fake-session-link.ts';
import { memoryLog } from '../../support/memory-log.ts';

describe('the editor registry', () => {
  let clock: FakeClock;
  let registry: EditorRegistry;

  beforeEach(() => {
    clock = new FakeClock();
    registry = new EditorRegistry({
      instance: 'i1',
      version: '1.2.3',
      clock,
      log: memoryLog().log,
      known: nothingKnown,
    });
  });

  afterEach(() => {
    registry.dispose();
    assert.equal(clock.pending, 0, 'a registry leaves no timer behind');
  });

  async function admitted(change: Parameters<typeof fakeHello>[0] = {}): Promise<FakeSessionLink> {
    const link = new FakeSessionLink();
    assert.equal(await registry.admit(fakeHello(change), link), 'welcome');
    return link;
  }

  const ids = () => registry.list().map(({ id, readiness, epoch }) => `${id} ${epoch} ${readiness}`);

  it('welcomes a window with everything that the link needs to know', async () => {
    const link = await admitted();
    assert.deepEqual(link.sent, [
      {
        type: 'welcome',
        version: linkVersion,
        instance: 'i1',
        bridgeVersion: '1.2.3',
        editorId: 'window-1',
        heartbeatMs: 10_000,
        graceMs: 30_000,
        features: ['idempotency-key', 'window-upstreams'],
      },
    ]);
    assert.deepEqual(ids(), ['window-1 epoch-1 ready']);
    assert.equal(registry.get('window-1')?.tools.has('read_buffer'), true);
  });

  it('keeps a window through its grace and then forgets it', async () => {
    const link = await admitted();
    link.drop();
    assert.deepEqual([ids(), registry.linkCount], [['window-1 epoch-1 reconnecting'], 0]);
    await clock.advance(30_000);
    assert.deepEqual(ids(), []);
  });

  it('replaces the link at once when the same extension host comes back', async () => {
    const old = await admitted();
    old.isPresent = () => assert.fail('no ping is needed');
    await admitted();
    assert.deepEqual(old.closes, [{ code: 4005, reason: 'a newer link of this window took over' }]);
    assert.deepEqual(ids(), ['window-1 epoch-1 ready']);
  });

  it('tells a second living window on the same folder that the id is in use', async () => {
    const old = await admitted();
    const newcomer = new FakeSessionLink();
    assert.equal(await registry.admit(fakeHello({ epoch: 'epoch-2' }), newcomer), 'id_in_use');
    assert.deepEqual([old.closes, newcomer.sent, ids()], [[], [], ['window-1 epoch-1 ready']]);
    assert.equal(await registry.admit(fakeHello({ epoch: 'epoch-2', editorId: 'window-2' }), newcomer), 'welcome');
    assert.deepEqual(ids(), ['window-1 epoch-1 ready', 'window-2 epoch-2 ready']);
  });

  it('gives the id of a silent link to the reloaded window', async () => {
    const old = await admitted();
    old.isPresent = (waitMs) => {
      assert.equal(waitMs, 3_000);
      return Promise.resolve(false);
    };
    await admitted({ epoch: 'epoch-2' });
    assert.equal(old.closes[0]?.code, 4005);
    assert.deepEqual(ids(), ['window-1 epoch-2 ready']);
  });

  it('gives the id of a window in its grace to the reloaded one without a ping', async () => {
    const old = await admitted();
    old.isPresent = () => assert.fail('there is nobody to ping');
    old.drop();
    await admitted({ epoch: 'epoch-2' });
    assert.deepEqual(ids(), ['window-1 epoch-2 ready']);
  });

  it('takes nobody in who left while the old link was pinged', async () => {
    const old = await admitted();
    const newcomer = new FakeSessionLink();
    old.isPresent = () => {
      newcomer.drop();
      return Promise.resolve(false);
    };
    assert.equal(await registry.admit(fakeHello({ epoch: 'epoch-2' }), newcomer), 'gone');
    assert.deepEqual(ids(), ['window-1 epoch-1 ready']);
  });

  it('looks again when the window itself came back during the ping', async () => {
    const old = await admitted();
    old.isPresent = async () => {
      await admitted();
      return false;
    };
    const newcomer = new FakeSessionLink();
    assert.equal(await registry.admit(fakeHello({ epoch: 'epoch-2' }), newcomer), 'id_in_use');
    assert.deepEqual(ids(), ['window-1 epoch-1 ready']);
  });

  it('lets one of two claimants have the id of a silent window', async () => {
    const old = await admitted();
    old.isPresent = () => Promise.resolve(false);
    const claims = ['epoch-2', 'epoch-3'].map((epoch) => registry.admit(fakeHello({ epoch }), new FakeSessionLink()));
    assert.deepEqual(await Promise.all(claims), ['welcome', 'id_in_use']);
    assert.deepEqual(ids(), ['window-1 epoch-2 ready']);
  });

  it('tells of changes of the list, of readiness and of a window', async () => {
    let changes = 0;
    registry.onDidChange(() => changes++);
    const link = await admitted();
    link.receive({ type: 'event', window: { focused: true } });
    link.drop();
    await clock.advance(30_000);
    assert.equal(changes, 4);
  });

  it('sends a status at most once per coalescing time, only when it is new, and to later windows', async () => {
    const link = await admitted();
    const status = (sessions: number): StatusMessage => ({
      type: 'status',
      agents: [{ name: 'agent', version: '1', sessions }],
      counters: { stale: 0, healed: 0, rehydrated: 0 },
      recentCalls: [],
    });
    let current = status(1);
    registry.broadcast(() => current);
    current = status(2);
    registry.broadcast(() => current);
    await clock.advance(150);
    registry.broadcast(() => current);
    await clock.advance(150);
    assert.deepEqual(link.sent.slice(1), [status(2)]);
    const later = await admitted({ editorId: 'window-2' });
    assert.deepEqual(later.sent.slice(1), [status(2)]);
  });

  it('passes on that a person asked for a restart', async () => {
    let asked = 0;
    registry.onDidRequestShutdown(() => asked++);
    (await admitted()).receive({ type: 'shutdown' });
    assert.equal(asked, 1);
  });

  it('takes nobody in after it was disposed', async () => {
    registry.dispose();
    assert.equal(await registry.admit(fakeHello(), new FakeSessionLink()), 'gone');
  });
});
