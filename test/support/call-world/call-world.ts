import { Dispatcher } from '../../../server/calls/dispatcher.ts';
import { Cancellation } from '../../../server/editors/cancellation.ts';
import { EditorRegistry } from '../../../server/editors/editor-registry.ts';
import { formatKnownWindows, parseKnownWindows } from '../../../server/editors/known-windows.ts';
import { FakeClock } from '../fake-clock.ts';
import { nothingKnown } from '../fake-session-link.ts';
import { memoryLog } from '../memory-log.ts';
import { pseudoRandom } from '../pseudo-random.ts';
import { worldTools } from './world-tools.ts';
import { WorldWindow } from './world-window.ts';

interface Bridge {
  readonly registry: EditorRegistry;
  readonly dispatcher: Dispatcher;
  /** Rejects when the bridge is killed. */
  readonly death: Promise<never>;
  readonly die: () => void;
}

/** The window that a call is for: by the folder that holds the path, or by its id too. */
interface Where {
  readonly path: string;
  readonly window?: string;
}

/** What the agent was told of one call, and what it did. */
export interface Told {
  readonly ok: boolean;
  readonly code: string | undefined;
  readonly executed: string;
}

/**
 * An agent, a bridge and windows in one process under one clock: the dispatcher, registry, sessions, router and journal
 * are the real ones; wire, disk and time are not, so that a fault can fall on every point of a call.
 */
export class CallWorld {
  readonly clock = new FakeClock();
  readonly windows: readonly WorldWindow[];
  readonly effects = new Map<string, number>();
  /** By key: one answer, or two when it was asked twice at once. */
  readonly told = new Map<string, readonly Told[]>();
  readonly errors: string[] = [];
  readonly #random: () => number;
  readonly #cancels = new Map<string, Cancellation>();
  #windowsFile: string | undefined;
  #bridge: Bridge | undefined;

  constructor(seed: number, windows: Readonly<Record<string, string>> = { 'window-a': '/a', 'window-b': '/b' }) {
    this.#random = pseudoRandom(seed);
    this.#startBridge();
    this.windows = Object.entries(windows).map(
      ([id, folder]) =>
        new WorldWindow({
          clock: this.clock,
          random: this.#random,
          id,
          folder,
          bridge: () => this.#bridge?.registry,
          effect: (text) => this.effects.set(text, (this.effects.get(text) ?? 0) + 1),
        }),
    );
  }

  /** kill -9, and a new one on the same state directory. */
  killBridge(): void {
    const bridge = this.#bridge;
    if (bridge === undefined) return;
    this.#bridge = undefined;
    bridge.die();
    bridge.registry.dispose();
    this.clock.after(50 + this.#random() * 500, () => this.#startBridge());
  }

  /** One tools/call under a key, sent until there is an answer. */
  async call(key: string, where: Where, tool: keyof typeof worldTools = 'change'): Promise<void> {
    for (let repeat = false; ; repeat = true) {
      const bridge = this.#bridge;
      const told = bridge === undefined ? [] : await this.#askOnceOrTwice(bridge, key, where, tool, repeat);
      if (told.length > 0) {
        this.told.set(key, told);
        return;
      }
      await new Promise<void>((resolve) => this.clock.after(this.#pauseMs(), resolve));
    }
  }

  /** The agent does not want the call any more. */
  cancel(key: string): void {
    this.#cancels.get(key)?.abort();
  }

  acknowledge(key: string): void {
    this.#bridge?.dispatcher.acknowledge([key]);
  }

  dispose(): void {
    const bridge = this.#bridge;
    this.#bridge = undefined;
    bridge?.die();
    for (const window of this.windows) window.dispose();
    bridge?.registry.dispose();
  }

  /** Mostly an agent repeats soon, sometimes after the windows' grace. */
  #pauseMs(): number {
    return 20 + this.#random() * (this.#random() < 0.2 ? 60_000 : 200);
  }

  /** A repeat may overtake the end of what it repeats. */
  async #askOnceOrTwice(
    bridge: Bridge,
    key: string,
    where: Where,
    tool: string,
    repeat: boolean,
  ): Promise<readonly Told[]> {
    const asking = this.#ask(bridge, key, where, tool, repeat);
    const all = this.#random() < 0.8 ? [asking] : [asking, this.#ask(bridge, key, where, tool, true)];
    return (await Promise.all(all)).filter((told) => told !== undefined);
  }

  async #ask(bridge: Bridge, key: string, where: Where, tool: string, repeat: boolean): Promise<Told | undefined> {
    const signal = new Cancellation();
    this.#cancels.set(key, signal);
    const agent = { name: 'agent', version: '1', folders: () => Promise.resolve([]) };
    const call = { name: tool, arguments: { ...where, text: key }, agent, signal, identity: { id: key, repeat } };
    try {
      return toldBy(await Promise.race([bridge.dispatcher.call(call), bridge.death]));
    } catch {
      // The bridge is gone, and with it the answer.
      return undefined;
    }
  }

  #startBridge(): void {
    const { log } = memoryLog();
    const text = this.#windowsFile;
    const registry = new EditorRegistry({
      instance: 'i',
      version: '1',
      clock: this.clock,
      log,
      known: text === undefined ? nothingKnown : parseKnownWindows(text, 'boot'),
    });
    registry.onDidChangeKnown(() => {
      if (this.#bridge?.registry === registry) this.#windowsFile = formatKnownWindows(registry.known, 'boot');
    });
    let ids = 0;
    const dispatcher = new Dispatcher({
      catalog: worldTools,
      bridgeTools: new Map(),
      editors: registry,
      newCallId: () => `keyless-${++ids}`,
      tokenId: 'token-1',
      digest: (text) => text.slice(0, 64),
      clock: this.clock,
      log: { ...log, error: (message) => this.errors.push(message) },
    });
    let die = (): void => {};
    const death = new Promise<never>((_resolve, reject) => {
      die = () => reject(new Error('the bridge was killed'));
    });
    death.catch(() => {});
    this.#bridge = { registry, dispatcher, death, die };
  }
}

function toldBy(result: string): Told {
  const { isError, _meta } = JSON.parse(result);
  const error = _meta?.['holdfast/error'];
  return isError === true
    ? { ok: false, code: error.code, executed: error.executed }
    : { ok: true, code: undefined, executed: 'yes' };
}
