import assert from 'node:assert/strict';
import {
  bootIdFromUptime,
  currentBoot,
  mayBeAlive,
  readBridgeFile,
  removeBridgeFile,
  writeBridgeFile,
} from '../../../server/bridge-file.ts';
import { writePrivate } from '../../../server/private-files.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { tempDir } from '../../support/temp-dir.ts';

const boot = { host: 'here', bootId: 'now' };
const record = { pid: process.pid, port: 17_000, instance: 'i', version: '1', ...boot };

describe('the record of the running bridge', () => {
  it('is read back as it was written, and removed by its own instance only', () => {
    const dir = tempDir();
    try {
      writeBridgeFile(dir.path, record);
      assert.deepEqual(readBridgeFile(dir.path), record);
      removeBridgeFile(dir.path, 'other', memoryLog().log);
      assert.deepEqual(readBridgeFile(dir.path), record);
      removeBridgeFile(dir.path, 'i', memoryLog().log);
      assert.equal(readBridgeFile(dir.path), undefined);
      for (const damaged of ['', '{', '{}', JSON.stringify({ ...record, port: 0 })]) {
        writePrivate(`${dir.path}/bridge.json`, damaged);
        assert.equal(readBridgeFile(dir.path), undefined, damaged);
      }
    } finally {
      dir.remove();
    }
  });

  it('counts only on this machine, in this boot, while its process lives', () => {
    assert.equal(mayBeAlive(record, boot), true);
    assert.equal(mayBeAlive({ ...record, host: 'elsewhere' }, boot), false);
    assert.equal(mayBeAlive({ ...record, bootId: 'before' }, boot), false);
    assert.equal(mayBeAlive({ ...record, pid: 2 ** 22 - 1 }, boot), false);
  });

  it('names the same boot whenever it is asked', () => {
    assert.deepEqual(currentBoot(1_000), currentBoot(1_000));
    const bootedAtMs = 1_767_269_100_000;
    const ids = [0, 60, 3_600, 86_400].map((up) => bootIdFromUptime(bootedAtMs + up * 1_000 + 900, up));
    assert.equal(new Set(ids).size, 1);
    assert.notEqual(bootIdFromUptime(bootedAtMs + 3_600_000, 0), ids[0]);
  });
});
