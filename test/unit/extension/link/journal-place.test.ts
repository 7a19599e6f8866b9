import assert from 'node:assert/strict';
import { JournalPlace } from '../../../../extension/link/journal-place.ts';
import { LastingJournal } from '../../../../extension/link/lasting-journal.ts';
import { type Disposable, toDisposable } from '../../../../shared/disposable.ts';
import { limits } from '../../../../shared/limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { FakeJournalDisk } from '../../../support/fake-journal-disk.ts';
import { memoryLog } from '../../../support/memory-log.ts';

/** What the windows of one user share: locks that end with their owner, and files. */
class Storage {
  readonly clock = new FakeClock();
  readonly held = new Set<string>();
  readonly disks = new Map<string, FakeJournalDisk>();
  locksWork = true;

  disk(id: string): FakeJournalDisk {
    const disk = this.disks.get(id) ?? new FakeJournalDisk(this.clock, () => 0.5);
    this.disks.set(id, disk);
    return disk;
  }

  async lock(id: string): Promise<Disposable | undefined> {
    if (!this.locksWork) throw new Error('no sockets here');
    if (this.held.has(id)) return undefined;
    this.held.add(id);
    return toDisposable(() => this.held.delete(id));
  }
}

class Window implements Disposable {
  readonly ids: string[];
  readonly journal: LastingJournal;
  readonly place: JournalPlace;
  readonly lines: string[];
  opened = false;

  constructor(storage: Storage, id: string, fresh = false) {
    const { log, lines } = memoryLog();
    this.lines = lines;
    const ids = [id];
    this.ids = ids;
    this.journal = new LastingJournal({ clock: storage.clock, log });
    this.place = new JournalPlace({
      journal: this.journal,
      identity: {
        get editorId() {
          return ids.at(-1) ?? '';
        },
        renew: () => this.renew(),
      },
      lock: (editorId) => storage.lock(editorId),
      disk: (editorId) => storage.disk(editorId).open(),
      clock: storage.clock,
      log,
    });
    void this.place.open(fresh).then(() => (this.opened = true));
  }

  /** As the bridge may ask for, too. */
  renew(): void {
    this.ids.push(`${this.ids[0]}-${this.ids.length}`);
    this.place.moved();
  }

  change(id: string): void {
    void this.journal.run({ id, tool: 'tool', effect: 'write' }, async () => ({ ok: true, content: id }));
  }

  dispose(): void {
    this.place.dispose();
    this.journal.dispose();
  }
}

describe('The place of a window journal', () => {
  let storage: Storage;
  const windows: Window[] = [];
  beforeEach(() => {
    storage = new Storage();
  });
  afterEach(() => {
    for (const window of windows.splice(0)) window.dispose();
  });

  async function open(id: string, fresh = false): Promise<Window> {
    const window = new Window(storage, id, fresh);
    windows.push(window);
    await storage.clock.advance(20);
    return window;
  }

  it('is taken over by the next life of the window as soon as the one before has let go', async () => {
    const first = await open('w', true);
    first.change('c');
    await storage.clock.advance(20);
    const second = await open('w');
    assert.equal(second.opened, false);
    first.dispose();
    await storage.clock.advance(limits.journalLockPollMs + 20);
    assert.deepEqual([second.opened, second.journal.ids, second.ids], [true, ['c'], ['w']]);
  });

  it('is given up by a window only after its last write', async () => {
    const first = await open('w', true);
    first.change('c');
    first.dispose();
    assert.equal(storage.held.has('w'), true);
    await storage.clock.advance(20);
    assert.equal(storage.held.has('w'), false);
    assert.match(storage.disk('w').content ?? '', /"intent","id":"c"/);
  });

  it('is never shared: a second living window takes a new id, and starts with nothing', async () => {
    const first = await open('w', true);
    first.change('c');
    const second = await open('w');
    await storage.clock.advance(limits.journalLockWaitMs + 100);
    assert.deepEqual([second.opened, second.ids, second.journal.ids], [true, ['w', 'w-1'], []]);
    assert.equal(second.journal.gapMs, 0);
    second.change('d');
    await storage.clock.advance(20);
    assert.ok(!storage.disk('w').content?.includes('"d"'));
    assert.ok(storage.disk('w-1').content?.includes('"d"'));
  });

  it('moves with the window when the bridge makes it take another id', async () => {
    const window = await open('w', true);
    window.change('c');
    await storage.clock.advance(20);
    window.renew();
    await storage.clock.advance(20);
    assert.deepEqual([...storage.held], ['w-1']);
    assert.match(storage.disk('w-1').content ?? '', /"intent","id":"c"/);
  });

  it('is nowhere where locks do not work, and nothing is taken for whole after that', async () => {
    storage.locksWork = false;
    const window = await open('w');
    assert.equal(window.opened, true);
    assert.ok(window.journal.gapMs > 0);
    assert.match(window.lines.join(), /does not survive a reload of this window: no sockets here/);
    window.change('c');
    await storage.clock.advance(20);
    assert.deepEqual([window.journal.ids, storage.disks.size], [['c'], 0]);
  });

  it('is not taken by a window that closed while it waited', async () => {
    const first = await open('w', true);
    const second = await open('w');
    second.dispose();
    first.dispose();
    await storage.clock.advance(limits.journalLockWaitMs);
    assert.equal(storage.held.size, 0);
  });
});
