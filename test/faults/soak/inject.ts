/** What each fault does. A fault is over when what it broke can work again; whether it does is looked at elsewhere. */
import { setTimeout as delay } from 'node:timers/promises';
import { stateFiles } from '../../../shared/state-files.ts';
import type { FaultScene, SceneWindow } from '../scene/fault-scene.ts';
import { ForeignServer } from '../scene/foreign-server.ts';
import type { Upstreams } from '../scene/upstreams.ts';
import type { InjectedKind } from './fault-kinds.ts';
import type { Randomness } from './randomness.ts';

interface FaultContext {
  readonly scene: FaultScene;
  /** For faults of one window. */
  readonly window: SceneWindow;
  /** For faults of servers behind the bridge. */
  readonly upstreams: Upstreams;
  readonly random: Randomness;
  /** Tokens and session ids of before are not valid any more. */
  readonly keysChange: () => void;
  readonly killShim: (random: Randomness) => Promise<void>;
  /** Something went wrong that is no operation's. */
  readonly problem: (text: string) => void;
}

type Inject = (context: FaultContext) => Promise<void>;

const pause = (random: Randomness, mostMs: number) => delay(random.between(0, mostMs));

/** Whoever else may start a bridge does it within this time. */
const leftToOthersMs = 8_000;
/** Longer than three beats of the link. */
const silentMs = 35_000;

const replace =
  (names: readonly string[]): Inject =>
  async ({ scene: { bridge }, keysChange }) => {
    const { port } = bridge;
    await bridge.kill();
    bridge.forget(names);
    keysChange();
    // The agents' address is not what this is about.
    await bridge.start(port === undefined ? [] : ['--port', String(port)]).catch(() => bridge.start());
  };

export const injections: Readonly<Record<InjectedKind, Inject>> = {
  async 'bridge-kill'({ scene: { bridge }, random }) {
    await bridge.kill();
    await pause(random, 500);
    await bridge.start();
  },

  async 'bridge-stop'({ scene: { bridge }, random }) {
    await bridge.stop();
    await pause(random, 500);
    await bridge.start();
  },

  async 'bridge-freeze'({ scene: { bridge }, random }) {
    await bridge.freeze(random.between(100, 4_000));
  },

  async 'bridge-left-to-others'({ scene: { bridge } }) {
    await bridge.kill();
    const untilMs = performance.now() + leftToOthersMs;
    while (performance.now() < untilMs && !(await bridge.answers())) await delay(100);
    await bridge.start();
  },

  async 'port-taken'({ scene: { bridge }, random, problem }) {
    const { port, editorSecret } = bridge;
    await bridge.kill();
    const foreign = port === undefined ? undefined : await ForeignServer.listen(port);
    await bridge.start();
    if (foreign === undefined) return;
    await delay(random.between(200, 2_500));
    if (editorSecret !== undefined && foreign.received.some((text) => text.includes(editorSecret))) {
      problem('a foreign server was sent the secret of the link');
    }
    await foreign.close();
    // Only a new bridge takes the port back.
    await bridge.kill();
    await bridge.start();
  },

  'keys-replaced': replace([stateFiles.sessionKey]),
  'state-replaced': replace(['.']),

  async rotated({ scene: { bridge }, keysChange }) {
    keysChange();
    await bridge.rotate();
    keysChange();
    await bridge.start();
  },

  async 'window-kill'({ window: { process }, random }) {
    await process.kill();
    await pause(random, 1_500);
    process.begin();
  },

  async 'window-reload'({ window: { process }, random }) {
    await process.leave();
    await pause(random, 500);
    process.begin();
  },

  async 'window-freeze'({ window: { process }, random }) {
    process.freeze();
    await delay(random.between(100, 4_000));
    process.thaw();
  },

  async 'window-asleep'({ window: { process } }) {
    process.freeze();
    await delay(silentMs);
    process.thaw();
  },

  async 'link-drop'({ window: { proxy } }) {
    proxy.drop();
  },

  async 'link-cut'({ window: { proxy }, random }) {
    proxy.cutAfter(Math.floor(random.between(1, 2_000)));
    await delay(1_000);
    // Too little passed to reach the cut.
    proxy.drop();
  },

  async 'link-slow'({ window: { proxy }, random }) {
    proxy.weather = { kind: 'slow', delayMs: random.between(10, 300) };
    await delay(random.between(500, 3_000));
    proxy.weather = { kind: 'clear' };
  },

  async 'link-stall'({ window: { proxy }, random }) {
    proxy.weather = { kind: 'silent' };
    await delay(random.between(200, 4_000));
    proxy.weather = { kind: 'clear' };
  },

  async 'link-half-open'({ window: { proxy } }) {
    proxy.weather = { kind: 'silent' };
    await delay(silentMs);
    proxy.drop();
    proxy.weather = { kind: 'clear' };
  },

  'shim-kill': ({ killShim, random }) => killShim(random),

  async 'upstream-kill'({ upstreams: { web }, random }) {
    await web.kill();
    await pause(random, 1_500);
    await web.begin();
  },

  async 'upstream-forgets'({ upstreams: { web } }) {
    web.order({ kind: 'forgets' });
  },

  async 'upstream-freeze'({ upstreams: { web }, random }) {
    await web.freeze(random.between(100, 4_000));
  },

  async 'upstream-refuses'({ upstreams: { web }, random }) {
    const told = random.pick([{}, { retryAfter: '0' }, { retryAfter: '1' }]);
    web.order({ kind: 'refuses', status: random.pick([429, 503]), ...told });
    await delay(random.between(200, 2_500));
    web.order({ kind: 'clear' });
  },

  async 'upstream-cut'({ upstreams: { web }, random }) {
    web.order({ kind: 'cuts' });
    await delay(random.between(100, 1_000));
    web.order({ kind: 'clear' });
  },

  'child-kill': ({ upstreams }) => upstreams.killChild(),

  'child-freeze': ({ upstreams, random }) => upstreams.freezeChild(random.between(100, 4_000)),
};
