import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cancellation } from '../../../server/editors/cancellation.ts';
import { EditorRegistry } from '../../../server/editors/editor-registry.ts';
import type { KnownWindows } from '../../../server/editors/known-windows.ts';
import { WindowsFile } from '../../../server/windows-file.ts';
import { limits } from '../../../shared/limits.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeSessionLink, fakeHello, nothingKnown } from '../../support/fake-session-link.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

describe('The windows that a bridge leaves to the next one', () => {
  let clock: FakeClock;
  const registries: EditorRegistry[] = [];
  beforeEach(() => {
    clock = new FakeClock();
  });
  afterEach(() => {
    for (const registry of registries.splice(0)) registry.dispose();
    assert.equal(clock.pending, 0, 'a registry leaves no timer behind');
  });

  function bridge(known: KnownWindows | undefined): EditorRegistry {
    const registry = new EditorRegistry({ instance: 'i', version: '1', clock, log: memoryLog().log, known });
    registries.push(registry);
    return registry;
  }
  async function link(registry: EditorRegistry, change: Parameters<typeof fakeHello>[0] = {}) {
    const socket = new FakeSessionLink();
    assert.equal(await registry.admit(fakeHello({ journalGapMs: 0, ...change }), socket), 'welcome');
    return socket;
  }
  const holder = (registry: EditorRegistry, id: string) => {
    const found = registry.holderOf(id);
    return typeof found === 'object' ? found.id : found;
  };

  it('are known before any call goes to them, and again after each change that lasts', async () => {
    const registry = bridge(nothingKnown);
    const seen: string[] = [];
    registry.onDidChangeKnown(() => seen.push(registry.known.windows.map(({ editorId }) => editorId).join()));
    const socket = await link(registry);
    assert.deepEqual(seen, ['window-1']);
    socket.receive({ type: 'event', window: { focused: true, activeFile: 'x' } });
    assert.equal(seen.length, 1);
    socket.receive({ type: 'event', window: { folders: [] } });
    assert.equal(seen.length, 2);
    socket.drop();
    await clock.advance(limits.graceMs);
    assert.deepEqual(seen, ['window-1', 'window-1', '']);
  });

  it('are there at once, as windows that have their grace to come back', async () => {
    const first = bridge(nothingKnown);
    await link(first);
    const second = bridge(first.known);
    assert.deepEqual(
      second.list().map(({ id, readiness, window }) => [id, readiness, window.folders[0]?.path]),
      [['window-1', 'reconnecting', '/home/me/greeter']],
    );
    assert.equal(second.linkCount, 0);
    await link(second);
    assert.equal(second.list()[0]?.readiness, 'ready');
    const third = bridge(first.known);
    await clock.advance(limits.graceMs);
    assert.deepEqual(third.list(), []);
  });

  it('settle when each of them is back or given up, or when nobody waits any more', async () => {
    const first = bridge(nothingKnown);
    await link(first);
    await link(first, { editorId: 'window-2' });
    const second = bridge(first.known);
    const seen: string[] = [];
    const cancelled = new Cancellation();
    void second.settled(new Cancellation()).then(() => seen.push('settled'));
    void second.settled(cancelled).then(() => seen.push('cancelled'));
    await link(second);
    await clock.settle();
    assert.deepEqual(seen, []);
    cancelled.abort();
    await clock.settle();
    assert.deepEqual(seen, ['cancelled']);
    await clock.advance(limits.graceMs);
    assert.deepEqual(seen, ['cancelled', 'settled']);
    await second.settled(new Cancellation());
  });

  it('prove that a call never ran only when all of them are back and lack nothing', async () => {
    const first = bridge(nothingKnown);
    assert.equal(first.isComplete(), true);
    await link(first);
    const second = bridge(first.known);
    assert.equal(second.isComplete(), false, 'a window is missed');
    await link(second, { journalGapMs: 1_000 });
    assert.equal(second.isComplete(), false, 'its journal has a gap');
    await clock.advance(1_000);
    assert.equal(second.isComplete(), true);
    await link(second, { editorId: 'window-2', journalGapMs: undefined });
    assert.equal(second.isComplete(), false, 'an older extension tells nothing');
  });

  it('settle and prove one by one for a call that names its window', async () => {
    const first = bridge(nothingKnown);
    await link(first);
    await link(first, { editorId: 'window-2' });
    const second = bridge(first.known);
    const seen: string[] = [];
    for (const id of ['window-1', 'window-2', 'window-3']) {
      void second.settled(new Cancellation(), id).then(() => seen.push(id));
    }
    await link(second);
    await clock.settle();
    assert.deepEqual(seen, ['window-1']);
    assert.deepEqual(
      ['window-1', 'window-2', 'window-3'].map((id) => second.isComplete(id)),
      [true, false, false],
    );
    await clock.advance(limits.graceMs);
    assert.deepEqual(seen, ['window-1', 'window-2', 'window-3']);
    assert.deepEqual(
      ['window-1', 'window-2', 'window-3'].map((id) => second.isComplete(id)),
      [true, false, false],
      'a window that is gone without a word proves nothing',
    );
  });

  it('prove nothing for a while after one of them did not come back, also to the bridge after that', async () => {
    const first = bridge(nothingKnown);
    await link(first);
    const second = bridge(first.known);
    await clock.advance(limits.graceMs);
    assert.equal(second.isComplete(), false);
    const third = bridge(second.known);
    assert.deepEqual([third.list(), third.isComplete()], [[], false]);
    await clock.advance(limits.journalKeepMs);
    assert.deepEqual([second.isComplete(), third.isComplete()], [true, true]);
  });

  it('are still known by their calls after they were closed, until their time is over or they are back', async () => {
    const first = bridge(nothingKnown);
    (await link(first, { journal: ['c'] })).drop();
    assert.equal(holder(first, 'c'), 'window-1');
    await clock.advance(limits.graceMs);
    assert.deepEqual([holder(first, 'c'), holder(first, 'other'), first.isComplete()], ['gone', undefined, true]);
    const second = bridge(first.known);
    assert.equal(holder(second, 'c'), 'gone');
    await link(second, { journal: [] });
    assert.equal(holder(second, 'c'), undefined);
    await clock.advance(limits.journalKeepMs);
    assert.equal(holder(first, 'c'), undefined);
  });

  it('prove nothing for a while when what the last bridge knew got lost', async () => {
    const registry = bridge(undefined);
    assert.equal(registry.isComplete(), false);
    assert.equal(bridge(registry.known).isComplete(), false);
    await clock.advance(limits.journalKeepMs);
    assert.equal(registry.isComplete(), true);
  });

  describe('on disk', () => {
    let dir: TempDir;
    let lines: string[];
    beforeEach(() => {
      dir = tempDir();
    });
    afterEach(() => dir.remove());

    function file(scope = 'scope', stateDir = dir.path): WindowsFile {
      const memory = memoryLog();
      lines = memory.lines;
      return new WindowsFile({ stateDir, scope, log: memory.log });
    }
    const path = () => join(dir.path, 'windows.json');

    it('come back as they were, in a file of this user alone', async () => {
      const registry = bridge(nothingKnown);
      await link(registry);
      file().save(registry.known);
      assert.deepEqual(file().load(), registry.known);
      assert.equal(statSync(path()).mode & 0o777, 0o600);
    });

    it('are none before the first bridge, and lost when the file is torn, or of another boot or other keys', () => {
      assert.deepEqual(file().load(), nothingKnown);
      file().save(nothingKnown);
      assert.equal(file('other scope').load(), undefined);
      writeFileSync(path(), readFileSync(path(), 'utf8').slice(0, 20));
      assert.equal(file().load(), undefined);
    });

    it('are lost rather than out of date when they cannot be written', () => {
      file().save(nothingKnown);
      const windows = file();
      // A name of which no temporary one can be made: the folder is gone from under it.
      dir.remove();
      windows.save(nothingKnown);
      assert.match(lines.join(), /warn .*windows\.json cannot be written/);
      assert.equal(existsSync(path()), false);
    });
  });
});
