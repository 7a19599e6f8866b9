import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Claim } from '../../../server/claim-state-dir.ts';
import { StateDirError } from '../../../server/private-files.ts';
import { type RotateDeps, rotate } from '../../../server/rotate.ts';
import { openSecrets } from '../../../server/state-dir.ts';
import { limits } from '../../../shared/limits.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const running = (instance: string, pid: number): Claim => ({
  kind: 'running',
  bridge: { pid, instance, port: 17_000, version: '1', host: 'h', bootId: 'b' },
});

describe('A rotation of the secrets', () => {
  let dir: TempDir;
  let stateDir: string;
  let clock: FakeClock;
  let token: string;
  let stopped: number[];
  let released: number;
  beforeEach(() => {
    dir = tempDir();
    stateDir = join(dir.path, 'state');
    token = openSecrets(stateDir).token;
    clock = new FakeClock();
    stopped = [];
    released = 0;
  });
  afterEach(() => dir.remove());

  const tokenNow = () => readFileSync(join(stateDir, 'token'), 'utf8').trim();
  const ours = (): Claim => ({ kind: 'ours', lock: { stands: true, dispose: () => released++ } });
  const run = (claim: RotateDeps['claim'], stop: RotateDeps['stop'] = (pid) => void stopped.push(pid)) =>
    rotate({ stateDir, json: true }, { claim, stop, clock, stdout: () => undefined });

  it('asks each bridge once that comes before it, and changes nothing until it is alone', async () => {
    const claims = [running('one', 1), running('one', 1), running('two', 2), ours()];
    const done = run(() => {
      assert.equal(tokenNow(), token);
      return Promise.resolve(claims.shift() ?? ours());
    });
    await clock.advance(limits.rotateRetryMs * 3);
    assert.equal(await done, 0);
    assert.deepEqual([stopped, released, tokenNow() === token], [[1, 2], 1, false]);
  });

  it('is not stopped by a bridge that has left before it was asked', async () => {
    const claims = [running('one', 1), ours()];
    const done = run(
      () => Promise.resolve(claims.shift() ?? ours()),
      () => {
        throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
      },
    );
    await clock.advance(limits.rotateRetryMs);
    assert.equal(await done, 0);
  });

  it('gives up on a bridge that does not leave, names it, and has changed nothing', async () => {
    const done = run(() => Promise.resolve(running('one', 77)));
    const refused = assert.rejects(done, (error: unknown) => {
      assert.ok(error instanceof StateDirError);
      assert.match(error.message, /\(pid 77\) does not leave, and nothing was rotated\. End that process/);
      return true;
    });
    await clock.advance(limits.rotateMs + limits.rotateRetryMs);
    await refused;
    assert.deepEqual([stopped, tokenNow()], [[77], token]);
  });

  it('gives up where nobody can be told who holds the directory, and has changed nothing', async () => {
    const done = run(() => Promise.reject(new Error('another process holds it')));
    await assert.rejects(done, (error: unknown) => {
      assert.ok(error instanceof StateDirError);
      assert.match(error.message, /^Nothing was rotated: another process holds it$/);
      return true;
    });
    assert.equal(tokenNow(), token);
  });
});
