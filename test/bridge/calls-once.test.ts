import assert from 'node:assert/strict';
import { join } from 'node:path';
import { agentHeaders } from '../../shared/agent-headers.ts';
import { BridgeProcess, runHoldfast } from '../support/bridge-process.ts';
import { eventually } from '../support/eventually.ts';
import { type KeyedAnswer, postKeyed, readKeyed, untilAnswered } from '../support/keyed-agent.ts';
import { postModern } from '../support/modern-http.ts';
import { pseudoRandom } from '../support/pseudo-random.ts';
import { openSession, postMcp } from '../support/raw-http.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { WindowProcess } from '../support/window-process.ts';

const done: KeyedAnswer = { ok: true, code: undefined, executed: 'yes' };
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('A keyed call on real processes', function () {
  this.timeout(60_000);
  let dir: TempDir;
  let bridge: BridgeProcess;
  let windows: WindowProcess[];

  beforeEach(async () => {
    dir = tempDir();
    bridge = await BridgeProcess.start({ stateDir: join(dir.path, 'state') });
    windows = [];
  });
  afterEach(async () => {
    for (const window of windows) await window.kill();
    await bridge.dispose();
    dir.remove();
  });

  async function openWindow(name = 'a'): Promise<WindowProcess> {
    const window = new WindowProcess({
      stateDir: bridge.stateDir,
      storage: join(dir.path, `storage-${name}`),
      editorId: `window-${name}`,
      folder: `/work/${name}`,
    });
    windows.push(window);
    window.start();
    await window.online();
    return window;
  }

  it('runs once for two requests at the same time, and answers both', async () => {
    const window = await openWindow();
    const answers = await Promise.all([
      postKeyed(bridge, { key: 'k1' }),
      postKeyed(bridge, { key: '"k1"', text: 'k1' }),
    ]);
    assert.deepEqual(answers.map(readKeyed), [done, done]);
    assert.deepEqual(readKeyed(await postKeyed(bridge, { key: 'k1' })), done);
    assert.deepEqual([...window.effects], [['k1', 1]]);
  });

  it('is not run under a key that was another call, not even by the next bridge', async () => {
    const window = await openWindow();
    assert.deepEqual(readKeyed(await postKeyed(bridge, { key: 'k1' })), done);
    const refused = { ok: false, code: 'invalid_input', executed: 'no' };
    assert.deepEqual(readKeyed(await postKeyed(bridge, { key: 'k1', text: 'other' })), refused);
    await bridge.kill();
    await bridge.start();
    assert.deepEqual(readKeyed(await postKeyed(bridge, { key: 'k1', text: 'other', repeat: true })), refused);
    assert.deepEqual(readKeyed(await postKeyed(bridge, { key: 'k1', repeat: true })), done);
    assert.deepEqual([...window.effects], [['k1', 1]]);
  });

  it('is refused with a way out when its key is none, and in a batch', async () => {
    await openWindow();
    for (const key of ['', 'a b', 'ü', 'x'.repeat(129), '"open']) {
      const raw = Buffer.from(key).toString('latin1');
      assert.equal(readKeyed(await postKeyed(bridge, { key: raw, text: 'none' })).code, 'invalid_input', key);
    }
    const session = await openSession(bridge, '2025-03-26');
    const batch = [{ jsonrpc: '2.0', id: 1, method: 'ping' }];
    const { status, text } = await postMcp(bridge, batch, { ...session, [agentHeaders.key]: 'k1' });
    assert.equal(status, 400);
    assert.match(text, /Idempotency-Key names one call; send it alone/);
  });

  it('takes a key in the legacy era, too', async () => {
    const window = await openWindow();
    const session = await openSession(bridge);
    const params = { name: 'edit_buffer', arguments: { create: [{ path: 'k1', text: 'k1' }] } };
    const send = () =>
      postMcp(
        bridge,
        { jsonrpc: '2.0', id: 7, method: 'tools/call', params },
        { ...session, [agentHeaders.key]: 'k1' },
      );
    assert.equal((await send()).text, (await send()).text);
    assert.deepEqual([...window.effects], [['k1', 1]]);
  });

  it('is forgotten by the window once its answer is acknowledged', async () => {
    const window = await openWindow();
    for (const key of ['k1', 'k2']) assert.deepEqual(readKeyed(await postKeyed(bridge, { key })), done);
    await eventually(() => (window.journal.split('"end"').length === 3 ? true : undefined), 'both results on disk');
    await postModern(bridge, { method: 'tools/list' }, { [agentHeaders.ack]: '"k1", unknown' });
    await eventually(() => (window.journal.includes('"forget"') ? true : undefined), 'the journal to forget');
    const again = readKeyed(await postKeyed(bridge, { key: 'k1' }));
    assert.deepEqual(again, { ok: false, code: 'outcome_unknown', executed: 'unknown' });
    assert.deepEqual(readKeyed(await postKeyed(bridge, { key: 'k2' })), done);
    assert.deepEqual([...window.effects.values()], [1, 1]);
  });

  it('goes to the window that has it, though another is back first after a crash of the bridge', async () => {
    const [a, b] = [await openWindow('a'), await openWindow('b')];
    // No path decides here: only the window's name in the first request did.
    const arguments_ = { create: [{ path: 'k1', text: 'k1' }], window: 'window-b' };
    const call = (more: object) =>
      postModern(
        bridge,
        { method: 'tools/call', params: { name: 'edit_buffer', arguments: arguments_ } },
        { [agentHeaders.key]: 'k1', ...more },
      );
    assert.deepEqual(readKeyed(await call({})), done);
    // The answer goes out before it stands on disk; without it nobody could tell what became of the call.
    await eventually(() => (b.journal.includes('"end"') ? true : undefined), 'the result on disk');
    await b.kill();
    await bridge.kill();
    await bridge.start();
    await a.online();
    const answering = call({ [agentHeaders.repeat]: '1' });
    await sleep(300);
    b.start();
    assert.deepEqual(readKeyed(await answering), done);
    assert.deepEqual([[...a.effects], [...b.effects]], [[], [['k1', 1]]]);
  });

  it('is not run again under new keys, where nobody can tell that it ran', async () => {
    const window = await openWindow();
    assert.deepEqual(readKeyed(await postKeyed(bridge, { key: 'k1' })), done);
    await bridge.stop();
    assert.equal((await runHoldfast(['rotate', '--state-dir', bridge.stateDir])).code, 0);
    await bridge.start();
    await window.online();
    const again = readKeyed(await postKeyed(bridge, { key: 'k1', repeat: true }));
    assert.deepEqual(again, { ok: false, code: 'outcome_unknown', executed: 'unknown' });
    assert.deepEqual([...window.effects], [['k1', 1]]);
  });

  it('waits for the right window after a crash, instead of taking the only one that is back', async () => {
    const [a, b] = [await openWindow('a'), await openWindow('b')];
    await b.kill();
    await bridge.kill();
    await bridge.start();
    await eventually(async () => ((await statusOf(bridge, 'window-a')) === 'ready' ? true : undefined), 'window a');
    assert.equal(await statusOf(bridge, 'window-b'), 'reconnecting');
    const answering = postKeyed(bridge, { key: 'k1', path: '/work/b' });
    b.start();
    assert.deepEqual(readKeyed(await answering), done);
    assert.deepEqual([[...a.effects], [...b.effects]], [[], [['k1', 1]]]);
  });

  it('runs exactly once each, a hundred of them through twelve kills of the bridge', async () => {
    const window = await openWindow();
    const random = pseudoRandom(4);
    const keys = Array.from({ length: 100 }, (_, n) => `k${n}`);
    let killing = true;
    const kills = (async () => {
      for (let kill = 0; kill < 12; kill += 1) {
        await sleep(random() * 120);
        await bridge.kill();
        await bridge.start();
        await window.online();
      }
      killing = false;
    })();
    const answers: KeyedAnswer[] = [];
    for (const key of keys) {
      answers.push(await untilAnswered(() => bridge, { key }));
      if (killing) await sleep(random() * 20);
    }
    await kills;
    assert.deepEqual(
      answers,
      keys.map(() => done),
    );
    assert.deepEqual(
      [...window.effects],
      keys.map((key) => [key, 1]),
    );
  });

  it('runs at most once, and is answered truly, when the extension host is killed in the middle of it', async () => {
    const window = await openWindow();
    const random = pseudoRandom(5);
    const outcomes: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const key = `k${round}`;
      const answering = untilAnswered(() => bridge, { key });
      await sleep(random() * 50);
      const bridgeToo = round % 3 === 2;
      await Promise.all([window.kill(), bridgeToo ? bridge.kill() : undefined]);
      if (bridgeToo) await bridge.start();
      window.start();
      const { ok, executed } = await answering;
      await window.online();
      const effects = window.effects.get(key) ?? 0;
      outcomes.push(`${ok ? 'ok' : executed}, ${effects}`);
    }
    const possible = new Set(['ok, 1', 'unknown, 0', 'unknown, 1', 'no, 0', 'yes, 1']);
    assert.deepEqual(
      outcomes.filter((outcome) => !possible.has(outcome)),
      [],
    );
  });

  it('is answered from the disk by the next extension host', async () => {
    const window = await openWindow();
    assert.deepEqual(readKeyed(await postKeyed(bridge, { key: 'k1' })), done);
    await eventually(() => (window.journal.includes('"end"') ? true : undefined), 'the result on disk');
    await window.kill();
    await bridge.kill();
    await bridge.start();
    window.start();
    await window.online();
    assert.deepEqual(readKeyed(await postKeyed(bridge, { key: 'k1', repeat: true })), done);
    assert.deepEqual([...window.effects], [['k1', 1]]);
  });
});

async function statusOf(bridge: BridgeProcess, id: string): Promise<string | undefined> {
  const response = await fetch(`${bridge.origin}/status`, { headers: { authorization: `Bearer ${bridge.token}` } });
  const { windows }: { windows: { id: string; readiness: string }[] } = JSON.parse(await response.text());
  return windows.find((window) => window.id === id)?.readiness;
}
