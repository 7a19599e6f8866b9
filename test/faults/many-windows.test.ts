import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { CallRouter } from '../../extension/link/call-router.ts';
import { MemoryJournal } from '../../extension/link/journal.ts';
import { Link } from '../../extension/link/link.ts';
import { openLinkSocket } from '../../extension/link/socket.ts';
import { systemClock } from '../../shared/clock.ts';
import { DisposableStore } from '../../shared/disposable.ts';
import { createLog } from '../../shared/log.ts';
import { noQuestions } from '../support/no-questions.ts';
import { sampleWindow } from '../support/sample-window.ts';
import { StartRig } from '../support/start-rig.ts';

const count = 50;
/** A few steps of the backoff: whoever tries before the new bridge is up waits for its record. */
const togetherMs = 15_000;

describe('Fifty windows that lose one bridge', function () {
  this.timeout(60_000);
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

  const openWindow = (index: number): Link => {
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
      mayStartBridge: () => true,
      present: async () => {},
      identity: { editorId: `window-${index}`, epoch: 'epoch-1', renew: () => assert.fail('nobody else has this id') },
      extensionVersion: '0.1.0',
      describeWindow: () => sampleWindow,
      toolNames: [],
    });
    store.add(link);
    link.start();
    return link;
  };
  const instanceOf = ({ state }: Link) => (state.kind === 'online' ? state.bridge.instance : undefined);

  /** Waits until all are at the same bridge, which is another one than the last. */
  const atOneBridge = async (links: readonly Link[], last: string | undefined): Promise<string> => {
    const untilMs = performance.now() + togetherMs;
    for (;;) {
      const [instance, ...others] = new Set(links.map(instanceOf));
      if (instance !== undefined && instance !== last && others.length === 0) return instance;
      if (performance.now() > untilMs) {
        const states = links.map(({ state }) => ('reason' in state ? `${state.kind}: ${state.reason}` : state.kind));
        assert.fail(`after ${togetherMs} ms: ${JSON.stringify(states)}\n${rig.logged.slice(-20).join('\n')}`);
      }
      await delay(20);
    }
  };

  it('start exactly one, and are all at it within seconds, over three kills', async () => {
    const links = Array.from({ length: count }, (_, index) => openWindow(index));
    let last: string | undefined;
    for (let kill = 0; kill <= 3; kill++) {
      const instance = await atOneBridge(links, last);
      last = instance;
      process.kill(rig.pid, 'SIGKILL');
    }
    assert.deepEqual(
      rig.logged.filter((line) => line.includes('503')),
      [],
      'nobody was turned away',
    );
    const starts = rig.logged.filter((line) => line.includes('starting the bridge'));
    // The last kill may have been noticed already.
    assert.ok(starts.length >= 4 && starts.length <= 5, `${starts.length} starts`);
  });
});
