import assert from 'node:assert/strict';
import type { BridgeLook } from '../../../server/bridge-client.ts';
import { claimStateDir } from '../../../server/claim-state-dir.ts';
import { StateDirError } from '../../../server/private-files.ts';
import { toDisposable } from '../../../shared/disposable.ts';
import type { SocketLockDeps } from '../../../shared/socket-lock.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const bridge = { pid: 7, port: 17_000, instance: 'i', version: '1', host: 'h', bootId: 'b', features: [] };

describe('A claim to a state directory', () => {
  const claim = (looks: readonly BridgeLook[], bind: SocketLockDeps['bind']) => {
    const clock = new FakeClock();
    let count = 0;
    const claimed = claimStateDir({
      // On a pipe the bind is the lock.
      lockPath: '\\\\.\\pipe\\holdfast-abc-bridge.lock',
      lockDeps: {
        bind,
        probe: () => Promise.resolve('absent'),
        link: () => 'absent',
        identity: () => undefined,
        remove: () => {},
        candidates: () => [],
        clock,
        random: () => 0,
      },
      look: () => Promise.resolve(looks[count++] ?? { kind: 'none' }),
      clock,
      waitMs: 1_000,
      retryMs: 100,
    });
    return { claimed, clock };
  };
  const taken = () => Promise.resolve(undefined);
  const fails = async ({ claimed, clock }: ReturnType<typeof claim>, message: RegExp) => {
    const refused = assert.rejects(claimed, (error) => error instanceof StateDirError && message.test(error.message));
    await clock.advance(1_000);
    await refused;
  };

  it('finds the bridge that comes up, or is it', async () => {
    const { claimed, clock } = claim([{ kind: 'none' }, { kind: 'running', bridge }], taken);
    await clock.advance(100);
    assert.deepEqual(await claimed, { kind: 'running', bridge });
    const ours = claim([], () => Promise.resolve(toDisposable(() => {})));
    assert.equal((await ours.claimed).kind, 'ours');
  });

  it('names the process of a bridge that hangs, after it has waited for it', async () => {
    const silent: BridgeLook = { kind: 'silent', bridge };
    await fails(
      claim(Array<BridgeLook>(20).fill(silent), taken),
      /^the bridge \(process 7\) does not answer: it is stopped, or hangs\. Let that process go on or end it/,
    );
    const { claimed, clock } = claim([silent, { kind: 'running', bridge }], taken);
    await clock.advance(100);
    assert.equal((await claimed).kind, 'running');
  });

  it('says what it knows of a holder that is no bridge yet, and of a directory that takes no lock', async () => {
    await fails(claim([], taken), /another process holds .*bridge\.lock but answers no proof; stop it/);
    await fails(
      claim([], () => Promise.reject(new Error('/s is missing or cannot be written (EACCES)'))),
      /^no bridge can run on this state directory: \/s is missing or cannot be written/,
    );
  });
});
