import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openJournalDisk } from '../../extension/link/journal-disk.ts';
import type { JournalDisk } from '../../extension/link/journal-file.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeJournalDisk } from '../support/fake-journal-disk.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

interface Place {
  /** For the next writer. */
  open(): JournalDisk;
  /** Lets time pass for whoever needs it. */
  pass(): Promise<void>;
}

function suite(name: string, place: () => Place): void {
  describe(`${name} of the journal`, () => {
    let world: Place;
    beforeEach(() => {
      world = place();
    });
    const done = async <T>(work: Promise<T>): Promise<T> => {
      await world.pass();
      return work;
    };

    it('has nothing before the first write', async () => {
      assert.equal(await done(world.open().read()), undefined);
    });

    it('keeps what was added, in order, for the next writer too', async () => {
      const disk = world.open();
      await done(disk.append('a\n'));
      await done(disk.append('ü\n'));
      assert.equal(await done(disk.read()), 'a\nü\n');
      await done(disk.close());
      const next = world.open();
      await done(next.append('c\n'));
      assert.equal(await done(next.read()), 'a\nü\nc\n');
      await done(next.close());
    });

    it('puts one text in place of all others, and goes on from there', async () => {
      const disk = world.open();
      await done(disk.append('old\n'));
      await done(disk.replace('new\n'));
      await done(disk.append('more\n'));
      assert.equal(await done(disk.read()), 'new\nmore\n');
      await done(disk.close());
    });

    it('can be emptied, also when there is nothing', async () => {
      const disk = world.open();
      await done(disk.spoil());
      assert.equal((await done(disk.read())) ?? '', '');
      await done(disk.append('a\n'));
      await done(disk.spoil());
      assert.equal(await done(disk.read()), '');
      await done(disk.append('b\n'));
      assert.equal(await done(disk.read()), 'b\n');
      await done(disk.close());
    });

    it('may be closed twice', async () => {
      const disk = world.open();
      await done(disk.append('a\n'));
      await done(disk.close());
      await done(disk.close());
    });
  });
}

suite('A fake disk', () => {
  const clock = new FakeClock();
  const disk = new FakeJournalDisk(clock, () => 0.5);
  return { open: () => disk.open(), pass: () => clock.advance(10) };
});

describe('The disk', () => {
  let dir: TempDir;
  beforeEach(() => {
    dir = tempDir();
  });
  afterEach(() => dir.remove());
  suite('A real file', () => ({ open: () => openJournalDisk(join(dir.path, 'w.jsonl')), pass: async () => {} }));

  it('shows the journal to its user alone, and leaves no temporary file', async () => {
    const disk = openJournalDisk(join(dir.path, 'w.jsonl'));
    await disk.replace('a\n');
    await disk.append('b\n');
    await disk.close();
    assert.deepEqual(readdirSync(dir.path), ['w.jsonl']);
    assert.equal(statSync(join(dir.path, 'w.jsonl')).mode & 0o777, 0o600);
  });

  it('rejects what cannot be written, and leaves what was there', async () => {
    mkdirSync(join(dir.path, 'folder.jsonl'));
    const disk = openJournalDisk(join(dir.path, 'folder.jsonl'));
    await assert.rejects(disk.append('a'));
    await assert.rejects(disk.replace('a'));
    await assert.rejects(disk.spoil());
    assert.deepEqual(readdirSync(dir.path), ['folder.jsonl']);
  });
});
