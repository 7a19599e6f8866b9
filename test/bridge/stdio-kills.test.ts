import assert from 'node:assert/strict';
import { CountingWindow } from '../support/counting-window.ts';
import { eventually } from '../support/eventually.ts';
import { pseudoRandom } from '../support/pseudo-random.ts';
import { type RpcAnswer, ShimProcess } from '../support/shim-process.ts';
import { isAlive, StartRig } from '../support/start-rig.ts';

const kills = 20;

/** What became of one call. */
interface Told {
  readonly path: string;
  readonly answer: RpcAnswer;
}

describe('The shim under kills', function () {
  this.timeout(150_000);
  let rig: StartRig;
  let window: CountingWindow;
  let shim: ShimProcess;
  const random = pseudoRandom(4);
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  beforeEach(async () => {
    rig = new StartRig();
    rig.makeStateDir();
    window = new CountingWindow(rig, () => random() * 15);
    shim = new ShimProcess({ stateDir: rig.stateDir });
    await Promise.all([window.start(), shim.initialize()]);
    await eventually(() => (window.link.state.kind === 'online' ? true : undefined), 'the window');
  });
  afterEach(async () => {
    await shim.dispose();
    await window.dispose();
    rig.dispose();
  });

  /** Kills the bridge that runs, and waits for the one that follows. */
  async function killBridge(): Promise<void> {
    const { pid } = rig;
    process.kill(pid, 'SIGKILL');
    // Longer than `eventually` waits: a busy machine takes seconds for the start of a process.
    for (const endMs = performance.now() + 20_000; rig.pid === pid || !isAlive(rig.pid); await pause(5)) {
      assert.ok(performance.now() < endMs, 'no other bridge was started');
    }
  }

  it(`lets the agent see no error of the protocol through ${kills} of them, and every write happens once`, async function () {
    const reads: Told[] = [];
    const writes: Told[] = [];
    let going = true;
    let count = 0;
    const write = async () => {
      while (going) {
        const path = `new-${++count}.txt`;
        writes.push({ path, answer: await shim.call('edit_buffer', { create: [{ path, text: 'x' }] }) });
      }
    };
    const read = async () => {
      while (going) reads.push({ path: 'a', answer: await shim.call('read_buffer', { path: 'a.txt' }) });
    };
    const streams = [write(), write(), read()];
    for (let kill = 0; kill < kills; kill += 1) {
      await pause(20 + random() * 400);
      await killBridge();
    }
    await pause(200);
    going = false;
    await Promise.all(streams);

    const failed = [...reads, ...writes].filter(
      ({ answer: { result } }) => result === undefined || result['isError'] === true,
    );
    assert.deepEqual(failed, []);
    assert.deepEqual(
      writes.filter(({ path }) => window.writes.get(path) !== 1).map(({ path }) => [path, window.writes.get(path)]),
      [],
    );
    assert.equal(window.writes.size, writes.length);
    assert.deepEqual(shim.garbage, []);
    assert.ok(writes.length > kills && reads.length > kills, `${writes.length} writes, ${reads.length} reads`);
    if (this.test !== undefined) this.test.title += `: ${writes.length} writes, ${reads.length} reads`;
  });
});
