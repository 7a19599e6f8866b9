import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { CallRouter } from '../../extension/link/call-router.ts';
import { MemoryJournal } from '../../extension/link/journal.ts';
import { Link } from '../../extension/link/link.ts';
import { openLinkSocket } from '../../extension/link/socket.ts';
import { systemClock } from '../../shared/clock.ts';
import { DisposableStore } from '../../shared/disposable.ts';
import { createLog } from '../../shared/log.ts';
import { closeCodes } from '../../shared/protocol.ts';
import { stateFiles } from '../../shared/state-files.ts';
import { eventually } from '../support/eventually.ts';
import { noQuestions } from '../support/no-questions.ts';
import { sampleWindow } from '../support/sample-window.ts';
import { isAlive, StartRig } from '../support/start-rig.ts';

const run = promisify(execFile);
const signal = new AbortController().signal;

describe('A window and its bridge', function () {
  this.timeout(30_000);
  let rig: StartRig;
  let store: DisposableStore;
  beforeEach(() => {
    rig = new StartRig();
    store = new DisposableStore();
  });
  afterEach(() => {
    store.dispose();
    rig.dispose();
  });

  function window({ mayStart, editorId = 'window-1' }: { mayStart: boolean; editorId?: string }): Link {
    const clock = systemClock;
    const log = createLog((_level, message) => rig.logged.push(message));
    const journal = store.add(new MemoryJournal({ clock }));
    const calls = new CallRouter({
      definitions: {},
      handlers: {},
      journal,
      clock,
      log,
      isTrusted: () => true,
      ...noQuestions,
    });
    const link = new Link({
      clock,
      log,
      random: Math.random,
      bridge: rig.bridge(),
      openSocket: openLinkSocket,
      calls: store.add(calls),
      mayStartBridge: () => mayStart,
      present: async () => {},
      identity: { editorId, epoch: 'epoch-1', renew: () => assert.fail('nobody else has this id') },
      extensionVersion: '0.1.0',
      describeWindow: () => sampleWindow,
      toolNames: [],
    });
    store.add(link);
    link.start();
    return link;
  }

  /** The instance that the link is online with, once it is with another one than `before`. */
  function online(link: Link, before?: string): Promise<string> {
    return eventually(
      () => {
        const { state } = link;
        return state.kind === 'online' && state.bridge.instance !== before ? state.bridge.instance : undefined;
      },
      `a link; the log:\n${rig.logged.join('\n')}`,
    );
  }

  it('starts it, and heals after it was killed', async () => {
    const link = window({ mayStart: true });
    const first = await online(link);
    process.kill(rig.pid, 'SIGKILL');
    await online(link, first);
    assert.match(rig.logged.join('\n'), /link lost|attempt 1 failed/);
  });

  it('waits for it where it may not start one, and joins at once the one that somebody starts', async () => {
    const link = window({ mayStart: false });
    await eventually(
      () => (link.state.kind === 'waiting' && link.state.attempt >= 3 ? true : undefined),
      'two attempts',
    );
    await rig.bridge().start(signal);
    const startedMs = performance.now();
    await online(link);
    // The third attempt comes after two to four seconds by itself.
    assert.ok(performance.now() - startedMs < 1_000, 'woken by the state file');
  });

  it('follows it through a restart that the user asked for', async () => {
    const link = window({ mayStart: true });
    const first = await online(link);
    link.restartBridge();
    await online(link, first);
    assert.equal(link.state.kind, 'online');
  });

  it('refuses a hello without a proof, and survives logging that to a starter which reads no more', async () => {
    await rig.bridge().start(signal);
    const { found } = await rig.bridge().find(signal);
    assert.ok(found.kind === 'proven');
    const socket = store.add(await openLinkSocket(found, signal));
    const closed = new Promise<number>((resolve) =>
      socket.listen({ message: () => {}, traffic: () => {}, presenceAsked: () => {}, closed: (code) => resolve(code) }),
    );
    socket.send('{"type":"hello"}');
    assert.equal(await closed, closeCodes.notAuthorised);
    // It wrote that to a stderr that nobody reads any more.
    assert.equal((await rig.bridge().find(signal)).found.kind, 'proven');
  });

  it('loses it, and the programs, but no key when the extension is uninstalled', async () => {
    const bridge = rig.bridge();
    await bridge.start(signal);
    const { pid } = rig;
    const script = join(rig.stateDir, 'uninstall.cjs');
    const entry = fileURLToPath(new URL('../../extension/uninstall.ts', import.meta.url));
    buildSync({
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: script,
      logLevel: 'error',
    });
    const env = { PATH: process.env.PATH, HOLDFAST_STATE_DIR: rig.stateDir };
    await run(process.execPath, [script], { env });
    await eventually(() => (isAlive(pid) ? undefined : true), 'the end of the bridge');
    assert.ok(!existsSync(bridge.binDir));
    assert.ok(existsSync(join(rig.stateDir, stateFiles.token)));
    await run(process.execPath, [script], { env });
  });
});
