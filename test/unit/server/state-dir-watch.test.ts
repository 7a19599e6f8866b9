import assert from 'node:assert/strict';
import { StateDirWatch, type StateDirWatchDeps } from '../../../server/state-dir-watch.ts';
import { limits } from '../../../shared/limits.ts';
import type { BridgeFile } from '../../../shared/state-files.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { memoryLog } from '../../support/memory-log.ts';

const bridge = (instance: string): BridgeFile => ({
  pid: 7,
  port: 17_000,
  instance,
  version: '1',
  host: 'h',
  bootId: 'b',
});

describe('The watch of a bridge over its state directory', () => {
  let clock: FakeClock;
  let recorded: BridgeFile | undefined;
  let deeds: string[];
  let watch: StateDirWatch;
  let lines: string[];
  beforeEach(() => {
    clock = new FakeClock();
    recorded = bridge('own');
    deeds = [];
  });
  afterEach(() => watch.dispose());

  const start = (deps: Partial<StateDirWatchDeps> = {}) => {
    const memory = memoryLog();
    lines = memory.lines;
    watch = new StateDirWatch({
      instance: 'own',
      clock,
      log: memory.log,
      isSettled: () => true,
      holdsLock: () => false,
      recorded: () => recorded,
      record: () => {
        deeds.push('record');
        recorded = bridge('own');
      },
      find: () => {
        deeds.push('find');
        return Promise.resolve(recorded);
      },
      giveWay: ({ instance }) => void deeds.push(`give way to ${instance}`),
      ...deps,
    });
  };
  const looks = (count: number) => clock.advance(limits.stateCheckMs * count);

  it('gives way to another bridge that has proven itself', async () => {
    start();
    await looks(2);
    assert.deepEqual(deeds, []);
    recorded = bridge('other');
    await looks(1);
    assert.deepEqual(deeds, ['find', 'give way to other']);
    assert.match(lines.join('\n'), /^warn the state directory was replaced, and another bridge \(pid 7\) has it now$/);
  });

  it('leaves for nobody who does not prove itself, and for no directory that is gone or cannot be read', async () => {
    start({ find: () => Promise.resolve(undefined) });
    recorded = bridge('other');
    await looks(2);
    recorded = undefined;
    await looks(2);
    watch.dispose();
    start({
      recorded: () => {
        throw new Error('EACCES');
      },
    });
    await looks(3);
    assert.deepEqual(deeds, []);
    assert.deepEqual(lines, ['warn the state directory cannot be looked at: EACCES']);
  });

  it('names the bridge again in a directory that is still its own, and believes no other name in it', async () => {
    start({ holdsLock: () => true });
    recorded = undefined;
    await looks(2);
    assert.deepEqual(deeds, ['record']);
    recorded = bridge('other');
    await looks(2);
    assert.deepEqual(deeds, ['record']);
  });

  it('does nothing while another one takes over, also when that begins during the proof', async () => {
    let isSettled = false;
    let prove = (_: BridgeFile) => {};
    start({
      isSettled: () => isSettled,
      find: () => {
        deeds.push('find');
        return new Promise((resolve) => (prove = resolve));
      },
    });
    recorded = bridge('other');
    await looks(2);
    assert.deepEqual(deeds, []);
    isSettled = true;
    await looks(1);
    isSettled = false;
    prove(bridge('other'));
    await looks(2);
    assert.deepEqual(deeds, ['find']);
  });

  it('ends with the bridge', async () => {
    let prove = (_: BridgeFile) => {};
    start({ find: () => new Promise((resolve) => (prove = resolve)) });
    recorded = bridge('other');
    await looks(1);
    watch.dispose();
    prove(bridge('other'));
    await looks(2);
    assert.deepEqual([deeds, clock.pending], [[], 0]);
  });
});
