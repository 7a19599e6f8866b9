import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBridgeLog } from '../../server/bridge-log.ts';
import { limits } from '../../shared/limits.ts';
import { BridgeProcess, runHoldfast } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

describe('the log of the bridge', () => {
  let dir: TempDir;
  let bridge: BridgeProcess | undefined;

  beforeEach(() => {
    dir = tempDir();
  });
  afterEach(async () => {
    await bridge?.dispose();
    bridge = undefined;
    dir.remove();
  });

  const open = (stderr: string[] = []) =>
    openBridgeLog({ stateDir: dir.path, stderr: (line) => stderr.push(line), timestamp: () => 'T' });

  it('writes one line per entry, the same to stderr, and lets nobody forge one', async () => {
    const stderr: string[] = [];
    const { log, flush } = open(stderr);
    log.area('agents').warn('agent "x\n2026 info  forged\u001b[2J" came');
    log.info('next');
    await flush();
    const expected = ['T warn  [agents] agent "x\n    2026 info  forged [2J" came', 'T info  next'];
    assert.deepEqual(stderr, expected);
    assert.equal(readFileSync(join(dir.path, 'bridge.log'), 'utf8'), `${expected.join('\n')}\n`);
  });

  it('is rotated by size, keeps a bounded number of files, each private', async () => {
    const { log, flush } = open();
    const line = 'x'.repeat(64 * 1024);
    const total = (limits.logMaxBytes * (limits.logMaxFiles + 3)) / line.length;
    for (let n = 0; n < total; n++) log.info(line);
    await flush();
    const files = readdirSync(dir.path).sort();
    const rotated = Array.from({ length: limits.logMaxFiles }, (_, n) => `bridge.log.${n + 1}`);
    assert.deepEqual(files, ['bridge.log', ...rotated]);
    for (const name of files) {
      const { size, mode } = statSync(join(dir.path, name));
      assert.ok(size < limits.logMaxBytes + 2 * line.length, `${name}: ${size}`);
      assert.equal(mode & 0o777, 0o600, name);
    }
  });

  it('loses the file but not the bridge when the file cannot be opened', async () => {
    const stateDir = join(dir.path, 'state');
    mkdirSync(join(stateDir, 'bridge.log'), { recursive: true, mode: 0o700 });
    bridge = await BridgeProcess.start({ stateDir });
    await eventually(() => /log file cannot be written/.exec(bridge?.stderr ?? '') ?? undefined, 'the warning');
    assert.equal((await runHoldfast(['call', 'list_windows', '--state-dir', stateDir])).code, 0);
    assert.deepEqual(await bridge.stop(), { code: 0, signal: null });
  });

  it('tells of a crash with its stack before the process ends with 1', async () => {
    const stateDir = join(dir.path, 'state');
    const crash = join(dir.path, 'crash.cjs');
    writeFileSync(crash, "setTimeout(() => { throw new Error('out of the blue'); }, 500);");
    const { code, stderr } = await runHoldfast(['serve', '--port', '0', '--state-dir', stateDir], {
      env: { NODE_OPTIONS: `--require ${crash}` },
    });
    assert.equal(code, 1);
    const told = /error the bridge crashed: Error: out of the blue\n +at .*crash\.cjs/;
    assert.match(stderr, told);
    assert.match(readFileSync(join(stateDir, 'bridge.log'), 'utf8'), told);
  });
});
